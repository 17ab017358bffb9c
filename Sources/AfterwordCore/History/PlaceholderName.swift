/// Names that sources write for authors without one.
enum PlaceholderName {
    /// Folded: letters and digits in lower case, words joined by one space.
    private static let names = Set(
        EmbeddedFile("names/placeholders.txt").text.split(separator: "\n")
            .filter { !$0.hasPrefix("#") }.map { fold(String($0)) })
    private static let firstBytes = Set(names.compactMap(\.utf8.first))
    private static let longest = names.map(\.utf8.count).max() ?? 0

    /// Whether a name stands for no author. A name without letters and digits does.
    static func isOne(_ name: BorrowedBytes) -> Bool {
        // Most names are longer or begin with another letter, and need no copy.
        guard let first = name.first, name.count <= 2 * longest else { return name.isEmpty }
        let isLetter = (0x41...0x5A).contains(first) || (0x61...0x7A).contains(first)
        if isLetter, !firstBytes.contains(first | 0x20) { return false }
        let folded = fold(String(decoding: name, as: UTF8.self))
        return folded.isEmpty || names.contains(folded)
    }

    private static func fold(_ name: String) -> String {
        var folded = ""
        var hasGap = false
        for scalar in name.lowercased().unicodeScalars {
            if scalar == "'" || scalar == "’" { continue }
            guard scalar.properties.isAlphabetic || scalar.properties.numericType != nil else {
                hasGap = !folded.isEmpty
                continue
            }
            if hasGap { folded.append(" ") }
            hasGap = false
            folded.unicodeScalars.append(scalar)
        }
        return folded
    }
}
