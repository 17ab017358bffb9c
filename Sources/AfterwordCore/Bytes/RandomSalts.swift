import Crypto

/// Random salts of 16 bytes: a ChaCha20 key stream under a 32-byte secret from the system's random
/// numbers. The secret is used in one run and never stored, so that no salt can be computed again.
package struct RandomSalts {
    /// The secret that all salt streams of a run share.
    package struct Secret: Sendable {
        fileprivate let key = SymmetricKey(size: .bits256)

        package init() {}
    }

    private let secret: Secret
    private let stream: UInt32
    private var block: UInt64 = 0
    private var bytes: [UInt8] = []
    private var place = 0
    private static let zeros = [UInt8](repeating: 0, count: 1 << 12)

    /// - Parameter stream: Must be unique within the run: equal streams give equal salts.
    package init(_ secret: Secret, stream: UInt32) {
        self.secret = secret
        self.stream = stream
    }

    /// The next salt of the stream.
    package mutating func next() -> Digest128 {
        if place == bytes.count { fill() }
        defer { place += 16 }
        return bytes.lend { Digest128($0.part(place..<place + 16)) }
    }

    private mutating func fill() {
        var nonce: [UInt8] = []
        withUnsafeBytes(of: stream.bigEndian) { nonce.append(contentsOf: $0) }
        appendBigEndian(block, to: &nonce)
        guard let nonce = try? ChaChaPoly.Nonce(data: nonce),
            let sealed = try? ChaChaPoly.seal(Self.zeros, using: secret.key, nonce: nonce)
        else { preconditionFailure("a nonce has 12 bytes, and what is sealed is short") }
        bytes = Array(sealed.ciphertext)
        place = 0
        block += 1
    }
}
