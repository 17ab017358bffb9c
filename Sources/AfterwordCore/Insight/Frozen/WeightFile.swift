/// A data file of weights: named lines, an empty line, then bytes below 128, so that the file is
/// text in UTF-8.
///
/// Behind the empty line stand, for each row, the gap from the bucket before it (from -1 on), then
/// the rows, a byte a lane. `tools/reader/weightfile.py` writes it. A damaged file is a mistake in
/// the program and stops it.
struct WeightFile {
    let head: WeightFileHead
    /// The buckets of the rows, ascending.
    private(set) var buckets: [Int] = []
    /// The rows one after another: the bytes as written.
    private(set) var bytes: [UInt8] = []

    init(_ file: BorrowedBytes) {
        head = WeightFileHead(file)
        var place = head.end
        var bucket = -1
        let count = head.number("rows")
        buckets.reserveCapacity(count)
        for _ in 0..<count {
            bucket += Self.gap(file, &place)
            buckets.append(bucket)
        }
        bytes = Array(file.part(place..<file.count))
    }

    /// The byte of a row in a lane, as written: 64 more than the code, or a plain number.
    ///
    /// - Parameter width: The number of lanes of a row.
    @inline(__always)
    func byte(_ row: Int, _ lane: Int, width: Int) -> UInt8 { bytes[row &* width &+ lane] }

    /// A number of digits in base 64, the lowest first; all but the last have 64 added.
    private static func gap(_ bytes: BorrowedBytes, _ place: inout Int) -> Int {
        var (number, shift) = (0, 0)
        while true {
            let byte = Int(bytes[place])
            place += 1
            number += (byte & 63) << shift
            shift += 6
            if byte < 64 { return number }
        }
    }
}

/// The named lines of a file of weights.
struct WeightFileHead {
    private var values: [String: String] = [:]
    /// The place of the first byte behind the empty line.
    let end: Int

    init(_ file: BorrowedBytes) {
        var place = 0
        while file[place] != 0x0A {
            let end = file.firstIndex(of: 0x0A, or: 0x0A, from: place)
            let line = String(decoding: file.part(place..<end), as: UTF8.self)
            let parts = line.split(separator: ":", maxSplits: 1)
            values[String(parts[0])] = String(parts[1])
            place = end + 1
        }
        end = place + 1
    }

    /// The words of a named line.
    func words(_ name: String) -> [String] {
        guard let value = values[name] else { preconditionFailure("the weights have no \(name)") }
        return value.split(separator: " ").map { String($0) }
    }

    /// The whole numbers of a named line.
    func numbers(_ name: String) -> [Int32] {
        words(name).map { word in
            guard let number = Int32(word) else { preconditionFailure("no number: \(word)") }
            return number
        }
    }

    /// The only number of a named line.
    func number(_ name: String) -> Int { Int(numbers(name)[0]) }
}
