import AfterwordCore
import Testing

@Suite struct HistoryTests {
    // MARK: Mock times

    @Test("SplitMix64 gives its published sequence")
    func generator() {
        var random = SplitMix64(seed: 1_234_567)
        #expect(random.next() == 6_457_827_717_110_365_317)
        #expect(random.next() == 3_203_168_211_198_807_973)
        #expect(random.next() == 9_817_491_932_198_370_423)
    }

    /// Computed from the documented rule by a program in another language.
    @Test("Golden vectors of the mock timestamps")
    func vectors() {
        let rows: [(UInt64, Text, Text, Int64, UInt64, UInt64, UInt64)] = [
            (
                0, "B0BTTL9LTC", "R1", 1, 5_182_975_712_780_278_273, 7_363_893_460_017_096_010,
                5_254_273
            ),
            (
                7, "0805082115", "c1:00ff", 1, 560_706_428_804_420_938, 17_186_090_521_671_726_616,
                10_964_938
            ),
            (
                .max, "Ä", "レビュー", 2, 3_425_215_833_914_777_927, 12_936_760_236_036_860_733,
                29_465_927
            ),
        ]
        for (seed, product, review, version, first, second, drawn) in rows {
            var random = mockGenerator(
                seed: seed, productID: product, reviewID: review, version: version)
            #expect(random.next() == first)
            #expect(random.next() == second)
            random = mockGenerator(
                seed: seed, productID: product, reviewID: review, version: version)
            #expect(random.draw(below: 365 * 86_400) == drawn)
        }
    }

    @Test("A draw is uniform up to its bound and never reaches it")
    func draws() {
        var random = SplitMix64(seed: 5)
        var counts = [Int](repeating: 0, count: 6)
        for _ in 0..<60_000 { counts[Int(random.draw(below: 6))] += 1 }
        #expect(counts.allSatisfy { (9_500...10_500).contains($0) })
        #expect((0..<100).allSatisfy { _ in random.draw(below: 1) == 0 })
    }

    private let observed = Instant(iso8601: "2026-03-09")!

    private func times(
        version: Int64, _ values: ReviewValues = ReviewValues(),
        after previous: (ReviewTimes, Instant)? = nil
    ) -> ReviewTimes {
        reviewTimes(
            seed: 7, productID: "P", reviewID: "R", version: version, values: values,
            observedAt: observed, previous: previous)
    }

