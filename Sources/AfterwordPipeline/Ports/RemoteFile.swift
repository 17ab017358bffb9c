package import AfterwordCore

/// A file of a dump that lies elsewhere, as an object of an object storage. An adapter:
///
/// 1. gives bytes in their order, all of one version of the file: where the file is no longer the
///    one that was listed, it throws `InputFault.changedWhileRead`;
/// 2. waits for the network on the caller's thread, and tries again by itself;
/// 3. throws `RemoteFault` where that is in vain, and `StoreFault.interrupted` where the user ends
///    the program meanwhile;
/// 4. may be called from several threads; a stream is used by one at a time.
package protocol RemoteFile: Sendable {
    /// Its size in bytes.
    var byteCount: Int64 { get }
    /// What its source says of the version that was read, known once bytes of it came; nil where it
    /// says nothing.
    var version: FileVersion? { get }

    /// The bytes from one offset to before another one. Nothing is read before they are asked for;
    /// what was asked for ends when the stream is released.
    func open(from start: Int64, to end: Int64) -> any RemoteStream
}

/// What the source of a file says of the version that was read, as an object storage does: kept
/// with the file, so that these bytes can be found again.
package struct FileVersion: Equatable, Sendable {
    /// The entity tag, without quotation marks.
    package let etag: String?
    /// The id of the version, where the source keeps several.
    package let versionID: String?
    /// When the source got it.
    package let modifiedAt: Instant?

    /// As it is stored; nil where the source said nothing.
    package init?(etag: String?, versionID: String?, modifiedAt: Instant?) {
        if etag == nil, versionID == nil, modifiedAt == nil { return nil }
        self.etag = etag
        self.versionID = versionID
        self.modifiedAt = modifiedAt
    }

    /// As a source says it. Texts that are no tags or ids (other characters than the visible ones
    /// of ASCII, or more than 1,024) count as left out.
    package init?(said etag: String?, versionID: String?, modifiedAt: Instant?) {
        let plain = etag.map { tag in
            tag.utf8.count > 1 && tag.hasPrefix("\"") && tag.hasSuffix("\"")
                ? String(tag.dropFirst().dropLast()) : tag
        }
        self.init(
            etag: plain.flatMap(Self.checked), versionID: versionID.flatMap(Self.checked),
            modifiedAt: modifiedAt)
    }

    /// For people: the version's id, else the entity tag, and when the source got it.
    package var words: String {
        [
            versionID.map { "version \($0)" } ?? etag.map { "etag \($0)" },
            modifiedAt.map { "of \($0)" },
        ].compactMap { $0 }.joined(separator: " ")
    }

    private static func checked(_ text: String) -> String? {
        let isFit =
            (1...1_024).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        return isFit ? text : nil
    }
}

/// Bytes as they come.
package protocol RemoteStream: AnyObject {
    /// The next bytes, at least one; nil at the end.
    func next() throws -> [UInt8]?
}

/// Why nothing can be read from elsewhere, in an adapter's words.
package struct RemoteFault: Error, Equatable, Sendable {
    /// For the record of attempts: `noSuchBucket`.
    package var kind: String
    /// Without keys.
    package var words: String
    /// Whether the network or a server failed, and not what was asked.
    package var isOfServer: Bool
    /// Whether the same command may succeed later, without a person's help.
    package var isRetryable: Bool

    package init(kind: String, words: String, isOfServer: Bool, isRetryable: Bool) {
        self.kind = kind
        self.words = words
        self.isOfServer = isOfServer
        self.isRetryable = isRetryable
    }
}
