import AfterwordCore
import Synchronization

/// Bytes that one worker scans at a time.
private let chunkBytes = 1 << 17

/// The lines of a window that have the bytes of an indexed review, in order; `number` is the row's.
///
/// - Parameter table: The numbers of `rows` by payload.
func recogniseLines(
    _ bytes: BorrowedBytes, rows: [PayloadRow], table: PayloadTable, workers: WorkerPool
) -> [KnownElement] {
    let chunks = (bytes.count + chunkBytes - 1) / chunkBytes
    let found = Mutex([[KnownElement]](repeating: [], count: chunks))
    workers.share(chunks, reading: bytes) { chunk, bytes in
        let start = chunk * chunkBytes
        let lines = KnownLines(bytes: bytes, rows: rows, table: table)
        let own = lines.recognise(start..<min(start + chunkBytes, bytes.count))
        found.withLock { $0[chunk] = own }
    }
    return found.withLock { $0.flatMap { $0 } }
}

/// The lines of a window, and the table in which they are looked up.
private struct KnownLines {
    let bytes: BorrowedBytes
    let rows: [PayloadRow]
    let table: PayloadTable

    private struct Line {
        var range: Range<Int>
        var payload: Digest128
        /// The contents of its first slot.
        var slot = PayloadTable.Slot()
    }

    /// The recognized lines among those that begin in a range.
    func recognise(_ range: Range<Int>) -> [KnownElement] {
        // Each step runs over all lines before the next step, to overlap cache misses in the table.
        var lines = lines(range)
        for index in lines.indices {
            lines[index].slot = table.firstSlot(of: lines[index].payload)
        }
        return lines.compactMap { line in
            let number = table.number(of: line.payload, from: line.slot, in: rows)
            return number < 0
                ? nil
                : KnownElement(
                    start: Int32(line.range.lowerBound), length: Int32(line.range.count),
                    number: number)
        }
    }

    private func lines(_ range: Range<Int>) -> [Line] {
        let found = ranges(range)
        return zip(found, payloadDigests(of: found, in: bytes)).map {
            Line(range: $0, payload: $1)
        }
    }

    private func ranges(_ range: Range<Int>) -> [Range<Int>] {
        var found: [Range<Int>] = []
        found.reserveCapacity(range.count / 256)
        var start = range.lowerBound
        if start > 0, bytes[start - 1] != 0x0A { start = lineEnd(bytes, start) + 1 }
        while start < range.upperBound {
            let end = lineEnd(bytes, start)
            // A line without its end may continue in the next window.
            if end == bytes.count { break }
            var last = end
            while last > start, bytes[last - 1] == 0x0D || bytes[last - 1] == 0x20 { last -= 1 }
            if last > start, bytes[start] == UInt8(ascii: "{") {
                found.append(start..<last)
            }
            start = end + 1
        }
        return found
    }
}

/// The index of the next line feed from `start` on, reading eight bytes at a time; the count where
/// there is none.
private func lineEnd(_ bytes: BorrowedBytes, _ start: Int) -> Int {
    let ones: UInt64 = 0x0101_0101_0101_0101
    var index = start
    while index &+ 8 <= bytes.count {
        let feed = bytes.word(at: index) ^ (ones &* 0x0A)
        let found = (feed &- ones) & ~feed & 0x8080_8080_8080_8080
        if found != 0 { return index &+ found.trailingZeroBitCount >> 3 }
        index &+= 8
    }
    while index < bytes.count, bytes[index] != 0x0A { index &+= 1 }
    return index
}
