import AfterwordCore
import AfterwordPipeline
import AfterwordServer
import AfterwordStores
import Foundation
import Testing

/// The HTML of a report holds nothing that mail programs remove and that it needs. Many remove the
/// style sheet, all remove scripts, and Outlook and Gmail remove SVG.
@Suite struct ReportMailTests {
    /// A tag that opens an element, with its attributes.
    private struct Tag {
        var name: String
        var attributes: [String: String]

        var style: [String: String] {
            (attributes["style"] ?? "").split(separator: ";").reduce(into: [:]) { found, pair in
                let parts = pair.split(separator: ":", maxSplits: 1).map {
                    $0.trimmingCharacters(in: .whitespaces)
                }
                if parts.count == 2 { found[parts[0]] = parts[1] }
            }
        }
    }

    private func tags(_ html: String) -> [Tag] {
        html.matches(of: #/<([a-z][a-z0-9]*)((?:\s+[a-z-]+(?:="[^"]*")?)*)\s*\/?>/#).map { tag in
            let pairs = tag.output.2.matches(of: #/([a-z-]+)="([^"]*)"/#).map {
                (String($0.output.1), String($0.output.2))
            }
            return Tag(
                name: String(tag.output.1),
                attributes: Dictionary(pairs, uniquingKeysWith: { first, _ in first }))
        }
    }

    /// What is wrong with a tag in a mail; nil for nothing.
    private func fault(_ tag: Tag) -> String? {
        let forbidden = [
            "script", "link", "svg", "img", "iframe", "object", "embed", "form", "input", "button",
            "video", "audio", "canvas", "base", "main", "section", "div",
        ]
        if forbidden.contains(tag.name) { return "an element \(tag.name)" }
        if let name = tag.attributes.keys.first(where: { $0.hasPrefix("on") || $0 == "src" }) {
            return "an attribute \(name)"
        }
        if let link = tag.attributes["href"], !link.hasPrefix("https://reviews.example.com/") {
            return "a link to \(link)"
        }
        for (name, value) in tag.style {
            let isLayout =
                ["position", "float", "flex", "grid", "transform"].contains(name)
                || name == "display" && !["block", "inline-block", "none"].contains(value)
            if isLayout || value.contains("url(") || value.contains("flex") {
                return "a style \(name)"
            }
        }
        if let width = tag.attributes["width"].flatMap({ Int($0) }), width > 600 {
            return "a width of \(width)"
        }
        // What a program shows that removes the style sheet.
        let styled = ["h1", "h2", "p", "body", "table"]
        if styled.contains(tag.name), tag.attributes["style"] == nil { return "no style" }
        if tag.name == "table" {
            let needed = ["width", "cellpadding", "cellspacing"]
            if !needed.allSatisfy({ tag.attributes[$0] != nil }) { return "no width or padding" }
            let isList = tag.attributes["class"]?.hasPrefix("list") == true
            if isList == (tag.attributes["role"] == "presentation") { return "a role" }
        }
        if tag.name == "th", tag.attributes["align"] != "left" { return "centered" }
        return nil
    }

    /// The report of two dumps: the second brings a danger, complaints and an edit.
    private func report(_ page: String?) async throws -> String {
        func week(_ reviews: [MadeReview]) -> [MadeProduct] {
            let old = (0..<12).map {
                MadeReview(id: "old\($0)", rating: 5, text: "A good thing, number \($0).")
            }
            return (0..<3).map {
                MadeProduct(id: "P\($0)", brand: "Delta", title: nil, reviews: old + reviews)
            }
        }
        let turned = [MadeReview(id: "turn", rating: 5, text: "Good.")]
        let long = String(repeating: "so", count: 40)
        let later = [
            MadeReview(id: "turn", rating: 1, text: "Good."),
            MadeReview(id: "fire", rating: 1, text: "It caught fire on day two."),
            MadeReview(id: "leak", rating: 1, text: "It leaks <b>all</b> over the place."),
            MadeReview(id: "long", rating: 1, text: "It leaks \(long)."),
        ]
        let found = Found()
        try await serving([
            .dump("2026-03-02", week([])), .dump("2026-03-09", week(turned)),
            .dump("2026-03-16", week(later)),
        ]) { _, path in
            let html = try SQLiteStore(path: path, opening: .existing).read { reader in
                try ReportPage(
                    scopeDigest(
                        reader, of: .scope(.portfolio), written: "portfolio",
                        in: reader.runs().dumps.window()), page: page
                ).html()
            }
            await found.set(html)
        }
        return await found.html
    }

