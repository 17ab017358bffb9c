/// Names with digits in a text, which a model may repeat: a product with its version ("iPhone 15",
/// returned as `iphone 15`), and a short code in capitals ("S23", returned as written).
package func versionedNames(_ text: String) -> Set<String> {
    let bytes = Array(text.utf8)
    let found = words(of: Text(text))
    var names: Set<String> = []
    for (place, word) in found.enumerated() {
        let written = bytes[word.range]
        if isCode(written) { names.insert(String(decoding: written, as: UTF8.self)) }
        guard place + 1 < found.count, productLines.contains(word.text) || isCamelCase(written)
        else { continue }
        let next = found[place + 1]
        let gap = bytes[word.range.upperBound..<next.range.lowerBound]
        let isJoined = gap.count == 1 && (gap.first == 0x20 || gap.first == 0x2D)
        if isJoined, isVersion(next.text) {
            names.insert(word.text + " " + next.text)
        }
    }
    return names
}

/// Product lines followed by a version, also recognized in lower case.
private let productLines = LanguageFiles.words("numbers", "product lines")

/// One or two digits.
private func isVersion(_ word: String) -> Bool {
    word.utf8.count <= 2 && word.utf8.allSatisfy(isDigit)
}

/// Whether a word has a capital after a lower-case letter: iPhone, PlayStation.
private func isCamelCase(_ written: ArraySlice<UInt8>) -> Bool {
    zip(written, written.dropFirst()).contains { left, right in
        (0x61...0x7A).contains(left) && (0x41...0x5A).contains(right)
    }
}

/// One to three capitals and one to three digits, a capital first. `R1` and `P1` are ids of reviews
/// and products in the request, `X2` is a factor; these are no codes.
private func isCode(_ written: ArraySlice<UInt8>) -> Bool {
    let capitals = written.count { (0x41...0x5A).contains($0) }
    let digits = written.count(where: isDigit)
    guard let first = written.first, !isDigit(first), capitals + digits == written.count,
        (1...3).contains(capitals), (1...3).contains(digits)
    else { return false }
    return capitals > 1 || !"RPX".utf8.contains(first)
}
