import Crypto

/// Salts from 32 bytes of the system's randomness that are of one run alone and never stored: without them no salt can be made again.
/// A stream of ChaCha20 under them, 16 bytes a salt.
package struct RandomSalts {
    /// What all streams of a run have in common.
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

    /// - Parameter stream: Another for each who makes salts of a run.
    package init(_ secret: Secret, stream: UInt32) {
        self.secret = secret
        self.stream = stream
    }

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
