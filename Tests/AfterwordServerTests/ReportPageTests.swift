import AfterwordCore
import AfterwordPipeline
import AfterwordServer
import AfterwordStores
import Foundation
import Testing

/// The report as a mail: grouped, linked, with a picture, and never too large.
@Suite struct ReportPageTests {
    private static let praise = (0..<12).map {
        MadeReview(id: "good\($0)", rating: 5, text: "A good thing, number \($0).")
    }

    private static func product(_ number: Int, _ reviews: [MadeReview]) -> MadeProduct {
        MadeProduct(id: "P\(number)", brand: "Delta", title: "Kettle \(number)", reviews: reviews)
    }

    /// Three dumps of ten products; the last brings so many complaints to each.
    private static func dumps(complaints: Int, _ text: (Int) -> String) -> [MadeLoad] {
        let first = (0..<10).map { product($0, praise) }
        let second = (0..<10).map { number in
            product(number, praise + [MadeReview(id: "more", rating: 4, text: "Still good.")])
        }
        let third = (0..<10).map { number in
            product(
                number,
                praise + [MadeReview(id: "more", rating: 4, text: "Still good.")]
                    + (0..<complaints).map {
                        MadeReview(id: "bad\($0)", rating: 1 + $0 % 2, text: text($0))
                    })
        }
        return [
            .dump("2026-03-02", first), .dump("2026-03-09", second), .dump("2026-03-16", third),
        ]
    }

    private func report(
        _ path: String, _ written: String = "portfolio", since: Moment? = nil, to: Moment? = nil,
        page: String? = nil
    ) throws -> ReportPage {
        try SQLiteStore(path: path, opening: .existing).read { reader in
            let window = try reader.runs().dumps.window(since: since, to: to)
            let scope = try #require(ReviewScope(written))
            return ReportPage(
                try scopeDigest(reader, of: scope, written: written, in: window), page: page)
        }
    }

    @Test("Complaints stand by theme and product, under a picture of the dumps, without links")
    func grouped() async throws {
        let texts = ["It broke after a week.", "It arrived late, after a month.", "It broke."]
        try await serving(Self.dumps(complaints: 3) { texts[$0] }) { _, path in
            let report = try self.report(path)
            let html = try report.html()
            #expect(html.contains("Breaks early: 20 reviews of 10 products"))
            #expect(html.contains("2026-03-16") && html.contains("30 new reviews, 30 negative"))
            #expect(html.contains("10 new reviews, 0 negative"))
            #expect(!html.contains("132 new"), "the first dump brought everything")
            #expect(html.contains(##"<td width="100%" bgcolor="#c0392b" height="14">"##))
            #expect(html.contains(##"<td width="33%" bgcolor="#6b8fb5" height="14">&nbsp;</td>"##))
            #expect(html.contains(##"</td><td width="67%" height="14">"##))
            #expect(!html.contains("<a ") && !html.contains("http:"))
            let markdown = report.markdown
            #expect(markdown.contains("- 2026-03-16: 30 new reviews, 30 negative"))
            #expect(markdown.components(separatedBy: "| It broke after a week |").count == 11)
        }
    }

    @Test("A complaint stands under the theme that its sentence says")
    func said() async throws {
        let text = "It stinks of plastic all day. It broke after a week."
        try await serving(Self.dumps(complaints: 1) { _ in text }) { _, path in
            let report = try self.report(path)
            #expect(try report.html().contains("Breaks early: 10 reviews of 10 products"))
            let rows = report.markdown.components(separatedBy: "\n").filter {
                $0.contains("Breaks early, Smells")
            }
            #expect(rows.count == 10)
            #expect(rows.allSatisfy { $0.hasSuffix("| It broke after a week |") })
        }
    }

    @Test("A report counts negative reviews that are gone, a run all that it deleted")
    func gone() async throws {
        let texts = ["It broke after a week.", "It broke."]
        try await serving(Self.dumps(complaints: 2) { texts[$0] }) { client, path in
            #expect(try self.report(path).markdown.contains("0 resolved, 0 negatives gone"))
            let runs = try await client.get("/runs")
            #expect(runs.words.contains("Deleted") && !runs.words.contains("Gone"))
        }
    }

