import AfterwordCore
import AfterwordServer
import HTTPTypes
import Testing

/// Pages and answers of a store that another reader reads since a run.
@Suite struct ReaderPageTests {
    private static let product = MadeProduct(
        id: "P1", brand: "Alpha", title: "Bottle",
        reviews: [
            MadeReview(id: "R1", rating: 1, text: "It rusted in a week."),
            MadeReview(id: "R2", rating: 2, text: "It leaked after two days."),
            MadeReview(id: "R3", rating: 1, text: "My skin got a rash from it, it burned."),
        ])

    @Test("A theme that only the new reader knows has a page, answers and hits as of its run")
    func theme() async throws {
        try await serving([.dump("2026-03-02", [Self.product]), .reread(2)]) { client, _ in
            let theme = try await client.get("/themes/rust")
            #expect(theme.status == 200 && theme.text.contains("Rusts or tarnishes"))
            #expect(theme.words.contains("It rusted in a week"))
            #expect(try await client.get("/themes/rust?as_of=1").status == 404)
            #expect(try await client.get("/api/v1/themes/rust?as_of=1").status == 404)
            #expect(try await client.get("/api/v1/themes/rust").items.count == 1)
            let themes = try await client.get("/api/v1/themes").items
            #expect(themes.contains { $0["theme"]?.text == "rust" })
            #expect(themes.allSatisfy { $0["lexicon"]?.integer == 2 })
            let past = try await client.get("/api/v1/themes?as_of=1").items
            #expect(!past.isEmpty && past.allSatisfy { $0["lexicon"]?.integer == 1 })
            let hits = try await client.get("/api/v1/search?q=rusted&theme=rust").items
            #expect(hits.count == 1)
            let before = try await client.get("/api/v1/search?q=rusted&theme=rust&as_of=1")
            #expect(before.status == 404)
            #expect(try await client.get("/search?q=rusts").text.contains("/themes/rust"))
        }
    }

    @Test("Dangers have the names of the new reader, on pages, in the inbox and in the API")
    func dangers() async throws {
        try await serving([.dump("2026-03-02", [Self.product]), .reread(2)]) { client, _ in
            let safety = try await client.get("/api/v1/safety").items
            #expect(safety.contains { $0["hazard"]?.text == "skin_reaction" }, "\(safety)")
            #expect(try await client.get("/safety").words.contains("skin reaction"))
            #expect(try await client.get("/products/P1").words.contains("skin reaction"))
            #expect(try await client.get("/").words.contains("skin reaction"))
            let past = try await client.get("/api/v1/safety?as_of=1").items
            #expect(!past.contains { $0["hazard"]?.text == "skin_reaction" })
        }
    }

    @Test("A theme is praised by the user's words wherever it is named")
    func praised() async throws {
        let product = MadeProduct(
            id: "P1", brand: "Alpha", title: "Bottle",
            reviews: [
                MadeReview(
                    id: "R1", rating: 5, text: "It does not leak at all, and that is good for me.")
            ])
        let file = "taxonomy = 1\n[rename.leaks]\nlabel = \"Runs out\"\n"
        let wanted = "Free of: Runs out"
        try await serving([.dump("2026-03-02", [product]), .taxonomy(file)]) { client, _ in
            for address in ["/themes?side=strengths", "/themes/leaks?side=strengths"] {
                let page = try await client.get(address)
                #expect(page.words.contains(wanted), "\(address): \(page.words)")
            }
            let table = try await client.get("/csv/themes.csv?side=strengths").text
            #expect(table.contains(wanted), "\(table)")
            let answer = try await client.get("/api/v1/themes?side=strengths").items
            #expect(answer.contains { $0["label"]?.text == wanted }, "\(answer)")
            let review = try await client.get("/reviews/P1/R1").words
            #expect(review.contains("praises \(wanted)"), "\(review)")
        }
    }

    @Test("The file in force is answered as of its run, and the page of runs names that run")
    func taxonomy() async throws {
        let files = ["Stinks", "Reeks"].map {
            "taxonomy = 1\n[rename.smell]\nlabel = \"\($0)\"\n"
        }
        try await serving([
            .dump("2026-03-02", [Self.product]), .taxonomy(files[0]), .taxonomy(files[1]),
            .reread(2),
        ]) { client, _ in
            for (run, file) in [(2, files[0]), (3, files[1])] {
                let answer = try await client.get("/api/v1/taxonomy?as_of=\(run)")
                let item = answer.json?["item"]
                #expect(item?["document"]?.text == file && item?["made_run"]?.integer == Int64(run))
                #expect(item?["lexicon"]?.integer == Int64(run * 1_000 + 1))
                #expect(answer.json?["as_of"]?["run"]?.integer == Int64(run))
            }
            for none in ["/api/v1/taxonomy?as_of=1", "/api/v1/taxonomy"] {
                #expect(try await client.get(none).status == 404, "\(none)")
            }
            let words = try await client.get("/runs").words
            let accepted = "stored reviews read again, by a taxonomy that was accepted"
            #expect(words.split(separator: accepted).count == 3, "\(words)")
        }
    }

    @Test("A key of some brands does not get the file")
    func scoped() async throws {
        let file = "taxonomy = 1\n[rename.smell]\nlabel = \"Stinks\"\n"
        try await serving(
            [.dump("2026-03-02", [Self.product]), .taxonomy(file)], { $0.asksForKeys = true }
        ) { client, path in
            try addKey("all", to: path)
            try addKey("alpha", brands: ["Alpha"], to: path)
            for (key, status) in [("all", 200), ("alpha", 404)] {
                let answer = try await client.call(
                    "/api/v1/taxonomy", headers: [.authorization: "Bearer key-" + key])
                #expect(answer.status == status, "\(key)")
                #expect(answer.text.contains("Stinks") == (status == 200))
            }
        }
    }
}
