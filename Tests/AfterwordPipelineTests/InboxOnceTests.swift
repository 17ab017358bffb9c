import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Testing

/// The inbox with each review once, as pages list it, beside its entries.
@Suite struct InboxOnceTests {
    /// The second dump brings a danger that is a new negative, one of five stars, and a negative.
    private func made() throws -> Fixture {
        var fixture = Fixture()
        let fine = ("One", 5, "Fine, I like it.")
        let dumps: [(String, [(String, Int, String)])] = [
            ("2026-03-02", [fine, ("Old", 1, "The smell is terrible, and it caught fire.")]),
            (
                "2026-03-09",
                [
                    fine, ("Two", 1, "It caught fire in the kitchen."),
                    ("Three", 1, "The smell is terrible."), ("Four", 5, "It caught fire at once."),
                ]
            ),
        ]
        for (day, reviews) in dumps {
            fixture.options.observedAt = Instant(iso8601: day)
            fixture.clock = Instant(iso8601: day + "T08:00:00Z")!
            let records = reviews.map { title, star, body in
                """
                {"PRODUCT_BRAND": "B", "CUSTOMER_REVIEW_RATING": \(star), "CHILD_ASIN": "P1",
                 "CUSTOMER_REVIEW_DESCRIPTION": "\(body)", "CUSTOMER_REVIEW_TITLE": "\(title)"}
                """
            }
            try fixture.load(["a.json": "[" + records.joined(separator: ",") + "]"])
        }
        return fixture
    }

    /// An entry of a list: its review, its kind, and the other one.
    private struct Own: Equatable {
        var review: Int64
        var kind: InboxEntry.Kind
        var also: InboxEntry.Kind?

        init(_ entry: InboxEntry) {
            (review, kind, also) = (entry.review.reviewKey, entry.kind, entry.also)
        }
    }

    private func each(
        _ fixture: Fixture, _ check: (any StoreReader, DumpWindow, String) throws -> Void
    ) throws {
        try fixture.store.read { reader in
            let newest = try reader.newestRun()?.run ?? 0
            let windows = [
                ("the newest dump", try reader.runs().dumps.window()),
                ("all", DumpWindow(from: 0, to: newest)),
                ("since 1", DumpWindow(from: 1, to: newest)),
            ]
            for (name, window) in windows {
                try check(reader, window, name)
                try check(Walking(reader), window, name + ", walked")
            }
        }
    }

    private func listed(
        _ reader: any StoreReader, _ window: DumpWindow, _ filter: InboxFilter
    ) throws -> [Own] {
        let all = try inbox(reader, in: window, of: filter, page: Page(size: 99))
        #expect(all.total == all.entries.count)
        let single = try (0..<all.total).flatMap {
            try inbox(reader, in: window, of: filter, page: Page(first: $0, size: 1)).entries
        }
        #expect(single.map { Own($0) } == all.entries.map { Own($0) })
        return all.entries.map { Own($0) }
    }

    /// What lists each review once: its gravest entry, which says the kind of the other.
    private func merged(_ flat: [Own]) -> [Own] {
        var merged: [Own] = []
        for own in flat {
            if let place = merged.firstIndex(where: { $0.review == own.review }) {
                merged[place].also = own.kind
            } else {
                merged.append(own)
            }
        }
        return merged
    }

    private func expectOnce(
        _ reader: any StoreReader, _ window: DumpWindow, _ name: String
    ) throws {
        let flat = try listed(reader, window, InboxFilter())
        #expect(flat.allSatisfy { $0.also == nil }, "\(name)")
        let expected = merged(flat)
        let twice = expected.filter { $0.also != nil }
        #expect(!twice.isEmpty && twice.allSatisfy { $0.kind == .safety }, "\(name)")
        #expect(expected.count + twice.count == flat.count, "\(name)")
        #expect(try listed(reader, window, once(nil)) == expected, "\(name)")
        for kind in InboxEntry.Kind.allCases {
            let wanted = expected.filter { $0.kind == kind || $0.also == kind }
            let entries = flat.filter { $0.kind == kind }
            var filter = InboxFilter()
            filter.kind = kind
            #expect(try listed(reader, window, once(kind)) == wanted, "\(name), \(kind)")
            #expect(try listed(reader, window, filter) == entries, "\(name), \(kind)")
        }
    }

    private func once(_ kind: InboxEntry.Kind?) -> InboxFilter {
        var filter = InboxFilter()
        (filter.kind, filter.listsReviewsOnce) = (kind, true)
        return filter
    }

    @Test("Each review once is its gravest entry, which says the other kind, by every way")
    func once() throws {
        try each(made(), expectOnce)
    }

    @Test("The numbers by kind stay those of entries, and those of reviews follow from them")
    func numbers() throws {
        let fixture = try made()
        func sum(_ groups: [InboxGroup: Int]) -> Int { groups.values.reduce(0, +) }
        func check(seen: Int) throws {
            try each(fixture) { reader, window, name in
                var filter = InboxFilter(leavesOutSeen: true)
                let flat = try coveredInbox(reader, in: window, of: filter, page: Page(size: 1))
                filter.listsReviewsOnce = true
                let once = try coveredInbox(reader, in: window, of: filter, page: Page(size: 1))
                #expect(once.groups == flat.groups && once.seen == flat.seen, "\(name)")
                #expect(once.listed == flat.listed && sum(flat.rest.twice) == 0, "\(name)")
                #expect(flat.inbox.total == sum(flat.listed), "\(name)")
                #expect(once.inbox.total == sum(once.listed) - sum(once.rest.twice), "\(name)")
                #expect(once.inbox.newDangers == flat.inbox.newDangers, "\(name)")
                let all = sum(once.rest.twice) + sum(once.rest.seenTwice)
                #expect(all == (window.from == 0 ? 2 : 1), "\(name)")
                #expect(sum(once.rest.seenTwice) == seen, "\(name)")
            }
        }
        try check(seen: 0)
        let two = try #require(
            try fixture.store.read { try $0.reviews(ofProduct: "P1") }
                .first { $0.values.title == "Two" })
        _ = try markWork(
            [NewMark(.seen, .review(product: two.productID, id: two.reviewID))], by: "Ann",
            in: fixture.store, now: fixture.clock)
        try check(seen: 1)
    }
}