    @Test("Where only the worst are listed, a group's head counts the listed, and says so")
    func cut() async throws {
        let dump = try #require(Self.dumps(complaints: 8) { "It broke after \($0) days." }.last)
        try await serving([dump]) { _, path in
            let report = try self.report(path)
            let html = try report.html()
            #expect(html.contains("Breaks early: 50 listed reviews of "), "\(html)")
            #expect(html.contains("The worst 50 of 80;"))
            #expect(report.markdown.contains("The worst 50 of 80;"))
        }
        let few = try #require(Self.dumps(complaints: 2) { "It broke after \($0) days." }.last)
        try await serving([few]) { _, path in
            let html = try self.report(path).html()
            #expect(html.contains("Breaks early: 20 reviews of ") && !html.contains("The worst"))
        }
    }

    @Test("Links go to the page as of the end of the report")
    func links() async throws {
        let texts = ["It broke after a week.", "It broke."]
        try await serving(Self.dumps(complaints: 2) { texts[$0] }) { _, path in
            let html = try self.report(path, page: "https://reviews.example.com").html()
            for address in ["/products/P3?as_of=3", "/themes/breaks_early?as_of=3", "/?as_of=3"] {
                #expect(html.contains("\"https://reviews.example.com\(address)\""), "\(address)")
            }
        }
    }

    @Test("Thousands of complaints make at most 100 KB: all are counted, the worst are quoted")
    func large() async throws {
        let long = String(repeating: "It is \"<&>' and no good thing at all. ", count: 8)
        let dumps = Self.dumps(complaints: 200) { "It broke after \($0) days. \(long)" }
        try await serving(dumps) { _, path in
            for since in [nil, Moment("0")] {
                let report = try self.report(path, since: since)
                let html = try report.html()
                #expect(html.utf8.count <= 100_000, "\(html.utf8.count)")
                #expect(report.markdown.utf8.count <= 100_000)
                #expect(html.contains("</html>"))
            }
            let report = try self.report(path)
            let html = try report.html()
            #expect(html.contains(" more, of P"))
            #expect(html.contains("Breaks early: 2,000 reviews of 10 products"))
            #expect(html.contains(" other products"))
            let sections = report.json["sections"]?.elements ?? []
            let negatives = sections.first { $0["title"]?.text == "New negatives" }
            #expect(negatives?["rows"]?.elements?.count == 2_000, "JSON has all of them")
            #expect(report.json["dumps"]?.elements?.count == 3)
        }
    }

    @Test("Themes without room are named with their products")
    func manyThemes() async throws {
        let long = String(repeating: "and it is so, as I say, ", count: 30)
        let kinds = [
            "It broke", "It arrived late", "It leaks", "The battery dies", "It smells bad",
            "The zipper broke", "Too small", "It does not fit", "Customer service never answered",
            "The colour is wrong", "It is too loud", "The box was damaged", "It is uncomfortable",
            "A refund was refused", "It rusts", "The instructions are missing", "It tastes bad",
        ]
        let dumps = Self.dumps(complaints: 85) { "\(kinds[$0 % 17]) \(long) day \($0)." }
        try await serving(dumps) { _, path in
            let html = try self.report(path).html()
            #expect(html.utf8.count <= 100_000, "\(html.utf8.count)")
            #expect(html.contains("850 new negatives"))
            #expect(html.contains("and ") && html.contains(" more, of P"))
        }
    }

    @Test("A report of one product, of one brand and of the past has their picture only")
    func scopes() async throws {
        try await serving(Self.dumps(complaints: 1) { _ in "It broke after a week." }) { _, path in
            let product = try self.report(path, "product:P1").html()
            #expect(product.contains("1 new review, 1 negative"))
            let brand = try self.report(path, "brand:Delta").markdown
            #expect(brand.contains("10 new reviews, 10 negative"))
            let past = try self.report(path, to: Moment("2")).html()
            #expect(past.contains("10 new reviews, 0 negative") && !past.contains("2026-03-16"))
            let first = try self.report(path, to: Moment("1")).html()
            #expect(!first.contains("What each dump brought"))
        }
    }
}
