import AfterwordCore
import AfterwordPipeline
import Foundation
import HTTPTypes
import Testing

@testable import AfterwordServer

/// The two moments that a page compares: they are chosen where the reader is, every link of the
/// strip keeps both, and what they count is what the inbox lists.
@Suite struct PageMomentTests {
    /// The second dump brings a danger; the third a complaint, and turns five stars into one.
    private static let dumps: [MadeLoad] = [
        week("2026-03-02", turned: 5, []),
        week(
            "2026-03-09", turned: 5,
            [MadeReview(id: "fire", rating: 1, text: "It caught fire on day two.")]),
        week(
            "2026-03-16", turned: 1,
            [
                MadeReview(id: "fire", rating: 1, text: "It caught fire on day two."),
                MadeReview(id: "drip", rating: 1, text: "It leaks and drips."),
            ]),
    ]

    private static func week(_ day: String, turned: Int, _ more: [MadeReview]) -> MadeLoad {
        .dump(
            day,
            [
                MadeProduct(
                    id: "A1", brand: "Alpha", title: nil,
                    reviews: [
                        MadeReview(id: "old", rating: 5, text: "Boils quickly."),
                        MadeReview(id: "turn", rating: turned, text: "Good kettle."),
                    ] + more)
            ])
    }

    private static let kinds = [
        "Dangers": "safety", "New negatives": "negative", "Edited down": "edited_down",
        "Resolved": "resolved",
    ]

    /// The numbers of the strip, by their labels.
    private static func strip(_ page: ServedAnswer) throws -> [String: Int] {
        let part = try #require(
            page.text.components(separatedBy: "id=\"strip\"").dropFirst().first)
        let list = try #require(part.components(separatedBy: "</ul>").first)
        let numbers = list.matches(of: #/<b(?: class="worse")?>(\d+)<\/b>\s+([A-Z][a-z ]+)/#)
        return Dictionary(
            numbers.map { (String($0.output.2), Int($0.output.1) ?? -1) },
            uniquingKeysWith: { $1 })
    }

    @Test("The strip counts what came after the one moment up to the other, as the inbox does")
    func counts() async throws {
        try await serving(Self.dumps) { client, _ in
            let windows: [(query: String, dangers: Int, negatives: Int, down: Int)] = [
                ("", 0, 1, 1), ("?since=2026-03-09", 0, 1, 1), ("?since=2026-03-02", 1, 2, 1),
                ("?since=2026-03-02&as_observed=2026-03-09", 1, 1, 0),
                ("?since=1&as_of=2", 1, 1, 0),
                ("?since=2026-03-05", 1, 2, 1), ("?since=2026-03-16", 0, 0, 0),
            ]
            for window in windows {
                let first = try Self.strip(try await client.get("/" + window.query))
                let inbox = try Self.strip(try await client.get("/inbox" + window.query))
                #expect(first["Dangers"] == window.dangers, "\(window.query)")
                #expect(first["New negatives"] == window.negatives, "\(window.query)")
                #expect(first["Edited down"] == window.down, "\(window.query)")
                #expect(inbox == first, "\(window.query)")
                let items = try await client.get("/api/v1/inbox" + window.query).items
                for (label, kind) in Self.kinds {
                    let count = items.count { $0["kind"]?.text == kind }
                    #expect(first[label] == count, "\(window.query): \(label)")
                }
            }
        }
    }

    @Test("Links of the strip, of steps and files keep both moments, and the one that stays too")
    func links() async throws {
        try await serving(Self.dumps) { client, _ in
            let page = try await client.get("/?since=2026-03-02&as_observed=2026-03-09&q=A1")
            let moments = "as_observed=2026-03-09&since=2026-03-02"
            for link in [
                "/inbox?kind=safety&", "/inbox?kind=resolved&", "/inbox?", "/brands?",
                "/csv/inbox.csv?seen=hidden&", "/csv/brands.csv?q=A1&",
            ] {
                #expect(page.links.contains(link + moments), "\(link)")
            }
            #expect(page.words.contains("2026-03-09 against 2026-03-02"))
            #expect(page.words.contains("New since 2026-03-02"))
            let own = "/?q=A1&since=2026-03-02"
            #expect(page.links.contains(own + "&as_of=2"), "the link that stays")
            #expect(page.links.contains(own + "&as_of=1") && page.links.contains(own))
            for address in ["/brands", "/brands/Alpha", "/inbox"] {
                let other = try await client.get(address + "?since=2026-03-02&as_of=2")
                #expect(other.links.contains("/inbox?as_of=2&since=2026-03-02"), "\(address)")
                #expect(other.links.contains(address + "?since=2026-03-02&as_of=1"))
            }
            let brands = try await client.get("/brands?since=2026-03-02&as_of=2")
            #expect(brands.links.contains("/brands/Alpha?as_of=2&since=2026-03-02"))
            #expect(brands.links.contains("/json/brands.json?since=2026-03-02&as_of=2"))
            for link in Set(page.links + brands.links) {
                #expect(try await client.get(link).status == 200, "\(link)")
            }
        }
    }

