import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import Foundation
import HTTPTypes
import Testing

@testable import AfterwordServer

/// The work on the pages of brands and products, in lists, and the runs that record it.
@Suite struct ScopeWorkPageTests {
    private func week(_ leaking: Int, of count: Int, _ name: String) -> [MadeProduct] {
        [
            MadeProduct(
                id: "D/1", brand: "Delta", title: nil,
                reviews: (0..<count).map { number in
                    MadeReview(
                        id: "\(name)\(number)", rating: number < leaking ? 1 : 5,
                        text: number < leaking
                            ? "The lid leaks, \(name) \(number)." : "Fine, \(name) \(number).")
                })
        ]
    }

    private func weeks() -> [MadeLoad] {
        [
            .dump("2026-03-02", week(1, of: 2, "a")), .dump("2026-03-09", week(12, of: 16, "b")),
            .dump("2026-03-16", week(1, of: 16, "c")), .dump("2026-03-23", week(1, of: 16, "d")),
        ]
    }

    @Test("A product's page takes up its issues, marks the fix and says what was before and after")
    func product() async throws {
        try await serving(weeks()) { client, _ in
            let address = "/products/D%2F1"
            let page = try await client.get(address)
            #expect(page.words.contains("Nobody works on any of its issues."))
            #expect(page.text.contains("name=\"scope\" value=\"product:D/1\""))
            #expect(page.text.contains("<option value=\"leaks\">Leaks or bursts (15)</option>"))
            // Its complaints lead on within the product.
            #expect(page.links.contains("/themes/leaks?product=D%2F1"))
            let answer = try await client.send([
                "theme": "leaks", "scope": "product:D/1", "back": address, "mark": "fixed",
                "text": "a new seal", "fixed_on": "2026-03-12",
            ])
            #expect(answer.status == 303 && answer.headers[.location] == address)
            let fixed = try await client.get(address)
            #expect(fixed.words.contains("Fixed since 2026-03-12"))
            #expect(fixed.words.contains("a new seal"))
            #expect(fixed.words.contains("It fell by more than chance."))
            // Of all its reviews the day is compared too, and the picture marks it.
            #expect(fixed.text.contains("name=\"fixed\" value=\"2026-03-12\""))
            #expect(fixed.text.contains("</i> Fixed, 2026-03-12: Leaks or bursts, D/1</p>"))
            #expect(fixed.links.contains("/work?product=D%2F1"))
            #expect(try await client.get("/themes?product=D%2F1").words.contains("Fixed since"))
            #expect(try await !client.get("/themes?brand=Delta").words.contains("Fixed since"))
            // The brand lists it, and compares by what is fixed of the brand alone.
            let brand = try await client.get("/brands/Delta")
            #expect(brand.words.contains("Leaks or bursts, D/1"))
            #expect(brand.words.contains("It fell by more than chance."))
            #expect(!brand.text.contains("name=\"fixed\" value=\"2026-03-12\""))
            let past = try await client.get(address + "?as_of=4")
            #expect(!past.words.contains("Fixed since") && !past.text.contains("/work/marks"))
        }
    }

    /// Counts how often the reviews of a product are read.
    private final class Counting: ForwardingReader {
        private let reader: any StoreReader
        private(set) var count = 0

        init(_ reader: any StoreReader) { self.reader = reader }

        func target() throws -> any StoreReader { reader }

        func reviews(ofProduct id: Text?) throws -> [StoredReview] {
            count += 1
            return try reader.reviews(ofProduct: id)
        }
    }

    /// A page of the brand Delta, and how often it read the reviews of a product.
    private func brandPage(_ path: String) throws -> (text: String, reads: Int) {
        try SQLiteStore(path: path, opening: .existing).read { reader in
            let (counting, runs) = (Counting(reader), try reader.runs())
            let call = Call(
                values: ["brand": "Delta"], reader: counting, run: try #require(runs.last),
                allRuns: runs, now: Instant(seconds: 1_800_200_000),
                limits: ServiceConfiguration.patient.limits, brands: nil)
            return (try AfterwordServer.brandPage(call), counting.count)
        }
    }

    @Test("A page reads its reviews once for their days, for however many fixed issues")
    func readOnce() async throws {
        let texts = ["The lid leaks", "The smell is terrible", "Fine"]
        let reviews = (0..<12).map { number in
            MadeReview(
                id: "r\(number)", rating: 1 + number % 5, text: "\(texts[number % 3]) \(number).",
                date: "2026-03-\(10 + number)")
        }
        let product = MadeProduct(id: "D/1", brand: "Delta", title: nil, reviews: reviews)
        try await serving([.dump("2026-03-23", [product])]) { client, path in
            let before = try self.brandPage(path)
            for (theme, day) in [("leaks", "2026-03-13"), ("smell", "2026-03-15")] {
                let answer = try await client.send([
                    "theme": theme, "scope": "brand:Delta", "mark": "fixed", "text": "",
                    "fixed_on": day,
                ])
                #expect(answer.status == 303)
            }
            let after = try self.brandPage(path)
            // One sentence for each issue, and one of all negative reviews.
            let words = ServedAnswer.words(of: after.text)
            let sentences = words.components(separatedBy: ", reviews written from ").count - 1
            #expect(sentences == 6, "\(words)")
            #expect(after.reads == before.reads + 1)
        }
    }

