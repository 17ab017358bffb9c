/// The root of an RFC 6962 Merkle tree, built leaf by leaf; needs memory logarithmic in the number
/// of leaves.
package struct MerkleTree: Sendable {
    /// Roots of complete subtrees, the largest first: their sizes are the bits of the number of
    /// leaves.
    private var subtrees: [(size: Int, digest: Digest256)] = []

    package init() {}
    package var isEmpty: Bool { subtrees.isEmpty }

    /// Appends a leaf: a digest over 00 and the leaf's data.
    package mutating func add(leaf: Digest256) {
        subtrees.append((1, leaf))
        while subtrees.count >= 2,
            subtrees[subtrees.count - 1].size == subtrees[subtrees.count - 2].size
        {
            let right = subtrees.removeLast()
            let left = subtrees.removeLast()
            subtrees.append((left.size + right.size, Self.node(left.digest, right.digest)))
        }
    }

    /// The root of all leaves; SHA-256 of nothing without any.
    package var root: Digest256 {
        guard var root = subtrees.last?.digest else { return DigestEncoder().finish() }
        for subtree in subtrees.dropLast().reversed() { root = Self.node(subtree.digest, root) }
        return root
    }

    private static func node(_ left: Digest256, _ right: Digest256) -> Digest256 {
        DigestEncoder.digest { encoder in
            encoder.add(byte: 1)
            encoder.add(raw: left)
            encoder.add(raw: right)
        }
    }
}

/// `history_digest` of a run: SHA-256(02 ‖ previous ‖ root). A run without rows keeps the previous
/// digest, so that a rerun changes nothing.
package func historyDigest(previous: Digest256, rows: MerkleTree) -> Digest256 {
    guard !rows.isEmpty else { return previous }
    var builder = DigestEncoder()
    builder.add(byte: 2)
    builder.add(raw: previous)
    builder.add(raw: rows.root)
    return builder.finish()
}

/// The digest before the first run: 32 zero bytes.
package let genesisDigest = Digest256([UInt8](repeating: 0, count: 32))