    @Test("Without source times a first version lies up to a year back, updated when created")
    func firstTimes() {
        let times = times(version: 1)
        #expect(times.createdOrigin == .mock && times.updatedOrigin == .mock)
        #expect(
            times.createdAt < observed && times.createdAt >= observed.adding(seconds: -31_536_000))
        #expect(times.updatedAt == times.createdAt)
    }

    @Test("A source time is taken; an update without one lies between the observations")
    func laterTimes() {
        var values = ReviewValues()
        values.createdAt = Instant(iso8601: "2025-05-01")
        let first = times(version: 1, values)
        #expect(first.createdOrigin == .source && first.updatedOrigin == .mock)
        #expect(first.updatedAt == first.createdAt)
        let before = Instant(iso8601: "2026-03-02")!
        let second = times(version: 2, values, after: (first, before))
        #expect(second.createdAt == first.createdAt)
        #expect(second.updatedAt > before && second.updatedAt <= observed)
        values.updatedAt = Instant(iso8601: "2025-06-01")
        #expect(times(version: 2, values, after: (first, before)).updatedOrigin == .source)
    }

    @Test("An edit on the day of the version before is dated at the observation")
    func sameDay() {
        let first = times(version: 1)
        #expect(times(version: 2, after: (first, observed)).updatedAt == observed)
        #expect(
            times(version: 2, after: (first, observed.adding(seconds: 60))).updatedAt == observed)
        #expect(times(version: 2, after: (first, observed)).createdAt == first.createdAt)
    }

    // MARK: Judgement

    private func stored(_ change: (inout StoredReview) -> Void = { _ in }) -> StoredReview {
        var values = ReviewValues()
        values.rating = 30
        values.body = "as it was"
        var review = StoredReview(
            reviewKey: 1, productID: "P", reviewID: "R",
            identity: Digest128([UInt8](repeating: 1, count: 16)), kind: .source, version: 1,
            isLive: true, run: 1, observedAt: observed, values: values, authorID: nil,
            times: times(version: 1), contentDigest: values.contentDigest,
            payloadDigest: Digest128([UInt8](repeating: 2, count: 16)), rawKey: 1)
        change(&review)
        return review
    }

    private let newer = ObservationOrder(isOlder: false, isCoveredByLaterComplete: false)
    private let older = ObservationOrder(isOlder: true, isCoveredByLaterComplete: false)
    private let coveredOlder = ObservationOrder(isOlder: true, isCoveredByLaterComplete: true)

    private func reading(_ rating: Int64, said: FieldSet = .all) -> Reading {
        var values = stored().values
        values.rating = rating
        return Reading(values: values, said: said)
    }

    @Test("A new record is inserted; in an older dump only where no later complete one covered it")
    func inserts() {
        let values = reading(30).values
        #expect(judge(reading(30), against: nil, held: nil, order: newer) == .insert(values))
        #expect(judge(reading(30), against: nil, held: nil, order: older) == .insert(values))
        #expect(
            judge(reading(30), against: nil, held: nil, order: coveredOlder) == .late(values))
    }

    @Test("A deleted review returns, but not from an older dump")
    func returns() {
        let gone = stored { $0.isLive = false }
        #expect(
            judge(reading(30), against: gone, held: reading(30), order: newer)
                == .insert(reading(30).values))
        #expect(
            judge(reading(30), against: gone, held: reading(30), order: older)
                == .late(reading(30).values))
    }

    @Test("An edit is an update of the fields that changed; from an older dump it is late")
    func updates() {
        let live = stored()
        #expect(
            judge(reading(50), against: live, held: reading(30), order: newer)
                == .update(reading(50).values, changed: FieldSet(.rating)))
        #expect(
            judge(reading(50), against: live, held: reading(30), order: older)
                == .late(reading(50).values))
        #expect(
            judge(reading(30), against: live, held: reading(30), order: newer)
                == .unchanged(keepsPayload: true))
        #expect(
            judge(reading(30), against: live, held: reading(30), order: older)
                == .unchanged(keepsPayload: false))
    }

    @Test("Both sides dated by the source, the one edited earlier is late even in a newer dump")
    func editedEarlier() {
        let live = stored { $0.values.updatedAt = Instant(iso8601: "2026-02-02") }
        var incoming = reading(50)
        incoming.values.updatedAt = Instant(iso8601: "2026-02-01")
        #expect(
            judge(incoming, against: live, held: nil, order: newer) == .late(incoming.values))
        incoming.values.updatedAt = Instant(iso8601: "2026-02-03")
        let changed: FieldSet = [FieldSet(.rating), FieldSet(.updatedAt)]
        #expect(
            judge(incoming, against: live, held: nil, order: newer)
                == .update(incoming.values, changed: changed))
    }

    @Test("A better reading of the same record is no edit: both payloads are read by today's rules")
    func oneReading() {
        // The old rule stored the raw text; today's rule reads both payloads alike.
        let live = stored { $0.values.body = "as it &amp; was" }
        #expect(
            judge(reading(30), against: live, held: reading(30), order: newer)
                == .unchanged(keepsPayload: true))
        // A real edit changes only its own field; the old text stays as stored.
        guard
            case .update(let values, let changed) = judge(
                reading(50), against: live, held: reading(30), order: newer)
        else {
            Issue.record("an edited rating is an update")
            return
        }
        #expect(changed == FieldSet(.rating))
        #expect(values.body == "as it &amp; was")
    }

    @Test("A field that a shape does not speak of keeps its value")
    func notSaid() {
        let live = stored { $0.values.helpfulVotes = 4 }
        var incoming = reading(30, said: [FieldSet(.rating), FieldSet(.body)])
        incoming.values.helpfulVotes = nil
        #expect(
            judge(incoming, against: live, held: incoming, order: newer)
                == .unchanged(keepsPayload: true))
        // When a field is present for the first time, it is compared with the stored value.
        incoming.said = .all
        incoming.values.helpfulVotes = 5
        let held = reading(30, said: [FieldSet(.rating), FieldSet(.body)])
        guard
            case .update(_, let changed) = judge(
                incoming, against: live, held: held, order: newer)
        else {
            Issue.record("another number of votes is an update")
            return
        }
        #expect(changed == FieldSet(.helpfulVotes))
    }

    // MARK: Digests

    @Test("The Merkle roots of RFC 6962's own test leaves")
    func merkle() {
        let leaves: [[UInt8]] = [
            [], [0x00], [0x10], [0x20, 0x21], [0x30, 0x31], Array(0x40...0x43), Array(0x50...0x57),
            Array(0x60...0x6F),
        ]
        let roots = [
            0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ]
        var tree = MerkleTree()
        for count in 0...leaves.count {
            if let root = roots[count] { #expect(tree.root.description == root) }
            guard count < leaves.count else { break }
            var leaf = DigestEncoder()
            leaf.add(byte: 0)
            leaf.add(raw: leaves[count])
            tree.add(leaf: leaf.finish())
        }
    }

    @Test("Any tracked field changes the content digest, mock times and the author's id do not")
    func contentDigest() {
        let plain = stored().values
        var digests: Set<Digest256> = [plain.contentDigest]
        let changes: [(inout ReviewValues) -> Void] = [
            { $0.rating = 31 }, { $0.title = "t" }, { $0.body = nil }, { $0.authorName = "t" },
            { $0.verified = false }, { $0.verified = true }, { $0.helpfulVotes = 0 },
            { $0.variant = "t" }, { $0.country = "t" }, { $0.language = "t" },
            { $0.createdAt = Instant(seconds: 0) }, { $0.updatedAt = Instant(seconds: 0) },
        ]
        for change in changes {
            var values = plain
            change(&values)
            digests.insert(values.contentDigest)
        }
        #expect(digests.count == changes.count + 1)
    }

    @Test("Another salt, another row digest: a short text cannot be guessed back")
    func salts() {
        func row(_ salt: UInt8) -> HistoryRow {
            HistoryRow(
                review: stored(), operation: .insert, version: 1, run: 1, observedAt: observed,
                changedFields: [], salt: [UInt8](repeating: salt, count: 16))
        }
        #expect(row(1).rowDigest == row(1).rowDigest)
        #expect(row(1).rowDigest != row(2).rowDigest)
    }
}
