import AfterwordCore
import AfterwordModels
import AfterwordPipeline
import AfterwordTesting
import Foundation
import Synchronization
import Testing

/// Questions in batches, asked of the project's own fake server over a socket, on every store.
@Suite(.serialized) struct BatchTests {
    private static let scopes: [ReviewScope] = [
        .scope(Scope(kind: .brand, id: "Lumora")), .scope(Scope(kind: .brand, id: "Knokke")),
        .product("B0FLASK002"),
    ]

    @Test(
        "A batch is asked, waited for, booked at half the price, and makes the direct insights",
        arguments: StoreKind.available)
    func whole(kind: StoreKind) async throws {
        let place = try await BatchPlace(kind)
        let asked = try await place.ask(Self.scopes)
        #expect(asked.asked == 3 && asked.batches.count == 1 && asked.failure == nil)
        let batch = try #require(asked.batches.first)
        #expect(batch.serverID != nil && batch.status == "validating" && batch.endedAt == nil)
        let open = try place.calls()
        #expect(open.count == 3 && open.allSatisfy { $0.endedAt == nil && $0.modelBatch == 1 })
        #expect(asked.reserved == open.reduce(0) { $0 + $1.reserved })
        // Nothing is asked twice, neither in a batch nor directly.
        let again = try await place.ask(Self.scopes)
        #expect(again.asked == 0 && again.pending == 3 && again.batches.isEmpty)
        let direct = try await place.make([Self.scopes[0]])
        #expect(direct.outcomes.map(\.outcome) == [.inBatch] && direct.calls == 0)

        let early = try await place.collect()
        #expect(early.count == 1 && !early[0].isEnded && early[0].made == 0)
        place.advance(200)
        let half = try await place.collect()
        #expect(half[0].batch.status == "in_progress" && half[0].total == 3)
        place.advance(300)
        let done = try await place.collect()
        #expect(done[0].isEnded && done[0].booked == ["answered": 3] && done[0].made == 3)
        #expect(done[0].runs.count == 1 && done[0].failure == nil)
        #expect(try await place.collect().isEmpty)

        let calls = try place.calls()
        let facts = try #require(ModelFacts.named("gpt-6-luna"))
        for call in calls {
            let usage = try #require(call.usage)
            #expect(call.tier == "batch" && call.servedModel == "gpt-6-luna")
            #expect(call.cost == facts.cost(usage, PriceTerms(tier: .batch)))
            #expect(call.cost ?? 0 <= call.reserved)
            #expect((call.cost ?? 0) * 2 <= facts.cost(usage) + 1)
        }
        let made = try place.insights()
        #expect(made.map(\.servedModel) == ["gpt-6-luna", "gpt-6-luna", "gpt-6-luna"])
        #expect(try await Self.direct(kind).map(\.document) == made.map(\.document))
        #expect(try place.finding() == nil)
    }

    /// The same insights, asked for directly.
    private static func direct(_ kind: StoreKind) async throws -> [InsightRow] {
        let place = try await BatchPlace(kind)
        #expect(try await place.make(scopes).made == 3)
        return try place.insights()
    }

    @Test(
        "Killed at any moment: nothing is asked twice, nothing booked twice, all insights come",
        arguments: StoreKind.available)
    func killed(kind: StoreKind) async throws {
        var deaths = 0
        for moment in 0... {
            let place = try await BatchPlace(kind)
            let dying = DyingStore(place.store, after: moment)
            do {
                _ = try await place.ask(Self.scopes, in: dying)
            } catch is DyingStore.Death {}
            place.advance(500)
            if !dying.isDead {
                do {
                    _ = try await place.collect(in: dying)
                } catch is DyingStore.Death {}
            }
            if dying.isDead { deaths += 1 }
            // Another program goes on.
            var looks = 0
            while try place.store.ledger({ try !$0.openBatches().isEmpty }), looks < 4 {
                _ = try await place.collect()
                place.advance(unsentBatchSeconds)
                looks += 1
            }
            let left = try await place.ask(Self.scopes)
            if left.asked > 0 {
                // Only where no batch was made at the server.
                #expect(left.asked == 3, "moment \(moment)")
                place.advance(500)
                _ = try await place.collect()
            }
            try Self.expectWhole(place, "moment \(moment) on \(kind)")
            if !dying.isDead { break }
        }
        #expect(deaths >= 5)
    }

    private static func expectWhole(_ place: BatchPlace, _ moment: Comment) throws {
        let batches = try place.serverBatches().count
        #expect(batches == 1, moment)
        let calls = try place.calls()
        #expect(calls.count { $0.outcome == "answered" } == 3, moment)
        #expect(calls.allSatisfy { $0.endedAt != nil }, moment)
        #expect(Set(calls.filter { $0.outcome == "answered" }.map(\.cacheKey)).count == 3, moment)
        #expect(calls.filter { $0.outcome != "answered" }.allSatisfy { $0.cost == 0 }, moment)
        #expect(try place.insights().count == 3, moment)
        let history = try place.store.read { try $0.insightHistory(of: nil) }
        #expect(history.count == 3, moment)
        #expect(try place.finding() == nil, moment)
    }

