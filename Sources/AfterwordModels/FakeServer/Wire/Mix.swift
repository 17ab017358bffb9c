import AfterwordCore

/// A 64-bit hash that never changes between releases, for draws and ids. Not for secrets.
struct Mix: Sendable {
    private(set) var state: UInt64

    init(_ seed: UInt64) { state = Self.stirred(seed ^ 0x6A09_E667_F3BC_C908) }

    mutating func add(_ word: UInt64) { state = Self.stirred(state ^ word) }

    mutating func add(_ text: String) { add(text.utf8) }

    mutating func add(_ bytes: some Sequence<UInt8>) {
        // FNV-1a over the bytes, then their number, so that ("ab", "c") differs from ("a", "bc").
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        var count: UInt64 = 0
        for byte in bytes {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
            count &+= 1
        }
        add(hash)
        add(count)
    }

    /// Adds a document; the order of an object's members makes no difference.
    mutating func add(_ value: JSONValue) {
        switch value {
        case .null: add(1)
        case .bool(let flag): add(flag ? 2 : 3)
        case .number(let digits):
            add(4)
            add(digits)
        case .string(let text):
            add(5)
            add(text)
        case .array(let elements):
            add(6)
            for element in elements { add(element) }
            add(UInt64(elements.count))
        case .object(let members):
            add(7)
            var sum: UInt64 = 0
            for member in members {
                var own = Mix(8)
                own.add(member.key)
                own.add(member.value)
                sum &+= own.state
            }
            add(sum)
        }
    }

    static func of(_ seed: UInt64, _ texts: String...) -> UInt64 {
        var mix = Mix(seed)
        for text in texts { mix.add(text) }
        return mix.state
    }

    private static func stirred(_ word: UInt64) -> UInt64 {
        var random = SplitMix64(seed: word)
        return random.next()
    }
}

/// An id as the API gives them: the prefix and letters and digits drawn from the seed.
func wireID(_ prefix: String, _ seed: UInt64, letters: Int = 24) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
    return drawn(prefix, seed, letters, alphabet)
}

/// An id whose letters are hexadecimal digits.
func hexadecimalID(_ prefix: String, _ seed: UInt64, digits: Int = 32) -> String {
    drawn(prefix, seed, digits, Array("0123456789abcdef".utf8))
}

private func drawn(
    _ prefix: String, _ seed: UInt64, _ count: Int, _ alphabet: [UInt8]
) -> String {
    var random = SplitMix64(seed: seed)
    var bytes = Array(prefix.utf8)
    bytes.reserveCapacity(bytes.count + count)
    // Ten letters from each word: 62^10 is below 2^64.
    var word: UInt64 = 0
    for index in 0..<count {
        if index % 10 == 0 { word = random.next() }
        bytes.append(alphabet[Int(word % UInt64(alphabet.count))])
        word /= UInt64(alphabet.count)
    }
    return String(decoding: bytes, as: UTF8.self)
}