    @Test("The list of work is of a brand, a product, or all; so are its table and the API")
    func filters() async throws {
        let other = MadeProduct(
            id: "O1", brand: "Omega", title: nil,
            reviews: [MadeReview(id: "o", rating: 1, text: "The lid leaks.")])
        let loads: [MadeLoad] = [.dump("2026-03-02", week(1, of: 2, "a") + [other])]
        try await serving(loads) { client, _ in
            let body = """
                {"marks": [{"mark": "open", "theme": "leaks", "scope": "brand:Delta"},
                 {"mark": "open", "theme": "leaks", "scope": "product:D/1"},
                 {"mark": "open", "product_id": "D/1", "review_id": "a0"},
                 {"mark": "open", "theme": "leaks", "scope": "portfolio"}]}
                """
            #expect(try await client.mark(body).items.count == 4)
            for (query, count) in [
                ("", 4), ("?brand=delta", 3), ("?product=D%2F1", 2), ("?brand=Omega", 0),
                ("?brand=Delta&state=fixed", 0),
            ] {
                #expect(try await client.get("/api/v1/work" + query).items.count == count)
                let rows = try await client.get("/json/work.json" + query).json?.elements
                #expect(rows?.count == count, "\(query)")
                #expect(try await client.get("/work" + query).status == 200)
            }
            #expect(try await client.get("/api/v1/work?brand=Nobody").status == 404)
            let page = try await client.get("/work?product=D%2F1")
            #expect(page.words.contains("Only of D/1 . All work"))
            let brand = try await client.get("/work?brand=delta")
            #expect(brand.words.contains("Only of Delta . All work"))
        }
    }

    @Test("What was seen or taken up shows in the lists of dangers and of a theme's reviews")
    func lists() async throws {
        try await serving(workDumps) { client, _ in
            let before = try await client.get("/safety")
            #expect(before.text.contains("name=\"entry\" value=\"1/D%2F1/fire\""))
            for (mark, text) in [("seen", ""), ("assigned", "Bea")] {
                let answer = try await client.send([
                    "entry": "1/D%2F1/fire", "mark": mark, "text": text, "back": "/safety",
                ])
                #expect(answer.status == 303)
            }
            let safety = try await client.get("/safety")
            #expect(safety.words.contains("Bea sees to it · seen"))
            #expect(safety.words.contains("To be read again"))
            _ = try await client.send(["entry": "1/D%2F1/drip", "mark": "seen"])
            #expect(try await client.get("/themes/leaks").words.contains("· seen"))
            #expect(try await !client.get("/themes/leaks?as_of=2").words.contains("· seen"))
        }
    }

    @Test("The list of work shows notes beside the last marks, and counts what it leaves out")
    func notes() async throws {
        try await serving(workDumps) { client, _ in
            func send(_ mark: String, _ text: String) async throws {
                let answer = try await client.send([
                    "theme": "leaks", "scope": "portfolio", "mark": mark, "text": text,
                ])
                #expect(answer.status == 303)
            }
            try await send("note", "asked the factory")
            for (place, name) in ["Ann", "Bea", "Cem", "Dan"].enumerated() {
                try await send("assigned", name)
                let page = try await client.get("/work")
                #expect(page.words.contains("asked the factory"), "\(name)")
                #expect(page.words.contains("And 1 earlier mark.") == (place == 3), "\(name)")
            }
        }
    }

    @Test("Reviews that one person saw on one day stand in one entry, unless more was done")
    func folded() async throws {
        try await serving(workDumps) { client, _ in
            for name in ["drip", "fire"] {
                _ = try await client.send(["entry": "1/D%2F1/\(name)", "mark": "seen"])
            }
            let page = try await client.get("/work")
            #expect(page.words.contains("1 more seen that day"), "\(page.words)")
            for name in ["drip", "fire"] {
                #expect(page.links.contains("/reviews/D%2F1/\(name)"), "\(name)")
            }
            _ = try await client.send(["entry": "1/D%2F1/drip", "mark": "acknowledged"])
            #expect(try await !client.get("/work").words.contains("more seen that day"))
        }
    }

    @Test("Lists of runs leave out marks and count them; a kind is asked for")
    func runs() async throws {
        try await serving(workDumps) { client, _ in
            for mark in ["seen", "unseen", "seen"] {
                _ = try await client.send(["entry": "1/D%2F1/drip", "mark": mark])
            }
            let usual = try await client.get("/api/v1/runs")
            #expect(usual.items.count == 2 && usual.json?["folded"]?.integer == 3)
            #expect(usual.json?["total"]?.integer == 2)
            let all = try await client.get("/api/v1/runs?kind=all")
            #expect(all.items.count == 5 && all.json?["folded"]?.integer == 0)
            #expect(try await client.get("/api/v1/runs?kind=work").items.count == 3)
            #expect(try await client.get("/api/v1/runs?kind=catalog").items.isEmpty)
            #expect(try await client.get("/api/v1/runs?kind=click").status == 400)
            for (query, count) in [("", 5), ("?kind=usual", 2), ("?kind=work", 3)] {
                let rows = try await client.get("/json/runs.json" + query).json?.elements
                #expect(rows?.count == count, "\(query)")
            }
            let page = try await client.get("/runs")
            #expect(page.words.contains("Left out: 3 runs of people's marks."))
            #expect(page.links.contains("/runs?kind=work"))
            #expect(page.text.contains("/json/runs.json?kind=usual"))
            #expect(page.words.contains("Dumps 2") && page.words.contains("Everything 5"))
            #expect(try await client.get("/runs?kind=prune").words.contains("No run is of this"))
            #expect(try await client.get("/runs?rejects=1").status == 200)
        }
    }
}