    @Test("Partial results: what an expired or cancelled batch answered is used, the rest is free")
    func partial() async throws {
        for isCancelled in [true, false] {
            let place = try await BatchPlace(.sqlite) { configuration in
                guard !isCancelled else { return }
                configuration.rules = Self.expiring
            }
            let asked = try await place.ask(Self.scopes)
            if isCancelled {
                place.advance(200)
                let id = asked.batches[0].serverID ?? ""
                try place.call("POST", "/v1/batches/\(id)/cancel")
                place.advance(300)
            } else {
                place.advance(86_500)
            }
            let done = try await place.collect()
            let outcome = isCancelled ? "batch_cancelled" : "batch_expired"
            #expect(done[0].isEnded && done[0].batch.status == String(outcome.dropFirst(6)))
            let answered = done[0].booked["answered"] ?? 0
            #expect((1...2).contains(answered) && done[0].booked[outcome] == 3 - answered)
            #expect(done[0].made == answered)
            let free = try place.calls().filter { $0.outcome == outcome }
            #expect(free.allSatisfy { $0.cost == 0 && $0.usage == nil })
            // The rest can be asked again.
            #expect(try await place.ask(Self.scopes).asked == 3 - answered)
            #expect(try place.finding() == nil)
        }
    }

    private static let expiring = rules(
        #"{"match": {"path": "/v1/batches"}, "answers": [{"fault": "batch=expire;done=0.5"}]}"#)

    private static func rules(_ rules: String...) -> RuleBook {
        let document = #"{"rules": [\#(rules.joined(separator: ", "))]}"#
        return (try? RuleBook(Array(document.utf8))) ?? RuleBook()
    }

    @Test("Lines with errors and unusable answers are booked as what they are, and asked again")
    func lines() async throws {
        func line(_ number: Int, _ answer: String) -> String {
            #"{"match": {"custom_id": "afterword-3e9-1-\#(number)"}, "answers": [\#(answer)]}"#
        }
        let place = try await BatchPlace(.sqlite) {
            $0.rules = Self.rules(
                line(1, #"{"fault": "status=400"}"#), line(2, #"{"text": "no JSON"}"#),
                line(3, #"{"refusal": "No."}"#))
        }
        _ = try await place.ask(Self.scopes)
        place.advance(500)
        let done = try await place.collect()
        #expect(done[0].isEnded && done[0].made == 0 && done[0].failure == nil)
        #expect(done[0].booked == ["bad_request": 1, "unreadable": 1, "refused": 1])
        let calls = try place.calls()
        #expect(calls.first { $0.outcome == "bad_request" }?.cost == 0)
        #expect(calls.first { $0.outcome == "unreadable" }?.unreadAnswer == "no JSON")
        #expect(calls.filter { $0.outcome != "bad_request" }.allSatisfy { $0.cost ?? 0 > 0 })
        // Unusable answers are asked for once more, with a note of the fault.
        let again = try await place.ask(Self.scopes)
        #expect(again.asked == 3)
        place.advance(500)
        #expect(try await place.collect()[0].made == 3)
    }

    @Test("Reviews that changed meanwhile: the insight is of those that were asked about")
    func later() async throws {
        let place = try await BatchPlace(.sqlite, dumps: 1)
        _ = try await place.ask(Self.scopes)
        let evidence = try place.store.read { try $0.runs().newestData?.run }
        try place.load("2026-05-11")
        // One scope gets an insight of the later reviews before the batch ends.
        #expect(try await place.make([Self.scopes[1]]).made == 1)
        place.advance(500)
        let done = try await place.collect()
        #expect(done[0].made == 2 && done[0].overtaken == [Self.scopes[1]])
        let made = try place.insights()
        #expect(made.filter { $0.evidenceRun == evidence }.count == 2 && made.count == 3)
        #expect(try place.finding() == nil)
        // As of the first dump nothing is changed by what came later.
        let then = try place.store.read { try AsOfReader($0, run: evidence ?? 0).insights(of: nil) }
        #expect(then.isEmpty)
    }

    @Test("What fits into the budget is asked, in as many batches as the limits need")
    func limits() async throws {
        let place = try await BatchPlace(.sqlite)
        let asked = try await place.ask(Self.scopes) { $0.batchLimit.questions = 2 }
        #expect(asked.batches.count == 2 && asked.asked == 3 && asked.refusal == nil)
        place.advance(500)
        #expect(try await place.collect().map(\.made) == [2, 1])

        let poor = try await BatchPlace(.sqlite)
        let some = try await poor.ask(Self.scopes) { $0.budget.run = asked.reserved - 1 }
        #expect(some.asked == 2 && some.refusal?.span == .run && some.batches.count == 1)
        let none = try await poor.ask(Self.scopes) { $0.budget.day = 1 }
        #expect(none.asked == 0 && none.refusal?.span == .day && none.batches.isEmpty)
    }

    @Test("Enrichment in a batch: by version, once, killed or not", arguments: StoreKind.available)
    func enrichment(kind: StoreKind) async throws {
        let place = try await BatchPlace(kind)
        let asked = try await place.askForEnrichment(Self.scopes[0])
        #expect(asked.asked > 0 && asked.batches[0].purpose == .enrichment)
        #expect(try await place.askForEnrichment(Self.scopes[0]).pending == asked.asked)
        place.advance(500)
        for moment in 0... {
            let dying = DyingStore(place.store, after: moment)
            do { _ = try await place.collect(in: dying) } catch is DyingStore.Death {}
            if !dying.isDead { break }
        }
        let rows = try place.store.read { try $0.enrichments(ofProducts: nil) }
        let names = rows.map { "\($0.reviewKey) \($0.version)" }
        #expect(!rows.isEmpty && Set(names).count == rows.count)
        #expect(rows.allSatisfy { $0.model == "gpt-6-luna" && $0.servedModel == "gpt-6-luna" })
        #expect(try await place.askForEnrichment(Self.scopes[0]).asked == 0)
        #expect(try place.calls().allSatisfy { $0.outcome == "answered" && $0.tier == "batch" })
        #expect(try place.finding() == nil)
        let target = try place.stores.make()
        _ = try copyStore(from: place.store, to: target)
        #expect(try target.read { try $0.enrichments(ofProducts: nil) } == rows)
        #expect(try target.read { try $0.batchItems() } == place.store.read { try $0.batchItems() })
    }

    @Test("Two collectors at once store once", arguments: StoreKind.available)
    func twice(kind: StoreKind) async throws {
        let place = try await BatchPlace(kind)
        _ = try await place.ask(Self.scopes)
        let questions = try await place.askForEnrichment(Self.scopes[0]).asked
        place.advance(500)
        let done = try await place.collect(in: TwiceStore(place.store))
        #expect(done.map(\.isEnded) == [true, true] && done.map(\.made) == [0, 0])
        #expect(done.map { $0.booked["answered"] } == [3, questions])
        #expect(try place.store.read { try $0.insightHistory(of: nil) }.count == 3)
        let rows = try place.store.read { try $0.enrichments(ofProducts: nil) }
        #expect(!rows.isEmpty)
        #expect(Set(rows.map { "\($0.reviewKey) \($0.version)" }).count == rows.count)
        #expect(try place.finding() == nil)
    }

    @Test(
        "What an open batch asks about a review is not asked again, however it is grouped",
        arguments: StoreKind.available)
    func grouping(kind: StoreKind) async throws {
        let place = try await BatchPlace(kind)
        let brand = try await place.askForEnrichment(Self.scopes[0])
        let asked = try place.versions()
        let all = try await place.askForEnrichment(.scope(.portfolio))
        #expect(all.pending == brand.asked && all.asked > 0)
        let versions = try place.versions()
        #expect(Set(versions).count == versions.count && versions.count > asked.count)
        let price = try await place.priceEnrichment(.scope(.portfolio))
        #expect(price.pending == versions.count && price.calls == 0 && price.reviews == 0)
        #expect(price.json["in_batch"]?.integer == Int64(versions.count))
        let direct = try await place.enrich(.scope(.portfolio))
        #expect(direct.pending == versions.count && direct.asked.calls == 0)
        place.advance(500)
        #expect(try await place.collect().reduce(0) { $0 + $1.made } == versions.count)
        #expect(try await place.priceEnrichment(.scope(.portfolio)).standing == versions.count)
    }

    @Test("Enrichments that are asked at the same moment ask about no version twice")
    func together() async throws {
        let place = try await BatchPlace(.sqlite)
        _ = try await place.askForEnrichment(Self.scopes[0])
        // Whoever has read the store before that knows of no batch.
        let all = try await place.askForEnrichment(
            .scope(.portfolio), in: WithoutBatches(place.store))
        let versions = try place.versions()
        #expect(Set(versions).count == versions.count && !versions.isEmpty)
        #expect(all.pending > 0)
        place.advance(500)
        #expect(try await place.collect().reduce(0) { $0 + $1.made } == versions.count)
        _ = try await place.askForEnrichment(.scope(.portfolio))
        place.advance(1_000)
        _ = try await place.collect()
        let price = try await place.priceEnrichment(.scope(.portfolio))
        #expect(price.reviews == 0 && price.pending == 0)
    }

    @Test("An answer that names no review of the question could not be used")
    func empty() async throws {
        let place = try await BatchPlace(.sqlite)
        let schema = EnrichmentSchema.document(.first)
        #expect(!isReadable(#"{"reviews":[]}"#, schema: schema))
        let one = #"{"aspects":[],"review_id":"ID","sentiment":"neutral","text":"","title":""}"#
        for (id, isUsable) in [("r1", true), ("r20", true), ("r21", false), ("x1", false)] {
            let answer = #"{"reviews":["# + one.replacing("ID", with: id) + "]}"
            #expect(isReadable(answer, schema: schema) == isUsable, "\(id)")
        }
        #expect(try place.calls().isEmpty)
    }

    @Test("A plan prices neither what a batch asks nor what is left alone")
    func planned() async throws {
        let place = try await BatchPlace(.sqlite)
        #expect(try await place.price(top: 3).calls == 3)
        let scopes = try place.store.read { try chooseScopes($0, .top(3)) }
        _ = try await place.ask(scopes)
        let open = try await place.price(top: 3)
        #expect(open.pending == 3 && open.calls == 0 && open.cost == 0)
        // Two unusable answers each.
        try place.store.ledger { ledger in
            for var call in try ledger.openCalls(ofBatch: 1) {
                (call.endedAt, call.cost, call.outcome) = (call.startedAt, 1, "unreadable")
                try ledger.end(call)
                call.modelBatch = nil
                _ = try ledger.begin(call)
            }
        }
        let left = try await place.price(top: 3)
        #expect(left.leftAlone == 3 && left.calls == 0 && left.pending == 0)
        #expect(left.json["left_alone"]?.integer == 3)
    }

    @Test("Reviews whose answers could not be used twice are left alone until a refresh")
    func refreshedEnrichment() async throws {
        let place = try await BatchPlace(.sqlite)
        let asked = try await place.askForEnrichment(.scope(.portfolio))
        try place.store.ledger { ledger in
            for var call in try ledger.openCalls(ofBatch: 1) {
                (call.endedAt, call.cost, call.outcome) = (call.startedAt, 1, "unreadable")
                try ledger.end(call)
                call.modelBatch = nil
                _ = try ledger.begin(call)
            }
            for var batch in try ledger.openBatches() {
                batch.endedAt = batch.createdAt
                try ledger.put(batch: batch)
            }
        }
        let left = try await place.enrich(.scope(.portfolio))
        #expect(left.made == 0 && left.left > 0 && left.asked.calls == 0)
        #expect(left.failures.map(\.fault) == Array(repeating: .leftAlone, count: asked.asked))
        let again = try await place.enrich(.scope(.portfolio)) { $0.isRefreshing = true }
        #expect(again.made == left.left && again.failures.isEmpty)
    }

    @Test("Themes are counted and kept answers used when a batch is asked, as directly")
    func atOnce() async throws {
        let place = try await BatchPlace(.sqlite)
        let direct = try await BatchPlace(.sqlite)
        _ = try await direct.make(Self.scopes) { $0.countsThemes = true }
        let asked = try await place.ask(Self.scopes) { $0.countsThemes = true }
        #expect(asked.asked == 3 && asked.made == 0 && asked.runs.count == 1)
        let (themes, wanted) = try (
            place.store.read { try $0.themeRows() }, direct.store.read { try $0.themeRows() }
        )
        #expect(!themes.isEmpty && themes == wanted)
        #expect(try await place.ask(Self.scopes) { $0.countsThemes = true }.runs.isEmpty)
        // An answer that was booked, of which nothing is made yet.
        place.advance(500)
        let dying = DyingStore(place.store, after: 12)
        do { _ = try await place.collect(in: dying) } catch is DyingStore.Death {}
        #expect(try place.calls().allSatisfy { $0.outcome == "answered" })
        #expect(try place.insights().isEmpty)
        let again = try await place.ask(Self.scopes)
        #expect(again.known == 3 && again.made == 3 && again.asked == 0)
        #expect(try await place.collect()[0].made == 0)
        #expect(try place.store.read { try $0.insightHistory(of: nil) }.count == 3)
        #expect(try place.finding() == nil)
    }
}

/// A store as it was read before anything was asked in batches.
private final class WithoutBatches: ForwardingStore {
    let store: any ReviewStore
    init(_ store: any ReviewStore) { self.store = store }
    func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result {
        try store.read { try body(Reader($0)) }
    }

    private final class Reader: ForwardingReader {
        private let reader: any StoreReader
        init(_ reader: any StoreReader) { self.reader = reader }
        func target() throws -> any StoreReader { reader }
        func modelBatches() throws -> [ModelBatch] { [] }
    }
}
