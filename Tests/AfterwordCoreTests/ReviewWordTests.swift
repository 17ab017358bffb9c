import Testing

@testable import AfterwordCore

/// New, back, first seen, edited, resolved and gone; alerts; names; order; coverage.
@Suite struct ReviewWordTests {
    private static func values(_ star: Int64?, _ body: String = "A text") -> ReviewValues {
        var values = ReviewValues()
        values.rating = star.map { $0 * 10 }
        values.body = Text(body)
        return values
    }

    private static func past(
        _ live: ReviewValues? = nil, ever: Bool = false, older: Bool = false, named: Bool = true
    ) -> ReviewPast {
        ReviewPast(
            live: live, wasEverLive: ever || live != nil, isOfOlderDump: older,
            productWasNamed: named)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var now: ReviewValues?
        var past: ReviewPast
        /// Nil when the review is no news.
        var news: ReviewNews?
        /// The name of the only flag that is true; nil for none.
        var flag: String?
    }

    private static let cases = [
        Case(
            testDescription: "a new negative", now: values(1), past: past(), news: .new,
            flag: "new negative"),
        Case(testDescription: "a new praise", now: values(5), past: past(), news: .new),
        Case(
            testDescription: "of a product no dump named", now: values(1), past: past(named: false),
            news: .firstSeen),
        Case(
            testDescription: "it was deleted and returns", now: values(1), past: past(ever: true),
            news: .back),
        Case(
            testDescription: "an older dump brought it", now: values(1), past: past(older: true),
            news: .older),
        Case(
            testDescription: "edited-counted-as-new-negative: 1 to 2 stars", now: values(2),
            past: past(values(1)), news: .edited, flag: "edited negative"),
        Case(
            testDescription: "2 to 1 star", now: values(1), past: past(values(2)), news: .edited,
            flag: "edited negative"),
        Case(
            testDescription: "3 to 2 stars", now: values(2), past: past(values(3)), news: .edited,
            flag: "edited down"),
        Case(
            testDescription: "2 to 3 stars", now: values(3), past: past(values(2)), news: .edited,
            flag: "resolved"),
        Case(
            testDescription: "a negative that says more", now: values(1, "Worse still"),
            past: past(values(1)), news: .edited, flag: "edited negative"),
        Case(
            testDescription: "another title alone, of a praise", now: values(5, "Other"),
            past: past(values(5)), news: .edited),
        Case(
            testDescription: "no stars before", now: values(1), past: past(values(nil)),
            news: .edited, flag: "edited negative"),
        Case(
            testDescription: "white space alone", now: values(1, " A \u{a0}text\n"),
            past: past(values(1))),
        Case(
            testDescription: "spelt in other scalars", now: values(1, "e\u{301}"),
            past: past(values(1, "\u{e9}"))),
        Case(
            testDescription: "a negative that vanished", past: past(values(1)), news: .gone,
            flag: "gone negative"),
        Case(testDescription: "a praise that vanished", past: past(values(4)), news: .gone),
        Case(testDescription: "live at neither", past: past(ever: true)),
    ]

    @Test("What a review is between two moments", arguments: cases)
    func news(own: Case) {
        let found = ReviewDifference(now: own.now, past: own.past)
        #expect(found?.news == own.news)
        guard let found else { return }
        let flags = [
            ("new negative", found.isNewNegative), ("edited down", found.isEditedDown),
            ("resolved", found.isResolved), ("gone negative", found.isGoneNegative),
            ("edited negative", found.isEditedNegative),
        ].filter(\.1).map(\.0)
        #expect(flags == (own.flag.map { [$0] } ?? []))
    }

    @Test("Votes are no edit")
    func votes() {
        var voted = Self.values(1)
        voted.helpfulVotes = 9
        #expect(ReviewDifference(now: voted, past: Self.past(Self.values(1))) == nil)
    }

    private static func counters(_ count: Int64, _ star: Int64) -> Counters {
        var counters = Counters()
        for _ in 0..<count { counters.add(values(star), sign: 1) }
        return counters
    }

    private static func counts(_ change: (inout NewsCounts) -> Void) -> NewsCounts {
        var counts = NewsCounts()
        change(&counts)
        return counts
    }

