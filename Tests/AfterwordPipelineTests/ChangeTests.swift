import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Testing

/// Which reviews changed a scope's mean; the parts add up exactly.
@Suite struct ChangeTests {
    /// Calls `body` with each random history that committed a run, and its number of runs.
    private func eachHistory(
        _ body: (_ seed: UInt64, any StoreReader, _ runs: Int64) throws -> Void
    ) throws {
        for seed in 1...60 as ClosedRange<UInt64> {
            let history = ReviewHistory(seed: seed)
            let store = MemoryStore()
            try history.load(history.steps, into: store)
            try store.read { reader in
                let runs = Int64(try reader.runs().count)
                if runs > 0 { try body(seed, reader, runs) }
            }
        }
    }

    @Test("Over random histories the parts add up to the change, of the mean and of every count")
    func exact() throws {
        var compared = 0
        try eachHistory { seed, reader, runs in
            let products = try reader.products(nil).map(\.productID)
            var scopes: [ReviewScope] = [.scope(.portfolio)]
            if let product = products.first { scopes.append(.product(product)) }
            scopes += try reader.scopes().prefix(3).map { .scope($0.scope) }
            for from in 1...runs {
                for to in from...runs {
                    for scope in scopes {
                        guard
                            let changes = try? changes(
                                reader, of: scope, from: from, to: to)
                        else { continue }
                        compared += 1
                        let place = "seed \(seed), \(scope.written), runs \(from) to \(to)"
                        check(changes, place)
                        let whole = try WholeChanges(
                            reader, of: scope, from: from, to: to)
                        #expect(whole == WholeChanges(changes), "\(place)")
                    }
                }
            }
        }
        #expect(compared > 100)
    }

    @Test("The inbox of a run is what two whole states say came between them")
    func inboxOfWholeStates() throws {
        var found = 0
        try eachHistory { seed, reader, runs in
            for since in 1..<max(runs, 1) {
                func state(_ run: Int64) throws -> [Text: Set<Text>] {
                    let live = try AsOfReader(reader, run: run).reviews(ofProduct: nil)
                        .filter { $0.isLive && ($0.values.star ?? 5) <= 2 }
                    return Dictionary(grouping: live, by: \.productID)
                        .mapValues { Set($0.map(\.reviewID)) }
                }
                let (before, after) = (try state(since), try state(runs))
                let told = try inbox(reader, since: since, page: Page(number: 1, size: .max))
                    .entries
                found += told.count
                func count(_ was: Bool, _ now: Bool) -> Int {
                    told.count { entry in
                        let wasNegative = entry.starBefore.map { $0 <= 2 } ?? false
                        let star = entry.review.isLive ? entry.review.values.star : nil
                        return entry.kind != .safety && wasNegative == was
                            && (star.map { $0 <= 2 } ?? false) == now
                    }
                }
                func more(_ left: [Text: Set<Text>], _ right: [Text: Set<Text>]) -> Int {
                    left.reduce(0) { $0 + $1.value.subtracting(right[$1.key] ?? []).count }
                }
                #expect(count(false, true) == more(after, before), "seed \(seed), since \(since)")
                #expect(count(true, false) == more(before, after), "seed \(seed), since \(since)")
            }
        }
        #expect(found > 20)
    }

    private func check(_ changes: ScopeChanges, _ place: String) {
        let movements = changes.movements.map(\.movement)
        let reviews = movements.reduce(0) { $0 + $1.reviewDelta }
        let count = movements.reduce(0) { $0 + $1.countDelta }
        let sum = movements.reduce(0) { $0 + $1.ratingDelta }
        #expect(changes.before.reviewCount + reviews == changes.after.reviewCount, "\(place)")
        #expect(changes.before.ratedCount + count == changes.after.ratedCount, "\(place)")
        #expect(changes.before.ratingSum + sum == changes.after.ratingSum, "\(place)")
        guard let attribution = changes.attribution else { return }
        let parts = changes.movements.reduce(Int128(0)) { $0 + ($1.part ?? 0) }
        #expect(parts == attribution.change, "\(place)")
        let reasons = MovementReason.allCases.reduce(Int128(0)) { $0 + changes.part($1) }
        #expect(reasons == attribution.change, "\(place)")
    }

