import AfterwordCore
import AfterwordModels
import AfterwordPipeline
import AfterwordTesting
import Testing

/// A review with only the values that a model is shown.
func readReviewForTest(
    _ product: String, _ star: Int64?, _ text: String, number: Int, author: String? = nil,
    brand: String? = "Lumora"
) -> ReadReview {
    var values = ReviewValues()
    values.rating = star.map { $0 * 10 }
    values.body = Text(text)
    values.authorName = author.map { Text($0) }
    let times = ReviewTimes(
        createdAt: ReviewHistory.start, createdOrigin: .mock, updatedAt: ReviewHistory.start,
        updatedOrigin: .mock)
    let review = StoredReview(
        reviewKey: Int64(number), productID: Text(product), reviewID: Text("R\(number)"),
        identity: Digest128([UInt8](repeating: UInt8(number % 250), count: 16)), kind: .source,
        version: 1, isLive: true, run: 1, observedAt: ReviewHistory.start, values: values,
        authorID: nil, times: times, contentDigest: values.contentDigest,
        payloadDigest: Digest128([UInt8](repeating: 0, count: 16)), rawKey: Int64(number))
    return ReadReview(
        review: review, brand: brand.map { Text($0) },
        reading: readReview(values, with: .first), isNew: false)
}

/// A load time after all dumps were taken.
let afterAllDumps = Instant(iso8601: "2026-06-03")!

let lumora = ReviewScope.scope(Scope(kind: .brand, id: "Lumora"))

/// A store with the first two dumps of the golden case of insights.
func loadedInsightDumps() throws -> MemoryStore {
    let store = MemoryStore()
    for folder in ["2026-05-04", "2026-05-11"] {
        _ = try loadDump(
            openDumps("Golden/insights/dumps/\(folder)")[0], into: store, options: LoadOptions(),
            surroundings: LoadSurroundings(now: { afterAllDumps }))
    }
    return store
}

/// Complaints and praise in three languages.
let someReviews: [ReadReview] = [
    (1, "It leaked after two days and the bag was wet."),
    (2, "Die Flasche ist leider undicht und nicht zu gebrauchen."),
    (1, "La bottiglia perde acqua e non è quello che volevo."),
    (5, "Works great and it looks good, very easy to use."),
    (4, "Gute Qualität und sieht gut aus."), (3, "The paint is peeling off after a week."),
].enumerated().map { readReviewForTest("P\($0 % 3)", Int64($1.0), $1.1, number: $0 + 1) }

func someRequest(_ language: Language = .english) -> ModelRequest {
    insightRequest(
        evidence(lumora, someReviews), language: language, model: "fake-1", lexicon: .first)
}

@Suite struct FakeModelTests {
    @Test("The same request and seed give the same bytes, in any process and order")
    func pure() async throws {
        let request = someRequest()
        let first = try await FakeModel().answer(request)
        let second = try await FakeModel().answer(request)
        #expect(first == second)
        // Checked by hand once: the leak is mentioned in three languages, so it comes first.
        let answer = try readAnswer(first.text, schema: request.schema)
        #expect(answer.issues.map(\.aspect) == ["leaks", "coating"])
        #expect(answer.issues[0].evidence.count == 3)
        #expect(answer.recommendations.map(\.route) == [.product, .product])
    }

    @Test("Every answer is of the schema asked for, however it behaves, in every language")
    func schema() async throws {
        for language in Language.allCases where language != .unknown {
            let request = someRequest(language)
            for behaviour in FakeModel.Behaviour.allCases {
                do throws(ModelFailure) {
                    let reply = try await FakeModel(behaviour).answer(request)
                    let isRead = (try? readAnswer(reply.text, schema: request.schema)) != nil
                    #expect(isRead == (behaviour != .badJSON), "\(behaviour)")
                } catch {
                    #expect([.refusal, .cut].contains(behaviour), "\(behaviour): \(error)")
                }
            }
        }
    }

    @Test("What it says in its own words passes the checks, in every language")
    func prose() async throws {
        let evidence = evidence(lumora, someReviews)
        let check = ProseCheck(evidence)
        for language in Language.allCases where language != .unknown {
            let request = someRequest(language)
            let reply = try await FakeModel().answer(request)
            let answer = try readAnswer(reply.text, schema: request.schema)
            for text in answer.issues.map(\.summary) + answer.strengths.map(\.summary)
                + answer.recommendations.map(\.text) + answer.limitations + [answer.standing]
            {
                #expect(check.fault(text) == nil, "\(language): \(text)")
            }
        }
    }

    @Test("Faults come by request and seed, about as often as asked for")
    func faults() async throws {
        var failed = 0
        for seed in 0..<200 as Range<UInt64> {
            let model = FakeModel(seed: seed, faultsPerMille: 300)
            let first = try? await model.answer(someRequest())
            let second = try? await model.answer(someRequest())
            #expect(first == second, "seed \(seed)")
            if first == nil { failed += 1 }
        }
        #expect((30...90).contains(failed), "\(failed) of 200 failed, 60 expected")
    }

    @Test("A request without reviews is refused, not made up")
    func nothing() async throws {
        let request = ModelRequest(
            model: "fake-1", system: "", user: "hello", schemaName: "x", schema: .row([:]))
        await #expect(throws: ModelFailure(.badRequest("no reviews"))) {
            try await FakeModel().answer(request)
        }
    }
}
