extension DigestEncoder {
    /// Adds 00 for an absent text, else 01 and the text with its length.
    @inline(__always)
    mutating func add<Held: HeldText>(optional text: Held, in texts: Held.Texts) {
        if text.isAbsent { return add(byte: 0) }
        add(byte: 1)
        text.withBytes(in: texts) { add($0) }
    }

    /// Adds FF for an absent text, else the packed text.
    @inline(__always)
    mutating func pack<Held: HeldText>(optional text: Held, in texts: Held.Texts) {
        if text.isAbsent { return add(byte: 0xFF) }
        text.withBytes(in: texts) { pack($0) }
    }
}
