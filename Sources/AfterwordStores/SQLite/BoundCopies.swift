import AfterwordCore

/// Copies of bound values, each at a fixed address until all are removed.
///
/// Unsafe code: a copy is written into room that was checked or allocated first. Not thread-safe:
/// one thread owns the statement, and nothing calls back while a value is copied. Exclusivity
/// checking is therefore off.
final class BoundCopies {
    /// Bytes of a piece; a larger value gets a piece of its own.
    private static let pieceBytes = 1 << 14

    @exclusivity(unchecked) private var piece: UnsafeMutableRawBufferPointer
    @exclusivity(unchecked) private var count = 0
    /// Pieces that are full, until all copies are removed.
    @exclusivity(unchecked) private var full: [UnsafeMutableRawBufferPointer] = []

    init() { piece = .allocate(byteCount: Self.pieceBytes, alignment: 8) }

    deinit {
        piece.deallocate()
        for piece in full { piece.deallocate() }
    }

    @inline(__always)
    func copy(_ bytes: BorrowedBytes) -> BorrowedBytes {
        if count + bytes.count > piece.count { take(bytes.count) }
        let place = UnsafeMutableRawBufferPointer(rebasing: piece[count..<count + bytes.count])
        place.copyMemory(from: bytes.address)
        count += bytes.count
        return BorrowedBytes(UnsafeRawBufferPointer(place))
    }

    /// Begins a new piece with room for a value.
    private func take(_ byteCount: Int) {
        full.append(piece)
        piece = .allocate(byteCount: max(Self.pieceBytes, byteCount), alignment: 8)
        count = 0
    }

    /// Keeps the last piece for the next row.
    func removeAll() {
        count = 0
        guard !full.isEmpty else { return }
        for piece in full { piece.deallocate() }
        full.removeAll()
    }
}
