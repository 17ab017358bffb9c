@testable import AfterwordCore

/// The reader of reviews as it was before it was made fast, statement for statement: it compares
/// strings. `ReviewReader` must read the same in every text.
enum Reference {
    /// Reads a review's texts with a lexicon: phrases of the text's language, or of all languages
    /// where that is unknown. A negation up to three words before a phrase inverts the mention. A
    /// mention of danger is classified by the words around it; inside a harmless phrase it is
    /// dropped.
    static func readReview(_ values: ReviewValues, with lexicon: Lexicon) -> ReviewReading {
        let texts: [(TrackedField, Text)] = [(.title, values.title), (.body, values.body)]
            .compactMap { field, text in text.map { (field, $0) } }
        let read = texts.map { field, text in (field: field, text: text, words: words(of: text)) }
        let language = detectLanguage(read.flatMap(\.words), of: texts.map(\.1))
        var reading = ReviewReading(language: language)
        for (field, text, words) in read {
            guard language.hasSpaces else {
                readUnspaced(text, field, lexicon, &reading)
                continue
            }
            readWords(words, text, field, lexicon, &reading)
            let search = HazardSearch(
                words: words, text: text, field: field, star: values.star, language: language)
            reading.hazards += search.hazards(lexicon)
        }
        return reading
    }

    static func readWords(
        _ words: [Word], _ text: Text, _ field: TrackedField, _ lexicon: Lexicon,
        _ reading: inout ReviewReading
    ) {
        for start in words.indices {
            for entry in entries(for: words[start].text, lexicon)
            where reading.language == .unknown || entry.language == reading.language {
                guard case .aspect(let aspect, let isNegative) = entry.meaning,
                    let end = match(entry.phrase.parts[...], words, start)
                else { continue }
                let isTurned = isNegated(words, before: start, entry.language, lexicon)
                let mention = Mention(
                    aspect: aspect, isNegative: isNegative != isTurned, field: field,
                    range: words[start].range.lowerBound..<words[end - 1].range.upperBound,
                    sentence: sentence(words, around: start..<end, in: text))
                if !reading.mentions.contains(mention) { reading.mentions.append(mention) }
            }
        }
        reading.mentions = withoutInner(reading.mentions) { ($0.aspect, $0.field, $0.range) }
    }

    /// Keeps only the longest of nested phrases with one meaning: "bad smell" without "smell".
    static func withoutInner<Found>(
        _ found: [Found], _ key: (Found) -> (meaning: Int, field: TrackedField, range: Range<Int>)
    ) -> [Found] {
        let keys = found.map(key)
        return found.indices.filter { index in
            let own = keys[index]
            return !keys.contains { other in
                other.meaning == own.meaning && other.field == own.field
                    && other.range.count > own.range.count
                    && other.range.lowerBound <= own.range.lowerBound
                    && own.range.upperBound <= other.range.upperBound
            }
        }.map { found[$0] }
    }

    /// The end index of a phrase that begins at a word, within its sentence; nil where it does not
    /// match.
    static func match(
        _ parts: ArraySlice<Lexicon.Phrase.Part>, _ words: [Word], _ start: Int
    ) -> Int? {
        guard let part = parts.first else { return start }
        guard start < words.count else { return nil }
        if part == .gap {
            for skipped in 0...3 where start + skipped < words.count {
                guard words[start + skipped].sentence == words[max(start - 1, 0)].sentence else {
                    break
                }
                if let end = match(parts.dropFirst(), words, start + skipped) { return end }
            }
            return nil
        }
        guard Reference.fits(part, words[start].text) else { return nil }
        if parts.count > 1, start + 1 < words.count,
            words[start + 1].sentence != words[start].sentence
        {
            return nil
        }
        return match(parts.dropFirst(), words, start + 1)
    }

    /// How many words before a phrase a negation may stand.
    static let negationReach = 3
    /// Words that cancel a negation before them: "not only".
    static let onlyWords = LanguageFiles.words("language", "cancels")

    static func isNegated(
        _ words: [Word], before start: Int, _ language: Language, _ lexicon: Lexicon
    ) -> Bool {
        guard let negations = lexicon.phrases.negations[language] else { return false }
        for index in max(0, start - negationReach)..<start
        where words[index].sentence == words[start].sentence
            && negations.contains(words[index].text)
        {
            return !onlyWords.contains(words[index + 1].text)
        }
        return false
    }

    /// The byte range of the sentence around words, from its first word to its last.
    static func sentence(_ words: [Word], around range: Range<Int>, in text: Text) -> Range<Int> {
        let number = words[range.lowerBound].sentence
        var first = range.lowerBound
        var last = range.upperBound - 1
        while first > 0, words[first - 1].sentence == number { first -= 1 }
        while last + 1 < words.count, words[last + 1].sentence == number { last += 1 }
        return words[first].range.lowerBound..<words[last].range.upperBound
    }

    /// Phrases of a language without spaces are searched as byte sequences.
    static func readUnspaced(
        _ text: Text, _ field: TrackedField, _ lexicon: Lexicon, _ reading: inout ReviewReading
    ) {
        for entry in lexicon.phrases.unspaced where entry.language == reading.language {
            guard case .aspect(let aspect, let isNegative) = entry.meaning,
                let start = places(of: entry.phrase, in: text.bytes).first
            else { continue }
            let range = start..<start + entry.phrase.count
            reading.mentions.append(
                Mention(
                    aspect: aspect, isNegative: isNegative, field: field, range: range,
                    sentence: unspacedSentence(around: range, in: text.bytes)))
        }
        reading.hazards += unspacedHazards(in: text, field, reading.language, lexicon)
    }

    /// The byte offsets of a phrase in a text, in order.
    static func places(of phrase: [UInt8], in bytes: [UInt8]) -> [Int] {
        guard !phrase.isEmpty, bytes.count >= phrase.count else { return [] }
        return (0...bytes.count - phrase.count).filter { bytes[$0...].starts(with: phrase) }
    }

    /// The text between the nearest ideographic full stops or line feeds.
    static func unspacedSentence(around range: Range<Int>, in bytes: [UInt8]) -> Range<Int> {
        let stop: [UInt8] = [0xE3, 0x80, 0x82]
        var start = range.lowerBound
        while start > 0, bytes[start - 1] != 0x0A {
            if start >= 3, Array(bytes[start - 3..<start]) == stop { break }
            start -= 1
        }
        var end = range.upperBound
        while end < bytes.count, bytes[end] != 0x0A {
            if bytes[end...].starts(with: stop) {
                end += 3
                break
            }
            end += 1
        }
        return start..<end
    }

    /// Phrases that may begin with this word.
    static func entries(for word: String, _ lexicon: Lexicon) -> [Lexicon.Entry] {
        lexicon.phrases.entries[String(word.prefix(3))] ?? []
    }

    static func fits(_ part: Lexicon.Phrase.Part, _ word: String) -> Bool {
        switch part {
        case .word(let own): word == own
        case .stem(let own): word.hasPrefix(own)
        case .gap: true
        }
    }
}
