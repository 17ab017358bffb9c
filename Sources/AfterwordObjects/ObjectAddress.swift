/// The place of an object, or of all objects whose keys begin alike: `s3://bucket/key`.
package struct ObjectAddress: Hashable, Sendable, CustomStringConvertible {
    package let bucket: String
    /// Without the slash before it; empty for a whole bucket.
    package let key: String

    package init(bucket: String, key: String) {
        self.bucket = bucket
        self.key = key
    }

    /// Whether a text is meant as an address, right or wrong.
    package static func isMeant(by text: String) -> Bool {
        text.prefix(scheme.count).lowercased() == scheme
    }

    /// - Throws: `ObjectFault.badAddress`.
    package init(parsing text: String) throws(ObjectFault) {
        guard Self.isMeant(by: text) else { throw .badAddress(text) }
        let rest = text.dropFirst(Self.scheme.count)
        let bucket = rest.prefix { $0 != "/" }
        guard Self.isBucket(bucket) else { throw .badAddress(text) }
        self.bucket = String(bucket)
        key = String(rest.dropFirst(bucket.count + 1))
    }

    /// Whether the address can be that of an object, rather than of a bucket or a folder.
    package var isObject: Bool { !key.isEmpty && !key.hasSuffix("/") }

    package var description: String { "\(Self.scheme)\(bucket)/\(key)" }

    /// The bucket becomes a part of a host's name, so that nothing else may stand in it.
    private static func isBucket(_ name: Substring) -> Bool {
        (3...63).contains(name.utf8.count) && !name.contains("..")
            && name.utf8.first != 0x2E && name.utf8.first != 0x2D && name.utf8.last != 0x2E
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
                default: false
                }
            }
    }

    private static let scheme = "s3://"
}
