/// Reads a flag: `true`, `1`, `yes`, `y` or their opposites, in any case.
func readFlag(_ raw: [UInt8]) -> Result<Bool, ReadFault> {
    // The JSON literals.
    if raw == [0x74, 0x72, 0x75, 0x65] { return .success(true) }
    if raw == [0x66, 0x61, 0x6C, 0x73, 0x65] { return .success(false) }
    return switch String(decoding: raw, as: UTF8.self).lowercased() {
    case "true", "1", "yes", "y": .success(true)
    case "false", "0", "no", "n": .success(false)
    default: .failure(.init(.unreadableFlag))
    }
}