    @Test("Alerts: half of what came and five, or a fallen mean, or one danger")
    func alerts() {
        let same = Self.counters(20, 4)
        func alerts(_ counts: NewsCounts, _ after: Counters? = nil, dangers: Int64 = 0)
            -> [ChangeAlert]
        {
            changeAlerts(before: same, after: after ?? same, counts: counts, dangers: dangers)
        }
        let five = Self.counts { ($0.new, $0.newNegative) = (10, 5) }
        #expect(alerts(five) == [.negatives(5, of: 10)])
        #expect(alerts(Self.counts { ($0.new, $0.newNegative) = (11, 5) }).isEmpty)
        #expect(alerts(Self.counts { ($0.new, $0.newNegative) = (4, 4) }).isEmpty)
        // Reviews edited down raise the alert; edits within the negative stars do not.
        let down = Self.counts { ($0.new, $0.newNegative, $0.edited, $0.editedDown) = (4, 3, 9, 2) }
        #expect(alerts(down) == [.negatives(5, of: 6)])
        #expect(alerts(Self.counts { ($0.edited, $0.firstSeen) = (50, 50) }).isEmpty)
        #expect(alerts(NewsCounts(), dangers: 1) == [.dangers(1)])
        var fallen = same
        fallen.add(Self.counters(5, 1))
        #expect(alerts(NewsCounts(), fallen) == [.meanFell(millionths: 600_000)])
        #expect(ChangeAlert.dangers(1).words == "1 review speaks of a danger")
        #expect(ChangeAlert.meanFell(millionths: 1_466_667).words == "the mean fell by 1.47 stars")
        // Half of a hundredth is rounded up.
        #expect(ChangeAlert.meanFell(millionths: 125_000).words == "the mean fell by 0.13 stars")
        #expect(ChangeAlert.meanFell(millionths: 124_999).words == "the mean fell by 0.12 stars")
    }

    @Test("silent-wrong-brand: exactly, else without case, else the nearest")
    func names() {
        let names: [Text] = ["BELLE VOUS", "Belle Époque", "Acme", "acme", "Navaris"]
        #expect(matchName("BELLE VOUS", among: names) == .one("BELLE VOUS"))
        #expect(matchName("belle  vous ", among: names) == .one("BELLE VOUS"))
        #expect(matchName("BELLE ÉPOQUE", among: names) == .one("Belle Époque"))
        #expect(matchName("acme", among: names) == .one("acme"))
        #expect(matchName("ACME", among: names) == .several(["Acme", "acme"]))
        #expect(matchName("BELE VOUS", among: names) == .none(nearest: ["BELLE VOUS"]))
        #expect(matchName("navarsi", among: names) == .none(nearest: ["Navaris"]))
        #expect(matchName("vous", among: names) == .none(nearest: ["BELLE VOUS"]))
        #expect(matchName("Zzzzzzzz", among: names) == .none(nearest: []))
        #expect(matchName("x", among: [] as [Text]) == .none(nearest: []))
    }

    @Test("The distance of two names counts each letter that is left out")
    func distance() {
        #expect(editDistance(["a"], [], within: 1) == 1)
        #expect(editDistance(Array("abc"), Array("c"), within: 2) == 2)
        #expect(editDistance(Array("abc"), Array("c"), within: 1) == nil)
    }

    @Test("Two neighbours that are swapped are one mistake, anywhere in a name")
    func swapped() {
        for (name, other) in [("ab", "ba"), ("abcd", "acbd"), ("abcd", "abdc"), ("xab", "xba")] {
            #expect(editDistance(Array(name), Array(other), within: 1) == 1, "\(name) \(other)")
        }
        // Letters between the two make it more than a swap.
        #expect(editDistance(Array("abc"), Array("cba"), within: 1) == nil)
        #expect(editDistance(Array("abc"), Array("cba"), within: 2) == 2)
        #expect(editDistance(Array("ca"), Array("abc"), within: 3) == 3)
    }

    @Test("A name is suggested within a third of its letters, part of a longer one from three on")
    func reach() {
        func nearest(_ wanted: Text, _ name: Text) -> Bool {
            matchName(wanted, among: [name]) == .none(nearest: [name])
        }
        #expect(nearest("abcd", "abcx") && !nearest("abcd", "abxx"))
        #expect(nearest("abcde", "abcxx") && !nearest("abcde", "abxxx"))
        #expect(nearest("abc", "xxxxabcxxxx") && !nearest("ab", "xxxxabxxxx"))
        #expect(nearest("abcdefghijklmno", "abcdefghijkxxxx"))
        #expect(!nearest("abcdefghijklmno", "abcdefghijxxxxx"))
    }

