/// A text that no key is: it holds a character that is not visible ASCII.
package struct KeyFault: Error, Equatable, Sendable {}

extension APIKey {
    /// The key in the text of an environment variable, without the spaces and line breaks around
    /// it; nil where nothing else is there. A request with a line break in its key is never sent,
    /// and would count as paid for.
    ///
    /// - Throws: `KeyFault`.
    package init?(written text: String) throws(KeyFault) {
        let isAround = { (scalar: Unicode.Scalar) in scalar.properties.isWhitespace }
        let scalars = text.unicodeScalars.drop(while: isAround)
        guard let last = scalars.lastIndex(where: { !isAround($0) }) else { return nil }
        let key = scalars[...last]
        guard key.allSatisfy({ (0x21...0x7E).contains($0.value) }) else { throw KeyFault() }
        self.init(String(String.UnicodeScalarView(key)))
    }
}
