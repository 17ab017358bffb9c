/// Reads a product attribute: a free text without surrounding white space, so that `Acme` and `Acme
/// ` are one brand.
func readAttribute(_ raw: [UInt8]) -> Text? {
    readIdentifier(raw).flatMap { readText($0.bytes) }.flatMap { readIdentifier($0.bytes) }
}
