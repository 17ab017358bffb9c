/// A number inside a folded text, with its place.
struct WrittenNumber {
    var decimal: Decimal
    var range: Range<String.Index>

    /// All numbers of a text, with `.` or `,` before decimals. A minus counts only where no letter
    /// or digit stands before it, so that `a-star-4` holds 4.
    static func all(in text: String) -> [WrittenNumber] {
        var numbers: [WrittenNumber] = []
        var index = text.startIndex
        while index < text.endIndex {
            guard isDigit(text, index) else {
                index = text.index(after: index)
                continue
            }
            let start = index
            index = endOfDigits(text, index)
            if index < text.endIndex, text[index] == "." || text[index] == "," {
                let next = text.index(after: index)
                if next < text.endIndex, isDigit(text, next) { index = endOfDigits(text, next) }
            }
            let isNegative = isMinus(text, before: start)
            let digits = (isNegative ? "-" : "") + text[start..<index]
            guard let decimal = Decimal(firstIn: Array(digits.utf8)) else { continue }
            numbers.append(WrittenNumber(decimal: decimal, range: start..<index))
        }
        return numbers
    }

    private static func isDigit(_ text: String, _ index: String.Index) -> Bool {
        text[index] >= "0" && text[index] <= "9"
    }

    private static func endOfDigits(_ text: String, _ start: String.Index) -> String.Index {
        text[start...].firstIndex { $0 < "0" || $0 > "9" } ?? text.endIndex
    }

    private static func isMinus(_ text: String, before start: String.Index) -> Bool {
        guard start > text.startIndex, text[text.index(before: start)] == "-" else { return false }
        let sign = text.index(before: start)
        guard sign > text.startIndex else { return true }
        let previous = text[text.index(before: sign)]
        return !previous.isLetter && !previous.isNumber && previous != "-"
    }
}

extension Decimal {
    init(digits: Int64, exponent: Int) {
        self.digits = digits
        self.exponent = exponent
    }

    init(whole: Int64) { self.init(digits: whole, exponent: 0) }

    /// The value as a whole number; nil when it is none.
    var whole: Int64? {
        // Fifteen digits are exact whatever the exponent; larger ids are written as texts.
        guard let rounded = scaled(by: 1, over: 1), rounded.magnitude < 1_000_000_000_000_000,
            scaled(by: 1000, over: 1) == rounded * 1000
        else { return nil }
        return rounded
    }

    /// Compares values below 10^12 to the millionth.
    static func < (left: Decimal, right: Decimal) -> Bool {
        (left.scaled(by: 1_000_000, over: 1) ?? .max)
            < (right.scaled(by: 1_000_000, over: 1) ?? .max)
    }
}

/// The value of a word for one of the numbers one to ten in twelve languages; nil for other words.
func smallNumber(_ word: String) -> Int64? { smallNumbers[word] }

private let smallNumbers: [String: Int64] = {
    var numbers: [String: Int64] = [:]
    let languages = [
        "one two three four five six seven eight nine ten",
        "eins zwei drei vier fünf sechs sieben acht neun zehn",
        "un deux trois quatre cinq six sept huit neuf dix",
        "uno dos tres cuatro cinco seis siete ocho nueve diez",
        "uno due tre quattro cinque sei sette otto nove dieci",
        "um dois três quatro cinco seis sete oito nove dez",
        "een twee drie vier vijf zes zeven acht negen tien",
        "jeden dwa trzy cztery pięć sześć siedem osiem dziewięć dziesięć",
        "bir iki üç dört beş altı yedi sekiz dokuz on",
        "один два три четыре пять шесть семь восемь девять десять",
        "en två tre fyra fem sex sju åtta nio tio",
        "واحد اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة عشرة",
    ]
    for language in languages {
        for (index, word) in language.split(separator: " ").enumerated() {
            guard let folded = foldWritten(Array(word.utf8)), folded != "on" else { continue }
            numbers[folded] = numbers[folded] ?? Int64(index + 1)
        }
    }
    // Forms of "one" before a noun: "eine Person", "une personne".
    let ones = "ein eine einer einem einen une una uma jedna jedną ett 一 한 одна одному"
    for word in ones.split(separator: " ") {
        if let folded = foldWritten(Array(word.utf8)) { numbers[folded] = 1 }
    }
    return numbers
}()
