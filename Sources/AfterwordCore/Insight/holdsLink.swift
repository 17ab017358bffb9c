/// Whether a text contains an internet address: a scheme, `www.`, an `@`, or a host. A host is
/// written without spaces, and its last label is in lower case or a known top-level domain. A
/// missing space after a sentence ("wrong.This") or an abbreviation ("e.g.at") is not a host.
package func holdsLink(_ text: String) -> Bool {
    if text.contains("://") || text.contains("@") || text.lowercased().contains("www.") {
        return true
    }
    return text.split(whereSeparator: \.isWhitespace).contains { holdsHost($0) }
}

/// The links, mail addresses and hosts of a text, in lower case and without the punctuation around
/// them.
func links(in text: String) -> [String] {
    text.split { $0.isWhitespace || linkEnds.contains($0) }.map { token in
        token.lowercased().trimmingPunctuation
    }.filter(holdsLink)
}

/// Characters that stand beside a link, and not in one.
private let linkEnds = Set<Character>("()[]{}<>\"'`|,;„“”‚‘’«»‹›「」『』（）【】《》、。，；：！？")

extension String {
    fileprivate var trimmingPunctuation: String {
        func isOutside(_ character: Character) -> Bool {
            ".:!?*_~".contains(character)
        }
        let start = self[...].drop(while: isOutside)
        var end = start.endIndex
        while end > start.startIndex, isOutside(start[start.index(before: end)]) {
            end = start.index(before: end)
        }
        return String(start[..<end])
    }
}

private func holdsHost(_ token: Substring) -> Bool {
    let labels = token.split(separator: ".", omittingEmptySubsequences: false)
    return labels.indices.dropFirst().contains { place in
        guard let end = labels[place - 1].last, end.isLetter || end.isNumber else { return false }
        let label = labels[place].prefix { $0.isLetter || $0.isNumber || $0 == "-" }
        guard label.filter(\.isLetter).count >= 2 else { return false }
        if endsAbbreviation(labels[..<place]) || endsAbbreviation(labels[...place]) { return false }
        if label.allSatisfy({ !$0.isUppercase }) { return true }
        // A capitalized label begins a sentence, unless it is a top-level domain and the label
        // before it has capitals too.
        let domain = label.lowercased()
        return topLevelDomains.contains(domain) && !words.contains(domain)
            && labels[place - 1].contains(where: \.isUppercase)
            || topLevelDomains.contains(domain) && label.allSatisfy(\.isUppercase)
    }
}

/// Whether the labels, followed by a dot, end with an abbreviation that is a word of its own:
/// `e.g.`.
private func endsAbbreviation(_ labels: ArraySlice<Substring>) -> Bool {
    let text = labels.joined(separator: ".").lowercased() + "."
    return abbreviations.contains { abbreviation in
        guard text.hasSuffix(abbreviation) else { return false }
        guard let before = text.dropLast(abbreviation.count).last else { return true }
        return !before.isLetter && !before.isNumber && before != "." && before != "-"
    }
}

private let abbreviations = LanguageFiles.words("links", "abbreviations")

/// Top-level domains that are also common first words of a sentence.
private let words = LanguageFiles.words("links", "first words")

let topLevelDomains = LanguageFiles.words("links", "top level domains")