    private actor Found {
        private(set) var html = ""
        func set(_ html: String) { self.html = html }
    }

    @Test("No element, address or style that mail programs remove or that lays out by itself")
    func walked() async throws {
        let html = try await report("https://reviews.example.com")
        let all = tags(html)
        for name in ["h1", "h2", "table", "td", "th", "a"] {
            #expect(all.contains { $0.name == name }, "\(name)")
        }
        #expect(html.contains("Safety") && html.contains("New negatives"))
        for tag in all { #expect(fault(tag) == nil, "\(tag)") }
        #expect(!html.contains("@import") && !html.contains("url("))
    }

    @Test("The walk finds what it looks for")
    func finds() {
        for html in [
            "<script>", "<link rel=\"x\">", "<svg width=\"1\">", "<img src=\"a.png\">",
            "<td onclick=\"x\">", "<a href=\"http://elsewhere.example/\">",
            "<td style=\"position:absolute\">", "<td style=\"display: grid\">",
            "<td style=\"display:flex\">", "<td style=\"background:url(x)\">",
            "<td width=\"601\">", "<p>", "<th style=\"x:y\">", "<div style=\"x:y\">",
            "<table style=\"x:y\" width=\"100%\" cellpadding=\"1\" cellspacing=\"0\">",
        ] {
            #expect(tags(html).contains { fault($0) != nil }, "\(html)")
        }
        #expect(tags("<td style=\"color:red\" width=\"20%\">").allSatisfy { fault($0) == nil })
    }

    @Test("One column of 600 px, light and dark, whose pictures have numbers beside them")
    func frame() async throws {
        let html = try await report(nil)
        #expect(html.contains("<meta name=\"color-scheme\" content=\"light dark\">"))
        let frame = try #require(
            tags(html).first { $0.attributes["class"]?.hasPrefix("frame") == true })
        #expect(frame.attributes["width"] == "600" && frame.style["max-width"] == "600px")
        // Beside each bar its numbers; a bar of cells without text would have no height.
        let start = try #require(html.components(separatedBy: "<table class=\"bars").last)
        let part = start.components(separatedBy: "<h2")[0]
        let rows = part.components(separatedBy: "<tr><td width=\"20%\">").dropFirst()
        #expect(rows.count == 2)
        #expect(rows.allSatisfy { $0.contains(#/\d+ new reviews?, \d+ negative/#) })
        let drawn = tags(part).filter { $0.attributes["height"] != nil }
        #expect(drawn.count > 2 && part.components(separatedBy: "&nbsp;").count == drawn.count + 1)
        // Lists keep their lines without the style sheet, and colors that say something.
        let body = try #require(html.components(separatedBy: "<tbody>").dropFirst().first)
        let own = tags(body.components(separatedBy: "</tbody>")[0]).filter { $0.name == "td" }
        #expect(!own.isEmpty && own.allSatisfy { $0.style["border-top"] != nil })
        // Words stay whole, but for those that would widen the column.
        let cells = html.matches(of: #/<td data-label[^>]*>[^<]*/#).map { String($0.output) }
        let broken = cells.filter { $0.contains("word-break:break-word") }
        #expect(!broken.isEmpty && broken.allSatisfy { $0.contains("sososo") })
    }
}
