/// Handles after a service's name and a colon, without an `@`: "instagram: jane_doe99".
///
/// Any word may stand there ("YouTube: works"). A handle has an underscore, or lower-case letters
/// with digits or a dot. A plain word is a handle only where the service is somebody's own ("my
/// instagram: janedoe") and nothing follows on the line.
func namedHandles(_ text: MaskText) -> [MaskSpan] {
    text.words.indices.compactMap { place -> MaskSpan? in
        guard services.contains(text.words[place].text),
            let handle = handleRange(text.bytes, behind: text.words[place].range.upperBound)
        else { return nil }
        let isOwn = place > 0 && ownWords.contains(text.words[place - 1].text)
        let name = text.bytes[handle]
        guard isHandleName(name) || isOwn && name.count >= 4 && isLineEnd(text.bytes, handle) else {
            return nil
        }
        return MaskSpan(kind: "HANDLE", range: handle)
    }
}

/// The byte range of a name after a colon, including an `@`; nil for none.
private func handleRange(_ bytes: [UInt8], behind end: Int) -> Range<Int>? {
    func skippingSpaces(_ place: Int) -> Int {
        bytes[place...].firstIndex { $0 != 0x20 } ?? bytes.count
    }
    let colon = skippingSpaces(end)
    guard colon < bytes.count, bytes[colon] == 0x3A else { return nil }
    let start = skippingSpaces(colon + 1)
    let first = start < bytes.count && bytes[start] == 0x40 ? start + 1 : start
    var last = bytes[first...].firstIndex { !isHandlePart($0) } ?? bytes.count
    while last > first, bytes[last - 1] == 0x2E || bytes[last - 1] == 0x2D { last -= 1 }
    return last > first ? start..<last : nil
}

private func isHandlePart(_ byte: UInt8) -> Bool {
    isLetter(byte) || isDigit(byte) || byte == 0x5F || byte == 0x2E || byte == 0x2D
}

private func isHandleName(_ name: ArraySlice<UInt8>) -> Bool {
    let letters = name.count(where: isLetter)
    guard letters >= 3 else { return false }
    // "good.But" is two sentences, so a name with a dot must not have capitals.
    let hasDot = name.contains(0x2E) && !name.contains { (0x41...0x5A).contains($0) }
    let hasNumber =
        name.contains(where: isDigit) && name.first.map(isDigit) == false
        && name.contains { (0x61...0x7A).contains($0) }
    return name.contains(0x5F) || name.contains(0x40) || hasNumber || hasDot
}

/// Whether only punctuation remains between the range and the end of its line.
private func isLineEnd(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
    bytes[range.upperBound...].prefix { $0 != 0x0A }.allSatisfy { !isLetter($0) && !isDigit($0) }
}

private let services = LanguageFiles.words("masks", "services")
/// Folded possessives before a service's name.
private let ownWords = LanguageFiles.words("masks", "own")
