import AfterwordCore
import AfterwordPipeline
import Foundation
import HTTPTypes
import Testing

@testable import AfterwordServer

/// What the pages say beside their numbers: what they are of, from what to what, in what order.
@Suite struct PageWordsTests {
    private static func product(_ id: String, _ reviews: [MadeReview]) -> MadeProduct {
        MadeProduct(id: id, brand: "Alpha", title: nil, reviews: reviews)
    }

    private static let leak = MadeReview(
        id: "leak", rating: 1, title: "Broken", text: "It leaks after two weeks.")

    /// The second dump turns five stars into one, and brings praise and a complaint.
    private static let dumps: [MadeLoad] = [
        .dump(
            "2026-03-02",
            [
                product("A1", [leak, MadeReview(id: "turn", rating: 5, text: "Good kettle.")]),
                product("A2", [MadeReview(id: "drip", rating: 1, text: "The lid leaks.")]),
            ]),
        .dump(
            "2026-03-09",
            [
                product(
                    "A1",
                    [
                        leak, MadeReview(id: "turn", rating: 1, text: "Good kettle."),
                        MadeReview(id: "up", rating: 5, title: "Great", text: "Boils quickly."),
                        MadeReview(id: "down", rating: 1, title: "Bad", text: "It leaks, sadly."),
                        MadeReview(id: "odd", rating: 2, text: "Xq zvw qqq leaks 7."),
                    ])
            ]),
    ]

    @Test("What moved a mean: what pulled it down and what pulled it up, each by itself")
    func moves() async throws {
        try await serving(Self.dumps) { client, _ in
            let page = try await client.get("/brands/Alpha")
            let part = try #require(
                page.text.components(separatedBy: "What the newest dump moved").last)
            let words = ServedAnswer.words(of: part)
            #expect(words.contains("Down: ") && words.contains("Up: 1 review "))
            #expect(words.contains("Great – Boils quickly."))
            #expect(!words.contains("Great Boils"))
        }
    }

    @Test("An entry whose stars changed says from what to what; a new one its own")
    func stars() async throws {
        try await serving(Self.dumps) { client, _ in
            let down = try await client.get("/inbox?kind=edited_down")
            #expect(down.words.contains("5 → 1 ★"))
            let new = try await client.get("/inbox?kind=negative")
            #expect(new.words.contains("1 ★") && !new.words.contains("→ 1 ★"))
        }
    }

    @Test("Moments that are reversed are said to be, and the other way round is a click away")
    func reversed() async throws {
        try await serving(Self.dumps) { client, _ in
            let page = try await client.get("/inbox?since=2026-03-09&as_observed=2026-03-02")
            #expect(
                page.words.contains("2026-03-09, from which to compare, lies after 2026-03-02."))
            let swapped = "/inbox?since=2026-03-02&as_observed=2026-03-09"
            #expect(page.links.contains(swapped))
            let other = try await client.get(swapped)
            #expect(other.status == 200 && !other.text.contains("id=\"nothing\""))
            let same = try await client.get("/inbox?since=2026-03-09")
            #expect(same.words.contains("Both moments are of one dump"))
            #expect(try await !client.get("/").text.contains("id=\"nothing\""))
        }
    }

    @Test("A table of themes leaves out what is one by its scope: products, brands")
    func columns() async throws {
        try await serving(Self.dumps) { client, _ in
            for (address, names) in [
                ("/themes", ["Products", "Brands"]), ("/themes?brand=Alpha", ["Products"]),
                ("/themes?product=A1", []), ("/products/A1", []), ("/brands/Alpha", ["Products"]),
                ("/", ["Products", "Brands"]),
            ] {
                let page = try await client.get(address)
                let parts = page.text.components(separatedBy: "aria-label=\"Complaints\"")
                let table = try #require(parts.dropFirst().first, "\(address)")
                let own = try #require(table.components(separatedBy: "</table>").first)
                for name in ["Products", "Brands"] {
                    let isThere = names.contains(name)
                    #expect(own.contains("data-label=\"\(name)\"") == isThere, "\(address)")
                    #expect(own.contains("sort=\(name.lowercased())") == isThere, "\(address)")
                }
            }
        }
    }

    @Test("A language that is not recognised is said to be not known")
    func languages() {
        #expect(languageNames(["de", "en"]) == "German, English")
        #expect(languageNames(["de", "unknown"]) == "German, language not known")
        #expect(languageNames(["xx"]) == "xx")
        #expect(languageNames(["unknown"]) == "language not known")
        #expect(languageNames([]) == "")
    }

    @Test("Languages are named on every page, not shown as codes")
    func namedLanguages() async throws {
        try await serving("insights") { client, _ in
            for address in [
                "/safety", "/themes", "/themes/leaks", "/search?q=the", "/brands/Lumora",
            ] {
                let page = try await client.get(address)
                #expect(page.words.contains("English"), "\(address)")
                // Codes stand between dots or in the column of a table, alone.
                let codes = page.text.matches(
                    of: #/(?:· |★ |data-label="Languages?">)(?:de|en|fr|es)\b/#)
                #expect(codes.isEmpty, "\(address)")
            }
        }
    }

    @Test("Labels of a fix's shares do not cross a level of the picture")
    func fixLabels() throws {
        func period(_ day: String, _ part: Int64) throws -> PicturePeriod {
            PicturePeriod(
                name: day, label: day, at: try #require(Instant(iso8601: day)), reviews: 40,
                part: part, whole: 40)
        }
        let day = try #require(Instant(iso8601: "2026-03-09"))
        for part in Int64(0)...40 {
            let periods = try [
                period("2026-03-02", part), period("2026-03-16", 40 - part),
            ]
            let found = FixComparison(periods, since: day)
            let picture = try #require(FixPicture(found))
            for side in picture.sides {
                // On narrow screens letters of 17 units stand about 13 above their base line.
                let letters = side.labelY - 13...side.labelY + 1
                #expect(!picture.levels.contains { letters.contains($0.y) }, "\(part)")
                #expect(side.labelY < side.top && letters.lowerBound > 14, "\(part)")
            }
        }
    }

    @Test("The newest run is the newest of all; what is counted says as of which run it is")
    func newestRun() async throws {
        try await serving("insights") { client, _ in
            let page = try await client.get("/runs?as_of=4")
            #expect(page.words.contains("The newest run is 4, recorded on "), "\(page.words)")
            #expect(
                page.words.contains("as of run 3, the newest that may have changed what is counted")
            )
            let loaded = try await client.get("/runs?as_of=3")
            #expect(loaded.words.contains("The newest run is 3, recorded on "))
            #expect(!loaded.words.contains("changed what is counted"))
        }
    }

    @Test("A share says what it is of: an insight's of all distinct reviews, the map's of readable")
    func shares() async throws {
        try await serving(Self.dumps) { client, _ in
            let page = try await client.get("/brands/Alpha")
            #expect(page.words.contains("Of the distinct readable reviews of a product"))
            #expect(page.words.contains("shares of an insight are of all distinct reviews"))
        }
    }
}
