/// What is searched for: words and phrases, all of which must occur in a review's title or body.
///
/// White space separates them; what stands between quotation marks is one phrase. The words of a
/// phrase must follow one another in one text, whatever signs stand between them. What is written
/// without white space is a phrase too: `wi-fi` finds "Wi-Fi" and "wi fi". In scripts without
/// spaces a text is searched letter by letter, so that any part of it is found.
package struct SearchQuery: Equatable, Sendable {
    /// Why there is nothing to search for.
    package enum Fault: Error, Equatable, Sendable {
        case noWords
        /// More than `SearchQuery.byteLimit` bytes.
        case tooLong

        package var words: String {
            switch self {
            case .noWords: "there is no word to search for"
            case .tooLong: "longer than \(SearchQuery.byteLimit) bytes"
            }
        }
    }

    /// A part of a phrase.
    struct Part: Equatable, Sendable {
        var hash: UInt64
        var isUnspaced: Bool
        /// Whether no gap stands between it and the part before.
        var isJoined: Bool
    }

    /// Greatest number of bytes.
    package static let byteLimit = 1024

    let phrases: [[Part]]
    /// Terms that every hit has, each once.
    package let terms: [SearchTerm]

    /// - Throws: `Fault`.
    package init(_ text: String) throws(Fault) {
        guard text.utf8.count <= Self.byteLimit else { throw .tooLong }
        let bytes = composeText(Array(text.utf8))
        var cut = SearchCut()
        var phrases: [[Part]] = []
        for range in phraseRanges(String(decoding: bytes, as: UTF8.self)) {
            cut.cut(Text(range))
            let phrase = cut.tokens.map {
                Part(hash: $0.hash, isUnspaced: $0.isUnspaced, isJoined: $0.isJoined)
            }
            if !phrase.isEmpty, !phrases.contains(phrase) { phrases.append(phrase) }
        }
        guard !phrases.isEmpty else { throw .noWords }
        self.phrases = phrases
        terms = Set(phrases.flatMap(terms(of:))).sorted()
    }
}

/// The phrases of a query: what stands between quotation marks, and between white space outside of
/// them.
private func phraseRanges(_ text: String) -> [String] {
    let marks: Set<Unicode.Scalar> = ["\"", "“", "”", "„", "«", "»", "「", "」", "『", "』"]
    var phrases = [""]
    var isQuoted = false
    for scalar in text.unicodeScalars {
        if marks.contains(scalar) {
            isQuoted.toggle()
            phrases.append("")
        } else if !isQuoted, scalar.properties.isWhitespace {
            phrases.append("")
        } else {
            phrases[phrases.count - 1].unicodeScalars.append(scalar)
        }
    }
    return phrases
}

/// The terms that a text with the phrase has: its words, and of letters that follow one another
/// their pairs.
private func terms(of phrase: [SearchQuery.Part]) -> [SearchTerm] {
    phrase.indices.flatMap { place -> [SearchTerm] in
        let part = phrase[place]
        if part.isJoined { return [term(ofPair: phrase[place - 1].hash, part.hash)] }
        let isFirstOfPair = place + 1 < phrase.count && phrase[place + 1].isJoined
        return isFirstOfPair ? [] : [term(ofWord: part.hash)]
    }
}

/// Where a query was found in a review.
package struct SearchMatch: Equatable, Sendable {
    /// `title` or `body`.
    package var field: TrackedField
    /// The words of the query's first phrase, as a byte range of the field.
    package var range: Range<Int>
    /// The sentence around them, as a byte range of the field, at most `quoteBytes` long, or as
    /// long as its first word.
    package var sentence: Range<Int>

    /// Greatest number of bytes of a sentence that is shown.
    package static let quoteBytes = 320
}

extension SearchQuery {
    /// Where the query is found in a review; nil where it is not.
    ///
    /// - Parameter cut: Memory that is used again.
    package func match(in values: ReviewValues, cutting cut: inout SearchCut) -> SearchMatch? {
        var isFound = [Bool](repeating: false, count: phrases.count)
        var match: SearchMatch?
        for (field, text) in [(TrackedField.title, values.title), (.body, values.body)] {
            guard let text else { continue }
            cut.cut(text)
            for (place, phrase) in phrases.enumerated() where !isFound[place] {
                guard let tokens = cut.first(phrase) else { continue }
                isFound[place] = true
                guard place == 0 else { continue }
                match = SearchMatch(
                    field: field, range: cut.range(of: tokens),
                    sentence: cut.sentence(around: tokens, limit: SearchMatch.quoteBytes))
            }
        }
        return isFound.allSatisfy { $0 } ? match : nil
    }
}

extension SearchCut {
    /// The first tokens that are a phrase.
    fileprivate func first(_ phrase: [SearchQuery.Part]) -> Range<Int>? {
        guard tokens.count >= phrase.count else { return nil }
        for start in 0...tokens.count - phrase.count where holds(phrase, at: start) {
            return start..<start + phrase.count
        }
        return nil
    }

    private func holds(_ phrase: [SearchQuery.Part], at start: Int) -> Bool {
        for place in phrase.indices {
            let (token, part) = (tokens[start + place], phrase[place])
            guard token.hash == part.hash, token.isUnspaced == part.isUnspaced,
                token.isJoined || !part.isJoined
            else { return false }
        }
        return true
    }

    fileprivate func range(of found: Range<Int>) -> Range<Int> {
        Int(tokens[found.lowerBound].start)..<Int(tokens[found.upperBound - 1].end)
    }
}
