/// The root of an RFC 6962 Merkle tree, built leaf by leaf; its room grows with the logarithm.
package struct MerkleTree: Sendable {
    /// Complete subtrees, the greatest first: their sizes are the bits of the number of leaves.
    private var subtrees: [(size: Int, digest: Digest256)] = []

    package init() {}
    package var isEmpty: Bool { subtrees.isEmpty }

    /// Adds a leaf: a digest over 00 and the leaf's data.
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

    /// SHA-256 of nothing for no leaves.
    package var root: Digest256 {
        guard var root = subtrees.last?.digest else { return DigestBuilder().finish() }
        for subtree in subtrees.dropLast().reversed() { root = Self.node(subtree.digest, root) }
        return root
    }

    private static func node(_ left: Digest256, _ right: Digest256) -> Digest256 {
        DigestWriter.digest(room: 65) { writer in
            writer.add(byte: 1)
            writer.add(raw: left)
            writer.add(raw: right)
        }
    }
}

/// `history_digest` of a run: SHA-256(02 ‖ previous ‖ root). A run that made no row keeps the
/// previous one, so that a rerun leaves it as it was.
package func historyDigest(previous: Digest256, rows: MerkleTree) -> Digest256 {
    guard !rows.isEmpty else { return previous }
    var builder = DigestBuilder()
    builder.add(byte: 2)
    builder.add(raw: previous)
    builder.add(raw: rows.root)
    return builder.finish()
}

/// The digest before the first run: 32 zero bytes.
package let genesisDigest = Digest256([UInt8](repeating: 0, count: 32))
