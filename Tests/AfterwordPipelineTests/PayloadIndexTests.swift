import AfterwordCore
import AfterwordTesting
import Testing

@testable import AfterwordPipeline

/// The index of stored payloads, read in parts, and the lines it recognizes.
@Suite struct PayloadIndexTests {
    private static func line(_ product: Int, _ review: Int, _ text: String = "text") -> String {
        """
        {"review_id": "R\(review)", "rating": \(1 + review % 5).0, "title": "T", "text": "\(text)", \
        "asin": "P\(product)", "parent_asin": "P\(product)", "user_id": "A", "timestamp": 1600000000000}
        """
    }

    /// Products with 0 to 9 reviews, in numbers that cannot be derived from their keys; one review
    /// is deleted.
    private func fixture() throws -> Fixture {
        let fixture = Fixture()
        func dump(from first: Int) -> String {
            var lines: [String] = []
            for product in 0..<60 {
                for review in 0..<(product * product % 10) {
                    lines.append(Self.line(product, product * 100 + review))
                }
            }
            return lines[first...].joined(separator: "\n")
        }
        try fixture.load(["a.jsonl": dump(from: 0)])
        try fixture.load(["a.jsonl": dump(from: 1)]) {
            $0.completeness = .all
            $0.acceptsCapped = true
        }
        return fixture
    }

    @Test("In any number of parts a store's reviews are known as they are in one")
    func parts() throws {
        let fixture = try fixture()
        func known(_ partRows: Int64, _ width: Int) throws -> PayloadIndex {
            try #require(
                try PayloadIndex.read(
                    fixture.store, dumpBytes: 1 << 20, WorkerPool(width: width), partRows: partRows)
            )
        }
        let whole = try known(1 << 17, 0)
        let reviews = try fixture.store.read { try $0.reviews(ofProduct: nil) }
        #expect(whole.liveCounts.reduce(0) { $0 + Int($1) } == reviews.count { $0.isLive })
        #expect(reviews.contains { !$0.isLive })
        for partRows in [1, 2, 7, 100, 1000] as [Int64] {
            let parted = try known(partRows, 2)
            #expect(parted.numbers == whole.numbers)
            #expect(parted.liveCounts == whole.liveCounts)
            for (id, number) in whole.numbers {
                let own = reviews.filter { $0.productID == id }
                let named = Set(own.map(\.identity))
                let order = parted.existing(ofProduct: number, named: named)
                #expect(order.current.count == own.count)
                // No free keys are needed where every record belongs to an existing review.
                #expect(order.keys.isEmpty)
                let stranger = try #require(reviews.first { $0.productID != id }).identity
                let more = named.union([stranger])
                let keys = parted.existing(ofProduct: number, named: more).keys
                #expect(Set(keys) == Set(own.map(\.reviewKey)))
                #expect(keys == whole.existing(ofProduct: number, named: more).keys)
                for review in own {
                    let key = order.current[review.identity]
                    #expect(key?.reviewKey == review.reviewKey)
                    #expect(key?.payloadDigest == review.payloadDigest)
                    #expect(key?.isLive == review.isLive)
                }
            }
        }
    }

    @Test("Lines are recognised by their bytes, however the table was filled")
    func lines() throws {
        let fixture = try fixture()
        let workers = WorkerPool(width: 1)
        let known = try #require(
            try PayloadIndex.read(fixture.store, dumpBytes: 1 << 20, workers, partRows: 5))
        let text = [
            Self.line(7, 700), Self.line(7, 700, "other"), "{}", Self.line(59, 5900),
            Self.line(1, 100),
            "",
        ].joined(separator: "\n")
        let found = Array(text.utf8).lend { known.recognise($0, workers) }
        let lines = text.split(separator: "\n")
        // The deleted review, P1's only one, is not recognized.
        #expect(found.map { Int($0.length) } == [lines[0].utf8.count, lines[3].utf8.count])
        #expect(
            found.map(\.start) == [0, Int32(lines[0...2].reduce(0) { $0 + $1.utf8.count + 1 })])
    }

    @Test("Rows whose search begins at the same slot are all found, and equal ones are not")
    func collisions() {
        func row(_ number: Int, _ payload: UInt8) -> PayloadRow {
            let digest = Digest128([payload] + Array(repeating: 7, count: 15))
            return PayloadRow(
                CurrentPayload(
                    reviewKey: Int64(number), productKey: 1, identity: digest, payload: digest,
                    isIdentifiedByContent: false, isLive: true, rating: 50, hasText: true),
                product: 0)
        }
        let rows = [row(1, 1), row(2, 2), row(3, 3), row(4, 4), row(5, 5), row(6, 5)]
        var table = PayloadTable(forRows: rows.count)
        table.add(rows, from: 0)
        let found = rows.map {
            table.number(of: $0.payload, from: table.firstSlot(of: $0.payload), in: rows)
        }
        #expect(found == [0, 1, 2, 3, -1, -1])
    }
}
