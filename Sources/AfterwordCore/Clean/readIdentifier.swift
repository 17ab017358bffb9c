/// Reads an identifier: the text as given without surrounding white space, never parsed as a
/// number. An empty one is absent.
func readIdentifier(_ raw: [UInt8]) -> Text? {
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
    guard let first = raw.firstIndex(where: { !isSpace($0) }),
        let last = raw.lastIndex(where: { !isSpace($0) })
    else { return nil }
    let trimmed = first == 0 && last == raw.count - 1 ? raw : Array(raw[first...last])
    return Text(trimmed.contains(0) ? unifyNull(trimmed) : trimmed)
}

private func unifyNull(_ bytes: [UInt8]) -> [UInt8] {
    bytes.flatMap { $0 == 0 ? [0xEF, 0xBF, 0xBD] : [$0] }
}
