import AfterwordCore

/// Whether two names of files are written alike but for their numbers and months, so that one of
/// them may be newer: `week1` and `week2`, `export_Jan-05` and `export_Feb-05`. Numbers of parts
/// and pages (`part-0001`) say nothing of time.
func differInNumbers(_ left: String, _ right: String) -> Bool {
    let (own, other) = (NameToken.parts(of: left), NameToken.parts(of: right))
    guard own.count == other.count else { return false }
    var differ = false
    for (place, pair) in zip(own, other).enumerated() where pair.0 != pair.1 {
        guard pair.0.isCounter, pair.1.isCounter else { return false }
        let before = own[..<place].last { if case .sign = $0 { false } else { true } }
        if case .word(let word)? = before, partWords.contains(word) { continue }
        differ = true
    }
    return differ
}

/// Words before numbers of the parts of one dump.
private let partWords: Set<String> = [
    "part", "parts", "page", "p", "seite", "chunk", "shard", "split", "batch", "offset", "start",
]

/// A piece of a name.
private enum NameToken: Equatable {
    case number(String)
    case month(Int)
    case word(String)
    case sign(Unicode.Scalar)

    var isCounter: Bool {
        switch self {
        case .number, .month: true
        case .word, .sign: false
        }
    }

    static func parts(of name: String) -> [NameToken] {
        var parts: [NameToken] = []
        var rest = Array(name.unicodeScalars)[...]
        while let first = rest.first {
            let digits = rest.prefix { ("0"..."9").contains($0) }
            let letters = rest.prefix(while: \.properties.isAlphabetic)
            if !digits.isEmpty {
                parts.append(.number(String(String.UnicodeScalarView(digits))))
                rest = rest.dropFirst(digits.count)
            } else if !letters.isEmpty {
                let word = String(String.UnicodeScalarView(letters)).lowercased()
                parts.append(monthWritten(word).map(NameToken.month) ?? .word(word))
                rest = rest.dropFirst(letters.count)
            } else {
                parts.append(.sign(first))
                rest = rest.dropFirst()
            }
        }
        return parts
    }
}
