extension PlaceReading {
    /// Adds to the rules of texts what is removed from them, where at least one in twenty holds
    /// it.
    mutating func placeCleaning() {
        for field in ["body", "title"] {
            guard let leaf = taken[field] else { continue }
            let names = leaf.cleaning
            if names.isEmpty, leaf.isOften({ holdsMarkup(readText($0)?.bytes ?? []) }) {
                remarks.append(
                    "\(leaf.name.written) holds HTML written as text (\"&lt;p&gt;\"), which no "
                        + "rule removes")
            }
            guard !names.isEmpty else { continue }
            rules[field] = .object([
                ("clean", .array(names.map { .string($0) })), ("from", leaf.source),
            ])
            let words = names.map { $0 == "html" ? "HTML" : "words of the page around it" }
            remarks.append(
                "\(leaf.name.written) holds \(words.joined(separator: " and ")): removed by "
                    + "\"clean\"")
        }
    }
}

extension LeafProfile {
    /// What `clean` is to remove from the texts, as shapes name it.
    fileprivate var cleaning: [String] {
        let hasChrome = isOften { text in
            let plain = readText(removeMarkup(text))?.bytes ?? []
            return removeChrome(plain) != plain
        }
        return (isOften(holdsMarkup) ? ["html"] : []) + (hasChrome ? ["chrome"] : [])
    }

    fileprivate func isOften(_ holds: ([UInt8]) -> Bool) -> Bool {
        share { $0.text.map { holds(Array($0.utf8)) } ?? false } >= 0.05
    }
}
