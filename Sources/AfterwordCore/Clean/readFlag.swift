/// A yes or no: `true`, `1`, `yes`, `y` or their opposites, in any case.
func readFlag(_ raw: [UInt8]) -> Result<Bool, ReadFault> {
    switch String(decoding: raw, as: UTF8.self).lowercased() {
    case "true", "1", "yes", "y": .success(true)
    case "false", "0", "no", "n": .success(false)
    default: .failure(.init(.unreadableFlag))
    }
}