    @Test("A mean from 4.0 to 3.0: what each of three reviews did")
    func example() throws {
        // Ratings 5 4 3. Then the 3 is edited to 1, the 4 is deleted, and a 3 is added: 5 1 3.
        let attribution = try #require(MeanAttribution(before: (120, 3), after: (90, 3)))
        let edit = Movement(reason: .edited, reviewDelta: 0, countDelta: 0, ratingDelta: -20)
        let gone = Movement(reason: .deleted, reviewDelta: -1, countDelta: -1, ratingDelta: -40)
        let came = Movement(reason: .inserted, reviewDelta: 1, countDelta: 1, ratingDelta: 30)
        let parts = [edit, gone, came].map { attribution.millionths(attribution.part($0)) }
        // -2/3, 0 (its rating was the mean), -1/3.
        #expect(parts == [-666_667, 0, -333_333])
        #expect(attribution.millionths(attribution.change) == -1_000_000)
    }

    private func weeks() throws -> Fixture {
        func review(_ product: String, _ rating: Int, _ body: String) -> String {
            Fixture.review(product, rating, body)
        }
        let old = (0..<12).map { review("P1", 4, "A review that stays, number \($0)") }
        let fading = review("P1", 1, "It broke after two weeks and I am sad")
        var fixture = Fixture()
        try fixture.load(["a.json": Fixture.array(old + [fading])])
        fixture.options.observedAt = Instant(iso8601: "2026-03-09")
        fixture.clock = Instant(iso8601: "2026-03-09T08:00:00Z")!
        let new =
            (0..<6).map { review("P1", 1, "It leaked on day \($0) and it is bad") }
            + [review("P1", 5, "It caught fire but I got a new one")]
        try fixture.load(["a.json": Fixture.array(old + new)]) { $0.completeness = .products }
        return fixture
    }

    @Test("Many negatives and a fallen mean are alerts; too few ratings say nothing of a mean")
    func alerts() throws {
        let fixture = try weeks()
        let found = try fixture.store.read {
            try changes($0, of: .product("P1"), from: 1, to: 2)
        }
        #expect(found.movements.count == 8)
        #expect(found.alerts.contains(.negatives(6, of: 7)))
        #expect(found.alerts.contains(.dangers(1)))
        #expect(found.alerts.count == 3 && found.saysEnough)
        let none = try fixture.store.read { try changes($0, of: .product("P1"), from: 2, to: 2) }
        #expect(none.movements.isEmpty && none.alerts.isEmpty)
        let shifts = try fixture.store.read { try brandShifts($0, from: 1, to: 2) }
        #expect(shifts.count == 1 && shifts[0].counts.newNegative == 6)
        #expect(shifts[0].counts.new == 7 && shifts[0].counts.goneNegative == 1)
        #expect(shifts[0].alerts == found.alerts)
    }

    @Test(
        "alert-top-never-exits-6: products without a brand, and edits at equal stars, are among the brands"
    )
    func unbranded() throws {
        // Rows with ids and without a brand, so that an edit changes no sum.
        func rows(_ last: String) -> String {
            (0..<12).map { number in
                let text = number == 11 ? last : "Text \(number)."
                return """
                    {"review_id": "R\(number)", "parent_asin": "P1", "rating": 5.0, "title": "T", \
                    "text": "\(text)", "user_id": "U\(number)"}
                    """
            }.joined(separator: "\n")
        }
        let fixture = Fixture()
        try fixture.load(["a.jsonl": rows("Fine so far.")])
        try fixture.load(["a.jsonl": rows("It caught fire in the kitchen.")])
        let shifts = try fixture.store.read { try brandShifts($0, from: 1, to: 2) }
        #expect(shifts.map(\.brand) == [nil])
        #expect(shifts.first?.alerts == [.dangers(1)])
        #expect(shifts.first?.after.reviewCount == 12 && shifts.first?.before.reviewCount == 12)
    }

