import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import Foundation
import Testing

/// Dangers on the pages: by class, after verdicts, with the number of those that are probably
/// harmless.
@Suite struct PageDangerTests {
    private static let dumps: [MadeLoad] = [
        .dump(
            "2026-03-02",
            [
                MadeProduct(
                    id: "D1", brand: "Delta", title: "Kettle",
                    reviews: [MadeReview(id: "old", rating: 5, text: "Boils quickly.")])
            ]),
        .dump(
            "2026-03-09",
            [
                MadeProduct(
                    id: "D1", brand: "Delta", title: "Kettle",
                    reviews: [
                        MadeReview(id: "old", rating: 5, text: "Boils quickly."),
                        MadeReview(id: "fire", rating: 5, text: "It caught fire on day two."),
                        MadeReview(id: "said", rating: 2, text: "This is a fire hazard."),
                        MadeReview(id: "none", rating: 5, text: "Nothing caught fire."),
                    ])
            ]),
    ]

    /// Records a verdict on a review of `D1`.
    private func judge(_ review: String, _ verdict: Verdict, in path: String) throws {
        _ = try judgeReview(
            NewVerdict(
                product: Text("D1"), review: Text(review), verdict: verdict,
                judgedBy: Text("Ann"), why: Text("Read it")),
            in: try SQLiteStore(path: path), now: Instant(seconds: 1_800_003_600))
    }

    @Test("Dangers stand by class on the first page and on those of the brand and product")
    func classes() async throws {
        try await serving(Self.dumps) { client, _ in
            let first = try await client.get("/")
            #expect(first.words.contains("Safety: fire or smoke, it happened"))
            #expect(first.words.contains("Safety: fire or smoke, called dangerous"))
            #expect(
                first.words.contains("1 review more with words of danger, probably not dangers."))
            for address in ["/brands/Delta", "/products/D1"] {
                let page = try await client.get(address)
                #expect(
                    page.words.contains(
                        "it happened in 1 review, 1 more calls it dangerous · 1 product"))
                #expect(
                    page.words.contains("1 review more with words of danger, probably not dangers.")
                )
                let past = try await client.get(address + "?as_of=1")
                #expect(!past.words.contains("Dangers"))
            }
        }
    }

    @Test("A review with two kinds of danger is one review and two dangers on the list")
    func twoDangers() async throws {
        let text = "It caught fire on day two. I got a rash from the strap."
        try await serving([
            .dump(
                "2026-03-02",
                [
                    MadeProduct(
                        id: "D1", brand: "Delta", title: nil,
                        reviews: [
                            MadeReview(id: "both", rating: 1, text: text),
                            MadeReview(id: "said", rating: 2, text: "This is a fire hazard."),
                        ])
                ])
        ]) { client, _ in
            let page = try await client.get("/safety")
            #expect(page.words.contains("2 reviews, 3 dangers ("), "\(page.words)")
        }
    }

    @Test("A verdict counts at once, without a new insight; the past stays as it was")
    func verdicts() async throws {
        try await serving(Self.dumps) { client, path in
            try self.judge("fire", .isFalse, in: path)
            let brand = try await client.get("/brands/Delta")
            #expect(brand.words.contains("1 review calls it dangerous · 1 product"))
            #expect(!brand.words.contains("it happened"))
            let past = try await client.get("/brands/Delta?as_of=2")
            #expect(past.words.contains("it happened in 1 review"))
            try self.judge("none", .real, in: path)
            let first = try await client.get("/")
            #expect(first.words.contains("Safety: fire or smoke, judged real"))
            #expect(!first.words.contains("probably not dangers"))
        }
    }

    @Test("Dangers have a list of their own, with verdicts")
    func safety() async throws {
        try await serving([
            .dump(
                "2026-03-02",
                [
                    MadeProduct(
                        id: "D1", brand: "Delta", title: nil,
                        reviews: [
                            MadeReview(id: "fire", rating: 5, text: "It caught fire on day two."),
                            MadeReview(id: "said", rating: 2, text: "This is a fire hazard."),
                        ])
                ])
        ]) { client, path in
            try judge("fire", .real, in: path)
            try judge("said", .isFalse, in: path)
            let page = try await client.get("/safety?brand=Delta")
            #expect(page.words.contains("fire or smoke, judged real"))
            #expect(page.words.contains("Real, says Ann: Read it"))
            #expect(page.words.contains("No danger, says Ann: Read it"))
            #expect(!page.words.contains("called dangerous"))
        }
    }
}
