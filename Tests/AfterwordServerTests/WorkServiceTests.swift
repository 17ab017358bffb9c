import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import Foundation
import HTTPTypes
import Testing

@testable import AfterwordServer

/// Recording work from pages and by the API, and what the pages then show.
@Suite struct WorkServiceTests {
    /// The values of the hidden fields of a name.
    private func fields(_ name: String, in page: ServedAnswer) -> [String] {
        page.text.components(separatedBy: "<input type=\"hidden\" name=\"\(name)\" value=\"")
            .dropFirst().map { String($0.prefix { $0 != "\"" }) }
    }

    @Test("What is marked as seen leaves the inbox, is counted there, and can be shown again")
    func seen() async throws {
        try await serving(workDumps, { $0.personName = "Ännë" }) { client, path in
            let first = try await client.get("/inbox")
            let entry = try #require(
                self.fields("entry", in: first).first { $0.hasSuffix("/drip") })
            #expect(entry == "1/D%2F1/drip")
            #expect(!first.words.contains("Hidden"))
            let answer = try await client.send(["back": "/inbox", "entry": entry, "mark": "seen"])
            #expect(answer.status == 303 && answer.headers[.location] == "/inbox")
            let row = try #require(try storedMarks(path).first)
            #expect(row.markedBy == "Ännë" && row.mark == .seen && row.marked?.version == 1)
            let later = try await client.get("/inbox")
            #expect(later.words.contains("Hidden: 1 review that somebody saw. Show them"))
            #expect(!later.text.contains("/drip") && later.text.contains("/fire"))
            let negatives = try await client.get("/inbox?kind=negative")
            #expect(!negatives.text.contains("/drip"))
            let shown = try await client.get("/inbox?seen=shown")
            #expect(shown.words.contains("· seen") && shown.words.contains("To be read again"))
            #expect(shown.words.contains("Hide what was seen"))
            let brand = try await client.get("/inbox?seen=shown&brand=Delta&kind=negative")
            #expect(brand.text.contains("/drip"))
            let facets = try await client.get("/inbox?brand=Delta")
            #expect(facets.words.contains("Hidden: 1 review"))
            // The past is as it was.
            #expect(try await client.get("/inbox?as_of=2").text.contains("/drip"))
            // Tables and the API list all unless asked otherwise.
            #expect(try await client.get("/csv/inbox.csv").text.contains("drip"))
            #expect(try await !client.get("/csv/inbox.csv?seen=hidden").text.contains("drip"))
            #expect(
                try await !client.get("/csv/inbox.csv?seen=hidden&brand=Delta").text
                    .contains("drip"))
            #expect(try await client.get("/api/v1/inbox").text.contains("drip"))
            #expect(try await !client.get("/api/v1/inbox?seen=hidden").text.contains("drip"))
            #expect(try await client.send(["entry": entry, "mark": "unseen"]).status == 303)
            #expect(try await client.get("/inbox").text.contains("/drip"))
        }
    }

    @Test("First page and inbox count the same, also what got better; the strip says what was seen")
    func counts() async throws {
        // One review of the first dump gets better.
        let better = MadeProduct(
            id: "E/1", brand: "Delta", title: nil,
            reviews: [MadeReview(id: "mend", rating: 1, text: "It leaks.")])
        var mended = better
        mended.reviews[0].rating = 5
        guard case .dump(let start, let old) = workDumps[0],
            case .dump(let next, let new) = workDumps[1]
        else { return }
        try await serving([
            .dump(start, old + [better]), .dump(next, new + [mended]),
        ]) { client, _ in
            let items = try await client.get("/api/v1/inbox").items
            #expect(items.contains { $0["kind"]?.text == "resolved" })
            let first = try await client.get("/")
            #expect(items.count == 4)
            #expect(first.words.contains("All 3 reviews (4 entries) in the inbox"))
            #expect(first.words.contains("1 Dangers 2 New negatives"))
            // A danger that is a new negative too leads once.
            #expect(first.text.components(separatedBy: "value=\"1/D%2F1/fire\"").count == 2)
            _ = try await client.send(["entry": "1/D%2F1/fire", "mark": "seen"])
            let open = try await client.get("/api/v1/inbox?seen=hidden").items.count
            #expect(open == items.count - 2)
            for address in ["/", "/inbox"] {
                let page = try await client.get(address)
                #expect(page.words.contains("1 Dangers, 1 seen 2 New negatives, 1 seen"))
            }
            #expect(try await client.get("/").words.contains("All 2 reviews in the inbox"))
            let inbox = try await client.get("/inbox")
            #expect(inbox.words.contains("Hidden: 1 review (2 entries) that somebody saw."))
        }
    }

    @Test("A danger that is a new negative is one card of both; numbers by kind and files stay")
    func both() async throws {
        try await serving(workDumps) { client, _ in
            func cards(_ page: ServedAnswer) -> [String] {
                page.rows.filter { $0.contains("class=\"card") }.map { ServedAnswer.words(of: $0) }
            }
            let note = "(3 entries): 1 is a danger and of another kind too"
            let lists: [(String, [String], Bool)] = [
                ("", ["danger", "drip"], true), ("?kind=safety", ["danger"], false),
                ("?kind=negative", ["danger", "drip"], false),
                ("?brand=Delta", ["danger", "drip"], true), ("?kind=resolved", [], false),
            ]
            for (query, kinds, isNoted) in lists {
                let page = try await client.get("/inbox" + query)
                let shown = cards(page)
                #expect(
                    shown.map { $0.contains("it happened · New negative") }
                        == kinds.map { $0 == "danger" }, "\(query)")
                #expect(shown.map { $0.contains("drips") } == kinds.map { $0 == "drip" })
                #expect(page.words.contains("2 reviews " + note) == isNoted, "\(query)")
                #expect(page.words.contains("Dangers 1 "), "\(query)")
                #expect(page.words.contains("New negatives 2 "), "\(query)")
                if !kinds.isEmpty {
                    #expect(page.words.contains("1–\(kinds.count) of \(kinds.count)"), "\(query)")
                }
                let link = try #require(page.links.first { $0.hasPrefix("/json/") })
                let rows = try await client.get(link).json?.elements ?? []
                let noted = isNoted ? 1 : 0
                #expect(rows.count == kinds.count + noted, "\(query)")
            }
            let items = try await client.get("/api/v1/inbox").items.compactMap { $0["kind"]?.text }
            #expect(items == ["safety", "negative", "negative"])
        }
    }

    @Test("All entries of a page are marked at once, as one run")
    func all() async throws {
        try await serving(workDumps) { client, path in
            let page = try await client.get("/inbox")
            #expect(page.words.contains("Mark all of this page as seen"))
            let body =
                "back=%2Finbox&mark=seen&"
                + self.fields("entry", in: page).map { "entry=" + encoded($0) }
                .joined(separator: "&")
            let answer = try await client.call(
                "/work/marks", method: .post, headers: workForm, body: body)
            #expect(answer.status == 303)
            #expect(Set(try storedMarks(path).map(\.madeRun)).count == 1)
            let later = try await client.get("/inbox")
            // What was seen came all the same, and no page says that nothing did.
            for address in ["/inbox", "/inbox?kind=safety", "/"] {
                let words = try await client.get(address).words
                #expect(words.contains("Nothing is left to read here: "), "\(address)")
                #expect(!words.contains("word of danger") && !words.contains("All 0"), "\(address)")
            }
            #expect(later.words.contains("entries were seen, with 1 danger."))
            #expect(try await client.get("/").text.contains("/csv/inbox.csv?seen=hidden"))
            #expect(!later.words.contains("Mark all of this page"))
            // A review that changed since is not marked.
            let stale = try await client.send(["entry": "2/D%2F1/drip", "mark": "seen"])
            #expect(stale.status == 409)
        }
    }

    @Test("A theme is acknowledged, assigned, noted and fixed; fixed draws before and after")
    func theme() async throws {
        try await serving(workDumps) { client, _ in
            let address = "/themes/leaks?brand=Delta"
            let page = try await client.get(address)
            #expect(page.words.contains("Nobody works on it."))
            #expect(Set(self.fields("scope", in: page)) == ["brand:Delta"])
            func set(_ mark: String, _ text: String, _ day: String = "") async throws {
                let answer = try await client.send([
                    "theme": "leaks", "scope": "brand:Delta", "back": address, "mark": mark,
                    "text": text, "fixed_on": day,
                ])
                #expect(answer.status == 303 && answer.headers[.location] == address)
            }
            // A form has a day beside every state.
            try await set("acknowledged", "", "2026-03-03")
            try await set("assigned", "Bea <x>")
            try await set("note", "asked the \"factory\"")
            let open = try await client.get(address)
            #expect(open.words.contains("Acknowledged · Bea <x> sees to it"))
            #expect(open.words.contains("noted: asked the \"factory\""))
            #expect(!open.text.contains("Bea <x>"))
            #expect(try await client.get("/brands/Delta").words.contains("Acknowledged · Bea"))
            #expect(try await client.get("/themes?brand=Delta").words.contains("Acknowledged"))
            #expect(try await !client.get("/themes").words.contains("Acknowledged"))
            try await set("fixed", "a new seal", "2026-03-05")
            let fixed = try await client.get(address)
            #expect(fixed.words.contains("Fixed since 2026-03-05"))
            #expect(fixed.words.contains("Before 2026-03-05:"))
            let then = try await client.get(address + "&fixed=2026-03-09")
            #expect(then.words.contains("Before 2026-03-09:"))
            let past = try await client.get(address + "&as_of=2")
            #expect(past.words.contains("Nobody works on it."))
            #expect(!past.text.contains("action=\"/work/marks\""))
            // Praise is nothing to work on.
            let praise = try await client.get("/themes/smell?side=strengths")
            #expect(!praise.text.contains("action=\"/work/marks\""))
            for scope in ["portfolio", "product:D/1"] {
                let answer = try await client.send([
                    "theme": "leaks", "scope": scope, "mark": "open",
                ])
                #expect(answer.status == 303 && answer.headers[.location] == "/work")
            }
            #expect(try await client.get("/themes/leaks").words.contains("Open"))
            #expect(try await client.get("/themes/leaks?product=D%2F1").words.contains("Open"))
        }
    }

    @Test("A review has its work, and the list of work has all, by state and person")
    func list() async throws {
        try await serving(workDumps) { client, path in
            #expect(try await client.get("/work").words.contains("Nobody works on anything"))
            let page = try await client.get("/reviews/D%2F1/fire")
            #expect(page.words.contains("Nobody works on it."))
            for (mark, text) in [("seen", ""), ("assigned", "Bea"), ("note", "called")] {
                let answer = try await client.send([
                    "entry": "1/D%2F1/fire", "mark": mark, "text": text,
                    "back": "/reviews/D%2F1/fire",
                ])
                #expect(answer.status == 303)
            }
            let body = """
                {"marks": [{"mark": "fixed", "theme": "leaks", "scope": "portfolio",
                  "fixed_on": "2026-03-05"},
                 {"mark": "open", "theme": "smell", "scope": "brand:Delta"}]}
                """
            let made = try await client.mark(body)
            #expect(made.status == 200 && made.items.count == 2)
            #expect(formFault(try #require(made.json), as: RecordedMarks.form.form) == nil)
            // The same again changes nothing.
            #expect(try await client.mark(body).items.isEmpty)
            let review = try await client.get("/reviews/D%2F1/fire")
            #expect(review.words.contains("Bea sees to it"))
            #expect(review.words.contains("To be read again"))
            let work = try await client.get("/work")
            for words in ["A review of D/1", "All brands", "Fixed since 2026-03-05"] {
                #expect(work.words.localizedCaseInsensitiveContains(words), "\(words)")
            }
            func count(_ query: String) async throws -> Int {
                try await client.get("/api/v1/work" + query).items.count
            }
            #expect(try await count("") == 3)
            #expect(try await count("?open=yes") == 2)
            #expect(try await count("?open=no") == 1)
            #expect(try await count("?state=fixed") == 1)
            #expect(try await count("?assignee=Bea") == 1)
            #expect(try await count("?as_of=2") == 0)
            #expect(try await client.get("/work?assignee=Bea&open=yes").status == 200)
            let table = try await client.get("/csv/work.csv?state=fixed").text
            #expect(table.contains("2026-03-05") && table.contains("portfolio"))
            #expect(try await client.get("/json/work.json").json?.elements?.count == 5)
            #expect(try await client.get("/api/v1/work/marks").items.count == 5)
            let runs = try await client.get("/runs")
            #expect(runs.words.contains("Left out: 4 runs of people's marks. List them"))
        }
    }
}