    private func review(_ id: String, run: Int64, created: String?, mock: String = "2026-01-01")
        -> ListedReview
    {
        let time = Instant(iso8601: created ?? mock)!
        let origin: TimeOrigin = created == nil ? .mock : .source
        return ListedReview(
            productID: "P", reviewID: Text(id),
            identity: Digest128([UInt8](repeating: 0, count: 16)),
            kind: .content, version: 1, isLive: true, run: run, observedAt: time,
            values: ReviewValues(), authorID: nil,
            times: ReviewTimes(
                createdAt: time, createdOrigin: origin, updatedAt: time, updatedOrigin: origin),
            contentDigest: Digest256([UInt8](repeating: 0, count: 32)))
    }

    @Test("newest-is-mock-order: mock times never sort")
    func order() {
        func ids(_ reviews: [ListedReview]) -> String {
            newestFirst(reviews) { $0.run }.map(\.reviewID.string).joined()
        }
        // Mock times are in the opposite order of the runs.
        let mock = [
            review("b", run: 1, created: nil, mock: "2026-03-01"),
            review("a", run: 1, created: nil, mock: "2026-01-01"),
            review("c", run: 2, created: nil, mock: "2025-01-01"),
        ]
        #expect(ids(mock) == "cab")
        let dated = [
            review("a", run: 2, created: "2026-01-01"), review("b", run: 1, created: "2026-02-01"),
        ]
        #expect(ids(dated) == "ba")
        let mixed = [
            review("a", run: 1, created: nil, mock: "2026-09-09"),
            review("b", run: 1, created: "2026-02-01"), review("c", run: 2, created: nil),
            review("d", run: 1, created: "2026-02-02"),
        ]
        #expect(ids(mixed) == "cdba")
    }

    @Test("A single thing that is missing makes an all-clear partial")
    func partial() throws {
        let run = DumpRun(
            run: 2, recordedAt: Instant(iso8601: "2026-03-10")!,
            observedAt: Instant(iso8601: "2026-03-09")!, label: nil, readsReviews: true)
        let whole = Coverage(
            dump: try #require(LoadedDumps([run]).newest), knownProducts: 3, namedProducts: 3,
            missingSince: nil, absentReviews: 0, unreadReviews: 0)
        func changed(_ change: (inout Coverage) -> Void) -> Coverage {
            var part = whole
            change(&part)
            return part
        }
        #expect(whole.isWhole && changed { $0.namedProducts = 4 }.isWhole)
        #expect(!changed { $0.namedProducts = nil }.isWhole)
        #expect(!changed { $0.namedProducts = 2 }.isWhole)
        #expect(!changed { $0.absentReviews = 1 }.isWhole)
        #expect(!changed { $0.unreadReviews = 1 }.isWhole)
        #expect(
            changed {
                $0.namedProducts = 1
                $0.missingSince = Instant(iso8601: "2026-03-02")
                $0.absentReviews = 1
                $0.isAbsenceAtLeast = true
                $0.unreadReviews = 2
            }.sentences.dropFirst() == [
                "2 products are not in it, the longest missing last seen 2026-03-02.",
                "At least 1 review of earlier dumps is not in it and kept.",
                "2 reviews that came are in languages that are not read for themes and dangers.",
            ])
        #expect(
            changed { $0.namedProducts = nil }.sentences == [
                "The dump of 2026-03-09: which of 3 known products it named is not kept."
            ])
    }

    @Test("An all-clear says what it covers")
    func coverage() throws {
        let run = DumpRun(
            run: 2, recordedAt: Instant(iso8601: "2026-03-10")!,
            observedAt: Instant(iso8601: "2026-03-09")!, label: nil, readsReviews: true)
        let dump = try #require(LoadedDumps([run]).newest)
        let whole = Coverage(
            dump: dump, knownProducts: 3, namedProducts: 3, missingSince: nil, absentReviews: 0,
            unreadReviews: 0)
        #expect(whole.isWhole)
        #expect(whole.sentences == ["The dump of 2026-03-09 names 3 of 3 known products."])
        var part = whole
        part.namedProducts = 2
        part.missingSince = Instant(iso8601: "2026-03-02")
        part.absentReviews = 14
        part.unreadReviews = 1
        #expect(!part.isWhole)
        #expect(
            part.sentences == [
                "The dump of 2026-03-09 names 2 of 3 known products.",
                "1 product is not in it, last seen 2026-03-02.",
                "14 reviews of earlier dumps are not in it and kept.",
                "1 review that came is in languages that are not read for themes and dangers.",
            ])
    }
}
