/// The words and beginnings of words that a lexicon compares with, numbered, so that a word of a
/// text is compared once and then by its number.
///
/// The form of a known word is twice its place among the sorted ones; that of any other word is one
/// more than the form of the longest known beginning of it. So the words with a beginning have
/// neighboring forms.
struct Vocabulary: Sendable {
    /// The number of a word as far as the lexicon distinguishes it from others.
    typealias Form = Int32
    /// The form of a word that is not known and has no known beginning.
    static let unknown: Form = -1

    /// The known words and beginnings, folded, in an order in which those with a common beginning
    /// stand together.
    let texts: [String]
    /// The bytes of those texts that are compared by bytes.
    let trie: ByteTrie
    /// The forms of words that leave the trie in a state.
    private var exits: [Exit]
    private let places: [String: Int]
    private let beginnings: Set<Int>
    private let longestBeginning: Int
    /// Whether every text begins with an ASCII letter or digit.
    private let beginsInASCII: Bool

    /// - Parameters:
    ///   - words: Known whole words.
    ///   - beginnings: Known beginnings of words.
    init(words: Set<String>, beginnings: Set<String>) {
        texts = sorted(words.union(beginnings))
        places = Dictionary(uniqueKeysWithValues: texts.enumerated().map { ($1, $0) })
        self.beginnings = Set(beginnings.compactMap { [places] in places[$0] })
        longestBeginning = beginnings.map(\.count).max() ?? 0
        beginsInASCII = texts.allSatisfy { $0.utf8.first.map { $0 < 0x80 } ?? false }
        let plain = texts.indices.filter { [texts] in isComparedByBytes(texts[$0]) }
        trie = ByteTrie(plain.map { [texts] in texts[$0].utf8 })
        exits = Array(repeating: Exit(), count: trie.stateCount)
        for place in plain { addExits(along: texts[place].utf8, plain) }
    }

    /// One more than the greatest form.
    var formCount: Int { 2 * texts.count }

    /// The form of a folded word. It needs memory, unlike the next two.
    func form(of word: String) -> Form {
        if let place = places[word] { return Form(2 * place) }
        for count in stride(from: min(word.count, longestBeginning), to: 0, by: -1) {
            if let place = places[String(word.prefix(count))], beginnings.contains(place) {
                return form(beginningAt: place)
            }
        }
        return Self.unknown
    }

    /// The form of a word compared by bytes that ends in a state of the trie.
    @inline(__always)
    func form(endingIn state: ByteTrie.State) -> Form { exits[Int(state)].ending }

    /// The form of a word compared by bytes that goes on behind a state of the trie as no known
    /// word does.
    @inline(__always)
    func form(leaving state: ByteTrie.State) -> Form { exits[Int(state)].leaving }

    /// Whether a word is unknown, however its letters are compared, because its first letter is.
    ///
    /// That is certain where all texts begin in ASCII: all its letters are known, and no other
    /// folded letter has a second spelling in it.
    ///
    /// - Parameter state: That in which the word leaves the trie or ends.
    func isStrange(_ state: ByteTrie.State) -> Bool { beginsInASCII && state == ByteTrie.root }

    /// The forms of the words, known or not, that have a known beginning and are longer.
    func form(beginningAt place: Int) -> Form { Form(2 * place + 1) }

    /// Whether words of this form are one byte long, once folded.
    func isOneByte(_ form: Form) -> Bool {
        form >= 0 && form % 2 == 0 && texts[Int(form / 2)].utf8.count == 1
    }

    /// Whether the text at a place is a known beginning.
    func isBeginning(_ place: Int) -> Bool { beginnings.contains(place) }

    /// The forms of the words that a part of a phrase fits.
    ///
    /// - Precondition: The part's text is known.
    func pattern(of part: Lexicon.Phrase.Part) -> FormPattern {
        switch part {
        case .gap: return .any
        case .word(let text):
            let form = Form(2 * places[text]!)
            return FormPattern(first: form, last: form)
        case .stem(let text):
            let place = places[text]!
            let end = texts[place...].firstIndex { !$0.hasPrefix(text) } ?? texts.count
            return FormPattern(first: Form(2 * place), last: Form(2 * end - 1))
        }
    }

    /// - Parameter plain: The places of the texts in the trie, in its order.
    private mutating func addExits(along text: String.UTF8View, _ plain: [Int]) {
        var state = ByteTrie.root
        var leaving = Self.unknown
        for byte in text {
            state = trie.next(state, byte)
            let place = trie.place(in: state).map { plain[$0] }
            if let place, isBeginning(place) { leaving = form(beginningAt: place) }
            exits[Int(state)] = Exit(
                ending: place.map { Form(2 * $0) } ?? leaving, leaving: leaving)
        }
    }
}

/// The forms of words that leave the trie in one state.
private struct Exit {
    /// Of a word that ends in it.
    var ending = Vocabulary.unknown
    /// Of a word that goes on behind it as no known word does.
    var leaving = Vocabulary.unknown
}

/// Sorts texts by their characters, so that those with a common beginning stand together.
private func sorted(_ texts: Set<String>) -> [String] {
    // In ASCII the order of characters is that of bytes, which is compared much faster.
    guard texts.allSatisfy({ $0.utf8.allSatisfy { $0 < 0x80 } }) else {
        return texts.sorted { $0.lexicographicallyPrecedes($1) }
    }
    return texts.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}

/// The forms of the words that a part of a phrase fits: those from `first` to `last`.
struct FormPattern: Sendable {
    let first: Vocabulary.Form
    let last: Vocabulary.Form

    /// Fits every word; in a phrase of the lexicon it stands for a gap.
    static let any = FormPattern(first: .min, last: .max)

    var isGap: Bool { first == .min }

    @inline(__always)
    func fits(_ form: Vocabulary.Form) -> Bool { first <= form && form <= last }
}
