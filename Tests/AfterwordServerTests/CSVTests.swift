import AfterwordCore
import AfterwordPipeline
import AfterwordServer
import Foundation
import HTTPTypes
import Testing

/// CSV tables: the same rows as the page, and no formulas.
@Suite struct CSVTests {
    private static let dump = [
        MadeProduct(
            id: "P1", brand: "Alpha", title: "ok;=1+1",
            reviews: (1...12).map {
                MadeReview(id: "P1R\($0)", rating: $0 < 4 ? 1 : 5, text: "It leaks after a day.")
            }),
        MadeProduct(
            id: "P2", brand: "Beta", title: "für Läufer",
            reviews: [MadeReview(id: "P2R1", rating: 2, text: "Broke after a week.")]),
    ]

    @Test("csv-formula-variants: no cell begins a formula, whatever separates cells")
    func formulas() async throws {
        let hostile = [
            "=1+1", "+1", "-1+1", "@SUM(1)", "ok;=1+1", "\u{A0}=1+1", "\u{FEFF}=1+1", "＝1+1",
            "＋1", "－1", "＠x", "\u{200B}\u{2003}@x", "a;\u{A0}\"=1", "a|=1", "a\u{2028}=1",
            "a ; \u{202E}+1", "\"=1+1\"",
        ]
        try await serving([
            .dump(
                "2026-03-02",
                hostile.enumerated().map { index, title in
                    MadeProduct(
                        id: "P\(index)", brand: title, title: title,
                        reviews: [
                            MadeReview(id: "R", rating: 1, title: title, text: "\(title)\n=2\n;=3")
                        ])
                })
        ]) { client, _ in
            for table in ["products", "brands", "inbox", "themes", "reviews?product=P4"] {
                let parts = table.split(separator: "?").map(String.init)
                let query = parts.count > 1 ? "?" + parts[1] : ""
                let answer = try await client.get("/csv/\(parts[0]).csv\(query)")
                #expect(answer.status == 200)
                for separator in [",", ";", "\t", "|"] {
                    expectNoFormula(answer.text, separatedBy: Character(separator))
                }
            }
            let products = try await client.get("/csv/products.csv")
            #expect(products.text.contains("\"ok;'=1+1\""))
            // Numbers written by the program must stay numbers.
            #expect(products.text.contains(#/"-?\d+\.\d{3}"/#))
        }
    }

    @Test("A table of more reviews than are read at once has each of them once, in order")
    func manyPages() async throws {
        let reviews = (1...8_200).map {
            MadeReview(id: "R\($0)", rating: 1, text: "It leaks after \($0) days.")
        }
        let product = MadeProduct(id: "P1", brand: "Alpha", title: "Bottle", reviews: reviews)
        try await serving([.dump("2026-03-02", [product])]) { client, _ in
            for table in ["inbox.csv", "theme.csv?theme=leaks"] {
                let lines = try await client.get("/csv/\(table)").text.split(separator: "\r\n")
                #expect(lines.first?.hasPrefix("\u{FEFF}\"") == true)
                let ids = lines.dropFirst().compactMap { line in
                    line.split(separator: ",").map { $0.filter { $0 != "\"" } }
                        .first { $0.hasPrefix("R") }
                }
                #expect(ids.count == lines.count - 1)
                #expect(ids == reviews.map(\.id).sorted() && ids.count == 8_200, "\(table)")
            }
        }
    }

    @Test(
        "csv-not-what-is-seen: links carry the filters, files begin with a mark and name their run")
    func seen() async throws {
        try await serving([.dump("2026-03-02", Self.dump), .dump("2026-03-09", Self.dump)]) {
            client, _ in
            let page = try await client.get("/?q=P1&brand=Alpha&as_of=1")
            let link = try #require(page.links.first { $0.hasPrefix("/csv/products.csv") })
            #expect(link == "/csv/products.csv?brand=Alpha&q=P1&as_of=1")
            let table = try await client.get(link)
            #expect(table.text.hasPrefix("\u{FEFF}\"product\",\"brand\""))
            #expect(table.text.contains("\"P1\"") && !table.text.contains("\"P2\""))
            #expect(
                table.headers[.contentDisposition]
                    == "attachment; filename=\"afterword-products-2026-03-02-run-1.csv\"")
            for line in table.text.dropFirst().split(separator: "\r\n") {
                #expect(line.hasPrefix("\"") && line.hasSuffix("\""))
            }
            let themes = try await client.get("/csv/themes.csv?brand=Alpha")
            #expect(themes.text.contains("\"star_impact\""))
            let first = try await client.get("/brands/Alpha")
            #expect(first.links.contains("/csv/themes.csv?brand=Alpha"))
            #expect(first.links.contains("/csv/products.csv?brand=Alpha"))
            let theme = try await client.get("/themes/leaks?brand=Alpha")
            #expect(theme.links.contains("/csv/theme.csv?theme=leaks&brand=Alpha"))
            let mentions = try await client.get("/csv/theme.csv?theme=leaks&brand=Alpha")
            #expect(mentions.text.components(separatedBy: "\r\n").count == 5)
        }
    }

    @Test("csv-inbox-500: a run that is not there is a 404, on tables and pages as in the API")
    func noSuchRun() async throws {
        try await serving([.dump("2026-03-02", Self.dump), .dump("2026-03-09", Self.dump)]) {
            client, _ in
            for address in [
                "/csv/inbox.csv?since=99", "/csv/inbox.csv?since=2&as_of=1",
                "/api/v1/inbox?since=99", "/api/v1/inbox?since=2&as_of=1", "/?as_of=99",
                "/?cursor=99-0", "/csv/products.csv?as_of=99", "/brands/Alpha?as_of=99",
                "/csv/theme.csv?theme=nothing", "/csv/theme.csv?theme=leaks&brand=Nobody",
                "/api/v1/safety?since=99", "/csv/reviews.csv?product=nothing",
            ] {
                let answer = try await client.get(address)
                #expect((400..<500).contains(answer.status), "\(address): \(answer.status)")
            }
            let answer = try await client.get("/csv/inbox.csv?since=99")
            #expect(answer.status == 404 && answer.text.contains("since: there is no run 99"))
        }
    }
}

/// Parses a table as a spreadsheet with that separator would, and checks how each cell begins.
private func expectNoFormula(_ text: String, separatedBy separator: Character) {
    var cells: [String] = []
    var cell = ""
    var isQuoted = false
    for character in text.dropFirst(text.hasPrefix("\u{FEFF}") ? 1 : 0) {
        if character == "\"" {
            isQuoted.toggle()
            continue
        }
        if !isQuoted, character == separator || character.isNewline {
            cells.append(cell)
            cell = ""
        } else {
            cell.append(character)
        }
    }
    for cell in cells + [cell] where Double(cell) == nil {
        let first = cell.unicodeScalars.first { scalar in
            !scalar.properties.isWhitespace
                && ![.format, .control].contains(scalar.properties.generalCategory)
        }
        #expect(first.map { !"=+-@＝＋－＠".unicodeScalars.contains($0) } ?? true, "\(cell)")
    }
}
