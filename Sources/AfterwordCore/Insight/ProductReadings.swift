/// What one run adds to the readings of a product: marks of versions in order of the reviews'
/// numbers and the versions' runs, and the places of what they mention.
package struct ProductReadings: Equatable, Sendable {
    package private(set) var marks: [UInt8]
    package private(set) var places: [UInt8]

    /// One version: its marks, and what its texts mention where that is anything.
    package struct Entry: Sendable {
        package var marks: ReadingMarks
        package var places: ReadingPlaces

        package init(_ marks: ReadingMarks, _ places: ReadingPlaces = .none) {
            (self.marks, self.places) = (marks, places)
        }
    }

    package init(_ entries: [Entry]) {
        (marks, places) = ([], [])
        marks.reserveCapacity(entries.count * ReadingMarks.byteCount)
        let isInOrder = zip(entries, entries.dropFirst()).allSatisfy {
            $0.marks.place < $1.marks.place
        }
        let inOrder = isInOrder ? entries : entries.sorted { $0.marks.place < $1.marks.place }
        for entry in inOrder {
            entry.marks.append(to: &marks)
            entry.places.append(of: entry.marks, to: &places)
        }
    }

    /// Nil where the bytes are not what this program writes.
    package init?(marks: [UInt8], places: [UInt8]) {
        guard marks.count % ReadingMarks.byteCount == 0 else { return nil }
        (self.marks, self.places) = (marks, places)
        var last: UInt64?
        let isWhole = marks.lend { bytes in
            stride(from: 0, to: bytes.count, by: ReadingMarks.byteCount).allSatisfy { start in
                guard let own = ReadingMarks(bytes, at: start), last.map({ $0 < own.place }) ?? true
                else { return false }
                last = own.place
                return true
            }
        }
        guard isWhole else { return nil }
    }

    /// What one of its versions mentions.
    package func reading(of marks: ReadingMarks) -> ReviewReading {
        readings(of: [marks])[marks.number] ?? ReviewReading(language: marks.language)
    }

    /// What some of its versions mention, one of each review, by number.
    func readings(of wanted: [ReadingMarks]) -> [UInt32: ReviewReading] {
        var readings: [UInt32: ReviewReading] = [:]
        var runs: [UInt32: Int64] = [:]
        for marks in wanted {
            readings[marks.number] = ReviewReading(language: marks.language)
            runs[marks.number] = marks.run
        }
        ReadingPlaces.forEach(in: places) { number, run, places in
            guard runs[number] == run, let empty = readings[number] else { return }
            readings[number] = places().reading(language: empty.language)
        }
        return readings
    }

    package var isEmpty: Bool { marks.isEmpty }
    package var count: Int { marks.count / ReadingMarks.byteCount }

    /// Passes the marks of all versions to `body`, in order of the reviews' numbers and their runs.
    package func forEach(_ body: (ReadingMarks) -> Void) {
        marks.lend { bytes in
            for start in stride(from: 0, to: bytes.count, by: ReadingMarks.byteCount) {
                guard let own = ReadingMarks(bytes, at: start) else {
                    preconditionFailure("marks are checked when they are made")
                }
                body(own)
            }
        }
    }
}

/// The readings of a product up to a run: what the runs up to it added, in their order.
package struct ReadingHistory: Sendable {
    private let rows: [ProductReadings]

    package init(_ rows: [ProductReadings]) { self.rows = rows }

    /// Passes each review's last marks to `body`, those of deleted reviews too, in order of the
    /// reviews' numbers, with the runs of its earlier versions.
    package func forEachLast(_ body: (_ last: ReadingMarks, _ earlier: [Int64]) -> Void) {
        var (last, earlier): (ReadingMarks?, [Int64]) = (nil, [])
        func take(_ own: ReadingMarks) {
            if let last, last.number == own.number {
                // A version that was read again is no earlier one.
                if last.run != own.run { earlier.append(last.run) }
            } else {
                if let last { body(last, earlier) }
                earlier.removeAll(keepingCapacity: true)
            }
            last = own
        }
        if rows.count == 1 {
            rows[0].forEach(take)
        } else {
            var all: [(place: UInt64, row: Int, marks: ReadingMarks)] = []
            all.reserveCapacity(rows.reduce(0) { $0 + $1.count })
            for (row, own) in rows.enumerated() {
                own.forEach { all.append(($0.place, row, $0)) }
            }
            all.sort { ($0.place, $0.row) < ($1.place, $1.row) }
            for own in all { take(own.marks) }
        }
        if let last { body(last, earlier) }
    }

    /// What the last versions of some reviews mention, as they were read last, by number; a number
    /// without a version is left out.
    package func readings(of numbers: Set<UInt32>) -> [UInt32: ReviewReading] {
        var last: [UInt32: (row: Int, marks: ReadingMarks)] = [:]
        for (row, own) in rows.enumerated() {
            own.forEach { if numbers.contains($0.number) { last[$0.number] = (row, $0) } }
        }
        var readings: [UInt32: ReviewReading] = [:]
        for (row, found) in Dictionary(grouping: last.values, by: \.row) {
            for (number, reading) in rows[row].readings(of: found.map(\.marks)) {
                readings[number] = reading
            }
        }
        return readings
    }
}