    @Test("Scopes and runs that are not there are told of")
    func refused() throws {
        let fixture = try weeks()
        #expect(throws: ChangeFault.backwards) {
            try fixture.store.read { try changes($0, of: .scope(.portfolio), from: 2, to: 1) }
        }
        #expect(throws: ChangeFault.noSuchScope) {
            try fixture.store.read { try changes($0, of: .product("none"), from: 1, to: 2) }
        }
        #expect(throws: AsOfFault.noSuchRun(9)) {
            try fixture.store.read { try changes($0, of: .scope(.portfolio), from: 1, to: 9) }
        }
        #expect(ReviewScope("brand:A:B") == .scope(Scope(kind: .brand, id: "A:B")))
        for written in ["", "brand", "brand:", "portfolio:x", "nothing:x"] {
            #expect(ReviewScope(written) == nil, "\(written)")
        }
    }

    @Test("A product that changes its brand leaves one scope and joins the other, whole")
    func joined() throws {
        func review(_ brand: String, _ rating: Int, _ body: String) -> String {
            Fixture.review("P1", rating, body).replacing(
                "\"PRODUCT_BRAND\": \"B\"", with: "\"PRODUCT_BRAND\": \"\(brand)\"")
        }
        var fixture = Fixture()
        let bodies = [(1, "The first text of all of them"), (5, "The second text of all of them")]
        try fixture.load(["a.json": Fixture.array(bodies.map { review("Old", $0.0, $0.1) })])
        fixture.options.observedAt = Instant(iso8601: "2026-03-09")
        fixture.clock = Instant(iso8601: "2026-03-09T08:00:00Z")!
        try fixture.load(["a.json": Fixture.array(bodies.map { review("New", $0.0, $0.1) })])
        try fixture.store.read { reader in
            for (name, reason) in [("Old", MovementReason.left), ("New", .joined)] {
                let scope = ReviewScope.scope(Scope(kind: .brand, id: Text(name)))
                let found = try changes(reader, of: scope, from: 1, to: 2)
                #expect(found.movements.map(\.movement.reason) == [reason, reason], "\(name)")
                check(found, name)
            }
        }
    }

    @Test("The inbox: dangers, new negatives, edits that made one, and what is resolved")
    func inboxKinds() throws {
        let fixture = try weeks()
        let entries = try fixture.store.read {
            try inbox($0, since: 1, page: Page(number: 1, size: 50))
        }.entries
        #expect(
            entries.map(\.kind) == [.safety] + Array(repeating: .negative, count: 6) + [.gone])
        #expect(entries[0].hazard == "fire_or_smoke")
        #expect(entries[0].quote == "It caught fire but I got a new one")
        #expect(entries[1].themes.contains("leaks"))
        let all = try fixture.store.read {
            try inbox($0, since: 0, page: Page(number: 1, size: 50))
        }
        #expect(all.entries.filter { $0.kind == .firstSeen }.count == 6, "what is gone is no news")
        let none = try fixture.store.read { try inbox($0, since: 2, page: Page()) }
        #expect(none.total == 0)
        #expect(throws: AsOfFault.noSuchRun(7)) {
            try fixture.store.read { try inbox($0, since: 7, page: Page()) }
        }
    }
}

/// The changes computed independently: two complete states, compared review by review.
private struct WholeChanges: Equatable {
    var before: Counters
    var after: Counters
    /// Reason, product, review, and the ratings before and after.
    var movements: Set<String> = []

    init(_ changes: ScopeChanges) {
        (before, after) = (changes.before, changes.after)
        for moved in changes.movements {
            movements.insert(
                Self.line(moved.movement.reason, moved.review, moved.before, moved.after))
        }
    }

    init(_ reader: any StoreReader, of scope: ReviewScope, from: Int64, to: Int64) throws {
        let old = try Self.live(reader, scope, from)
        let new = try Self.live(reader, scope, to)
        (before, after) = (Counters(), Counters())
        for (review, isInside) in old.values where isInside { before.add(review.values, sign: 1) }
        for (review, isInside) in new.values where isInside { after.add(review.values, sign: 1) }
        for key in Set(old.keys).union(new.keys) {
            let (left, right) = (old[key], new[key])
            let was = left.flatMap { $0.isInside ? $0.review : nil }
            let now = right.flatMap { $0.isInside ? $0.review : nil }
            let reason: MovementReason
            switch (was, now) {
            case (nil, nil): continue
            case (nil, _): reason = left == nil ? .inserted : .joined
            case (_, nil): reason = right == nil ? .deleted : .left
            case (let was?, let now?):
                func said(_ values: ReviewValues) -> [Text?] { [values.title, values.body] }
                guard
                    was.values.rating != now.values.rating
                        || said(was.values) != said(now.values)
                else { continue }
                reason = .edited
            }
            movements.insert(Self.line(reason, (now ?? was)!, was, now))
        }
    }

    private static func live(
        _ reader: any StoreReader, _ scope: ReviewScope, _ run: Int64
    ) throws -> [Int64: (review: StoredReview, isInside: Bool)] {
        let reader = AsOfReader(reader, run: run)
        var inside: Set<Text> = []
        for product in try reader.products(nil)
        where scope.holds(product.productID, product.dimension) {
            inside.insert(product.productID)
        }
        var live: [Int64: (review: StoredReview, isInside: Bool)] = [:]
        for review in try reader.reviews(ofProduct: nil) where review.isLive {
            live[review.reviewKey] = (review, inside.contains(review.productID))
        }
        return live
    }

    private static func line(
        _ reason: MovementReason, _ review: StoredReview, _ old: StoredReview?,
        _ new: StoredReview?
    ) -> String {
        "\(reason) \(review.productID) \(review.reviewID) \(old?.values.rating ?? 0)"
            + " → \(new?.values.rating ?? 0)"
    }
}
