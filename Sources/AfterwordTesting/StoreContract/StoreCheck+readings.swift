import AfterwordCore
import AfterwordPipeline

/// What was read in the texts of reviews.
extension StoreCheck {
    func readingsOfProducts() throws {
        var hasSeveral = false
        try readEach { reader in
            let keys = try reader.products(nil).map(\.productKey).sorted()
            let runs = try reader.runs().map(\.run)
            guard let first = keys.first, let last = keys.last else { return }
            let all = try reader.readings(ofProducts: first...last, upTo: .max)
            try expect(
                all.sorted { ($0.productKey, $0.run) < ($1.productKey, $1.run) }, is: all,
                "readings, by product and run")
            try expect(
                all.allSatisfy { !$0.readings.isEmpty }, "a row of readings has no version")
            for run in [0] + runs {
                for keys in [first...first, last...last, first...last] {
                    try expect(
                        try reader.readings(ofProducts: keys, upTo: run),
                        is: all.filter { keys.contains($0.productKey) && $0.run <= run },
                        "readings up to run \(run)")
                }
                try isWalked(reader, all.filter { $0.run <= run }, upTo: run)
            }
            try areFound(reader)
            if all.contains(where: { $0.run > 1 }) { hasSeveral = true }
        }
        try expect(hasSeveral, "no later run added readings")
    }

    private func areFound(_ reader: any StoreReader) throws {
        let reviews = try reader.reviews(ofProduct: nil)
        let keys = Set(reviews.map(\.reviewKey))
        let some = reviews.filter { $0.reviewKey % 3 > 0 }.map(\.reviewKey)
        for wanted in [[], [reviews[0].reviewKey], some, keys.sorted()] {
            let asked = wanted + [.max]
            try expect(
                try reader.reviews(withKeys: asked).sorted { $0.reviewKey < $1.reviewKey },
                is: reviews.filter { wanted.contains($0.reviewKey) }
                    .sorted { $0.reviewKey < $1.reviewKey }, "reviews by key")
            try expect(
                try reader.history(ofReviews: asked),
                is: try reader.history(ofProduct: nil, review: nil)
                    .filter { wanted.contains($0.reviewKey) }, "versions by key")
        }
    }

    private func isWalked(
        _ reader: any StoreReader, _ rows: [ReadingsRow], upTo run: Int64
    ) throws {
        var walked: [Int64] = []
        try reader.marks(ofProducts: nil, upTo: run) { key, history in
            walked.append(key)
            let own = ReadingHistory(rows.filter { $0.productKey == key }.map(\.readings))
            try expect(marks(history), is: marks(own), "marks of product \(key)")
        }
        if let key = walked.last {
            var found: [Int64] = []
            try reader.marks(ofProducts: key...key, upTo: run) { key, _ in found.append(key) }
            try expect(found, is: [key], "products of a range")
        }
        try expect(walked, is: Set(rows.map(\.productKey)).sorted(), "products with readings")
    }

    private func marks(_ history: ReadingHistory) -> [ReadingMarks] {
        var all: [ReadingMarks] = []
        history.forEachLast { last, _ in all.append(last) }
        return all
    }
}
