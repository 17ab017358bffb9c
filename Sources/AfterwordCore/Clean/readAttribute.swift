/// An attribute of a product: a text without white space around it, so that `Acme` and `Acme ` are
/// one brand.
func readAttribute(_ raw: [UInt8]) -> Text? {
    readText(raw).flatMap { readIdentifier($0.bytes) }
}
