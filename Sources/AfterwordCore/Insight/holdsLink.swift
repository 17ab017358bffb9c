/// Whether a text contains an internet address: a scheme, `www.`, an `@`, or a host. A host is
/// written without spaces, and its last label is in lower case or a known top-level domain. A
/// missing space after a sentence ("wrong.This") or an abbreviation ("e.g.at") is not a host.
package func holdsLink(_ text: String) -> Bool {
    if text.contains("://") || text.contains("@") || text.lowercased().contains("www.") {
        return true
    }
    return text.split(whereSeparator: \.isWhitespace).contains { holdsHost($0) }
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

private let abbreviations = [
    "e.g.", "i.e.", "a.m.", "p.m.", "etc.", "incl.", "approx.", "z.b.", "d.h.", "u.a.", "o.ä.",
    "v.a.", "i.d.r.", "bzw.", "usw.", "evtl.", "ggf.", "inkl.", "vgl.", "p.ex.", "p.ej.", "p.es.",
    "p.e.", "ecc.", "b.v.", "bijv.", "d.w.z.", "m.a.w.", "enz.",
]

/// Top-level domains that are also common first words of a sentence.
private let words: Set<String> = ["it", "at", "in", "is", "be", "us", "me", "no", "so", "to"]

let topLevelDomains: Set<String> = Set(
    """
    com net org info biz shop store online site website page link click top xyz club live app dev
    io co me tv cc ly gg ai eu de fr it es uk us nl be at ch pl pt se no dk fi jp cn hk tw kr ru ua
    tr cz sk hu ro bg gr ie ca au nz in br mx ar za
    """.split { $0 == " " || $0 == "\n" }.map(String.init))
