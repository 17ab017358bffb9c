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

    /// The bytes from one offset to before another one. Nothing is read before they are asked for;
    /// what was asked for ends when the stream is released.
    func open(from start: Int64, to end: Int64) -> any RemoteStream
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