    @Test("The form stays on its page and keeps the other filters")
    func form() async throws {
        try await serving(Self.dumps) { client, _ in
            for (address, action, kept) in [
                ("/?since=2026-03-02&q=A1", "/#strip", "name=\"q\" value=\"A1\""),
                (
                    "/inbox?since=2026-03-02&kind=negative", "/inbox",
                    "name=\"kind\" value=\"negative\""
                ),
                ("/brands?since=2026-03-02&sort=new", "/brands", "name=\"sort\" value=\"new\""),
                (
                    "/brands/Alpha?since=2026-03-02&fixed=2026-03-09", "/brands/Alpha#moved",
                    "name=\"fixed\" value=\"2026-03-09\""
                ),
            ] {
                let page = try await client.get(address)
                let forms = page.text.components(separatedBy: "<form ").map {
                    $0.components(separatedBy: "</form>")[0]
                }
                let form = try #require(
                    forms.first { $0.contains("name=\"as_observed\"") }, "\(address)")
                #expect(form.contains("action=\"\(action)\""), "\(address)")
                #expect(form.contains("type=\"hidden\" \(kept)"), "\(address)")
                #expect(form.contains("type=\"date\" name=\"since\" value=\"2026-03-02\""))
                #expect(form.contains("name=\"as_observed\" value=\"2026-03-16\""))
            }
            // Where no script takes it out, a field left blank is sent empty.
            for path in ["/", "/inbox", "/brands", "/brands/Alpha"] {
                #expect(try await client.get(path + "?since=").status == 200, "\(path)")
            }
        }
    }

    @Test("A step takes the beginning a dump back or on; none leads to the end or beyond")
    func steps() async throws {
        try await serving(Self.dumps) { client, _ in
            for (path, section) in [
                ("/", "#strip"), ("/inbox", ""), ("/brands", ""), ("/brands/Alpha", "#moved"),
            ] {
                func links(_ page: ServedAnswer) -> [String] {
                    page.text.matches(of: #/href="([^"]+)">[^<]*From a dump/#)
                        .map { String($0.output.1).replacing("&amp;", with: "&") }
                }
                let earlier = path + "?since=2026-03-02" + section
                let now = try await client.get(path)
                #expect(links(now) == [earlier], "\(path)")
                let before = try await client.get(earlier)
                #expect(links(before) == [path + "?since=2026-03-09" + section], "\(path)")
                let whole = try await client.get(path + "?since=2026-03-02&as_of=2")
                #expect(links(whole) == [], "\(path)")
            }
        }
    }

    @Test("Brands and what moved a mean follow the moments; a theme's new does not, and says so")
    func followers() async throws {
        try await serving(Self.dumps) { client, _ in
            func new(_ address: String) async throws -> [String] {
                try await client.get(address).text
                    .matches(of: #/data-label="New negative">([^<]+)</#)
                    .map { String($0.output.1) }
            }
            #expect(try await new("/brands") == ["1"])
            #expect(try await new("/brands?since=2026-03-02") == ["2"])
            #expect(try await new("/brands?since=2026-03-16") == ["0"])
            let brands = try await client.get("/brands?since=2026-03-02")
            #expect(brands.words.contains("New negatives: 2026-03-02 → 2026-03-16."))
            let table = try await client.get("/json/brands.json?since=2026-03-02")
            #expect(table.json?.elements?.first?["new_negative"]?.integer == 2)
            let note = "New: what the dump of 2026-03-16 alone brought; it does not follow From."
            for path in ["/", "/brands/Alpha"] {
                let page = try await client.get(path + "?since=2026-03-02")
                #expect(page.words.contains(note), "\(path)")
                #expect(try await !client.get(path).words.contains("follow From"))
            }
            let brand = try await client.get("/brands/Alpha?since=2026-03-02")
            #expect(brand.words.contains("What moved since 2026-03-02"))
            #expect(brand.words.contains("2026-03-02 → 2026-03-16: mean 5.00 → 2.00"))
            let now = try await client.get("/brands/Alpha")
            #expect(now.words.contains("2026-03-09 → 2026-03-16: mean "))
            #expect(now.words.contains("What the newest dump moved"))
        }
    }

    @Test("From before the first dump everything is new, and pages name more than the first dump")
    func beginning() async throws {
        try await serving(Self.dumps) { client, _ in
            for since in ["0", "2020-01-01"] {
                let page = try await client.get("/?since=\(since)")
                #expect(page.words.contains("Dangers and worst reviews of all dumps up to then"))
                let brand = try await client.get("/brands/Alpha?since=\(since)")
                #expect(brand.words.contains("Before the first dump there was nothing"))
                #expect(!brand.words.contains("This is the first dump"))
            }
            let first = try await client.get("/?as_of=1")
            #expect(first.words.contains("Dangers and worst reviews of the first dump"))
        }
    }

    @Test("A moment that is not there is a sentence and a way back; a reversed one shows nothing")
    func wrong() async throws {
        try await serving(Self.dumps) { client, _ in
            for path in ["/", "/inbox", "/brands", "/brands/Alpha"] {
                for (since, words) in [
                    ("2100-01-01", "is after the newest run"), ("99", "there is no run 99"),
                    ("week%209", "no dump is called 'week 9'"),
                ] {
                    let page = try await client.get(path + "?since=" + since)
                    #expect(page.status == 404 && page.words.contains(words), "\(path) \(since)")
                    #expect(page.links.contains(path), "\(path) \(since)")
                }
                let dates = try await client.get(path + "?since=2026-03-16&as_observed=2026-03-02")
                #expect(dates.status == 200, "\(path)")
                #expect(
                    dates.words.contains(
                        "2026-03-16, from which to compare, lies after 2026-03-02."))
                let swapped = path + "?since=2026-03-02&as_observed=2026-03-16"
                #expect(dates.links.contains { $0.hasPrefix(swapped) }, "\(path)")
                // A step of the slider to before the beginning: the later run is not known there.
                let step = try await client.get(path + "?since=3&as_of=1")
                #expect(step.status == 200, "\(path)")
                #expect(step.words.contains("3, from which to compare, lies after 2026-03-02."))
                let day = try await client.get(path + "?since=2026-03-09&as_of=1")
                #expect(day.words.contains("2026-03-09, from which to compare, lies after"))
            }
        }
    }
}
