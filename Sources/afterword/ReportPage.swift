import AfterwordCore
import AfterwordPipeline
import AfterwordServer

/// A scope's briefing as a page, with the same values in HTML, Markdown and JSON.
struct ReportPage {
    /// A table with its heading and a note.
    private struct Section {
        var title: String
        var note: String
        var head: [String]
        var rows: [[String]]
    }

    private let digest: ScopeBriefing
    private let title: String
    private let summary: String
    private var sections: [Section] = []

    init(_ digest: ScopeBriefing) {
        self.digest = digest
        title = Self.title(digest)
        summary = Self.summary(digest)
        sections = [
            safety,
            entries(
                "New negatives", "One and two stars, fewest stars first.", .negative),
            entries("Edited down", "From three stars or more to two or fewer.", .editedDown),
            entries("Back", "Negative reviews that had vanished and are there again.", .back),
            firstSeen,
            entries("Edited", "Negative reviews that say something else.", .edited),
            entries("Resolved", "Negative reviews that have three stars or more now.", .resolved),
            entries("Gone", "Negative reviews that vanished.", .gone),
            themes, brands, movements,
        ]
    }

    private static func title(_ digest: ScopeBriefing) -> String {
        let window = digest.window
        let name = digest.scope.prefix(1).uppercased() + digest.scope.dropFirst()
        guard let dump = window.dump else { return "\(name): nothing loaded yet" }
        if window.isFirst, window.since == nil { return "\(name): all up to \(dump.fullName)" }
        return
            "\(name): \(window.since?.fullName ?? "since run \(window.from)") to \(dump.fullName)"
    }

    private static func summary(_ digest: ScopeBriefing) -> String {
        let (changes, counts) = (digest.changes, digest.changes.counts)
        let mean = changes.attribution.map {
            ", mean \(stars(changes.before)) → \(stars(changes.after)) "
                + "(\(signed($0.millionths($0.change), places: 3)))"
        }
        var parts = [
            several(counts.newNegative, "new negative"),
            "\(grouped(counts.editedDown)) edited down",
            "\(grouped(counts.resolved)) resolved", "\(grouped(counts.goneNegative)) gone",
        ]
        if counts.firstSeen > 0 {
            parts.append(
                "\(several(counts.firstSeen, "review")) of products seen for the first time, "
                    + "\(grouped(counts.firstSeenNegative)) negative")
        }
        if counts.back > 0 { parts.append("\(grouped(counts.back)) back") }
        return "\(grouped(changes.before.reviewCount)) → "
            + several(changes.after.reviewCount, "review") + (mean ?? "") + ". "
            + parts.joined(separator: ", ") + "."
    }

    private var safety: Section {
        let more =
            digest.unlikelyDangers == 0
            ? "" : " \(grouped(digest.unlikelyDangers)) more, probably not dangers."
        return Section(
            title: "Safety",
            note: "A: it happened. B: the review says that it is dangerous. A person should look."
                + more,
            head: ["class", "hazard", "brand", "product", "stars", "says"],
            rows: digest.entries(.safety).map {
                [
                    $0.dangerClass?.rawValue ?? "",
                    $0.hazard?.replacing("_", with: " ") ?? "", $0.brand?.string ?? "–",
                    $0.review.productID.string, $0.starText, $0.quote,
                ]
            })
    }

    private func entries(_ title: String, _ note: String, _ kind: InboxEntry.Kind) -> Section {
        entries(title, note, digest.entries(kind)[...])
    }

    private var firstSeen: Section {
        entries(
            "Products seen for the first time", "Their one- and two-star reviews; no alarm.",
            digest.firstSeen)
    }

    private func entries(
        _ title: String, _ note: String, _ entries: ArraySlice<InboxEntry>
    ) -> Section {
        Section(
            title: title, note: note, head: ["brand", "product", "stars", "themes", "says"],
            rows: entries.map {
                [
                    $0.brand?.string ?? "–", $0.review.productID.string, $0.starText,
                    $0.themeLabels.joined(separator: ", "), $0.quote,
                ]
            })
    }

    private var themes: Section {
        Section(
            title: "Themes up and down",
            note:
                "Of a hundred reviews so many complain of it, each reviewer's text once; only what is "
                + "beyond chance.",
            head: ["theme", "", "before", "among the new"],
            rows: digest.themes.map {
                [
                    $0.aspect.label, $0.isUp ? "up" : "down", perHundred($0.before),
                    perHundred($0.new),
                ]
            })
    }

    private var brands: Section {
        let more = digest.brandsLeftOut
        return Section(
            title: "Brands",
            note: "Those with most new negatives first."
                + (more > 0 ? " \(several(Int64(more), "more brand")) changed." : ""),
            head: ["brand", "new", "negative", "edited down", "first seen", "mean", "alert"],
            rows: digest.brands.map {
                [
                    $0.name, grouped($0.counts.new), grouped($0.counts.newNegative),
                    grouped($0.counts.editedDown), grouped($0.counts.firstSeen),
                    "\(stars($0.before)) → \(stars($0.after))",
                    $0.alerts.map(\.words).joined(separator: "; "),
                ]
            })
    }

    private var movements: Section {
        let attribution = digest.changes.attribution
        let movements = digest.changes.movements
        let shown = movements.prefix(ScopeBriefing.rowLimit)
        var note = "All parts add up to the change exactly."
        if let attribution, shown.count < movements.count {
            let rest = movements.dropFirst(shown.count).compactMap(\.part).reduce(0, +)
            note =
                "The \(grouped(Int64(shown.count))) that moved it most; the other "
                + "\(grouped(Int64(movements.count - shown.count))) moved it by "
                + "\(signed(attribution.millionths(rest), places: 4)) together."
        }
        return Section(
            title: "What moved the mean", note: note,
            head: ["because of", "product", "stars", "mean", "says"],
            rows: shown.map { moved in
                let part = attribution.flatMap { attribution in
                    moved.part.map { signed(attribution.millionths($0), places: 4) }
                }
                let says = (moved.review.values.body ?? moved.review.values.title)?.string ?? ""
                return [
                    moved.movement.reason.rawValue, moved.review.productID.string,
                    moved.starText, part ?? "–",
                    String(says.prefix(200)),
                ]
            })
    }

    // MARK: HTML

    /// The report as one HTML file. The template escapes all values.
    func html() throws -> String {
        let template = try Template<ReportHTML>(Self.template)
        let page = ReportHTML(
            title: title, summary: summary,
            alerts: digest.changes.alerts.map { ReportLine(text: $0.sentence) },
            sections: sections.filter { !$0.rows.isEmpty }.map { section in
                ReportSection(
                    heading: section.title, note: section.note,
                    head: section.head.map { ReportLine(text: $0) },
                    rows: section.rows.map { row in
                        ReportRow(
                            cells: zip(section.head, row).map {
                                ReportCell(label: $0, value: printable($1))
                            })
                    })
            }, remarks: digest.remarks.map { ReportLine(text: printable($0)) })
        return template.render(page).page.text
    }

    private static let template = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <title>{{title}}</title>
        <style>
        :root { color-scheme: light dark; --line: #c8ccd0; --soft: #5a6169; --back: #fff; --ink: #16191d; --alert: #a4161a; }
        @media (prefers-color-scheme: dark) {
          :root { --line: #3a4047; --soft: #a9b1ba; --back: #14171a; --ink: #eceff2; --alert: #ff8b8b; }
        }
        body { margin: 0 auto; max-width: 62rem; padding: 1.5rem 1rem 4rem; background: var(--back); color: var(--ink);
          font: 16px/1.5 system-ui, sans-serif; }
        h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem; overflow-wrap: anywhere; }
        h2 { font-size: 1.125rem; margin: 2.25rem 0 .25rem; }
        p { margin: .25rem 0; }
        .note, .remark { color: var(--soft); }
        .alert { color: var(--alert); font-weight: 600; }
        .wide { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; margin-top: .5rem; font-variant-numeric: tabular-nums; }
        th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line);
          white-space: nowrap; }
        th { font-weight: 600; color: var(--soft); }
        td:last-child, td[data-label="themes"] { white-space: normal; overflow-wrap: anywhere; }
        @media (max-width: 44rem) {
          thead { position: absolute; clip-path: inset(50%); }
          table, tbody, tr, td { display: block; }
          tr { padding: .6rem 0; border-bottom: 1px solid var(--line); }
          td { display: grid; grid-template-columns: 6.5rem minmax(0, 1fr); gap: .5rem; padding: .1rem 0; border: 0; white-space: normal;
            overflow-wrap: anywhere; }
          td::before { content: attr(data-label); color: var(--soft); }
          td:empty { display: none; }
        }
        </style>
        </head>
        <body>
        <main>
        <h1>{{title}}</h1>
        <p>{{summary}}</p>
        {{#alerts}}
        <p class="alert">{{text}}</p>
        {{/alerts}}
        {{#remarks}}
        <p class="remark">{{text}}</p>
        {{/remarks}}
        {{#sections}}
        <section>
        <h2>{{heading}}</h2>
        <p class="note">{{note}}</p>
        <div class="wide" tabindex="0" role="region" aria-label="{{heading}}">
        <table>
        <thead><tr>{{#head}}<th scope="col">{{text}}</th>{{/head}}</tr></thead>
        <tbody>
        {{#rows}}
        <tr>{{#cells}}<td data-label="{{label}}">{{#value}}{{value}}{{/value}}</td>{{/cells}}</tr>
        {{/rows}}
        </tbody>
        </table>
        </div>
        </section>
        {{/sections}}
        </main>
        </body>
        </html>

        """

    // MARK: Markdown

    /// The report in Markdown.
    var markdown: String {
        var text = "# \(Self.plain(title))\n\n\(Self.plain(summary))\n"
        for alert in digest.changes.alerts { text += "\n**\(Self.plain(alert.sentence))**\n" }
        for remark in digest.remarks { text += "\n\(Self.plain(remark))\n" }
        for section in sections where !section.rows.isEmpty {
            text += "\n## \(section.title)\n\n\(section.note)\n\n"
            text += "| " + section.head.joined(separator: " | ") + " |\n"
            text += "|" + section.head.map { _ in " --- |" }.joined() + "\n"
            for row in section.rows {
                text += "| " + row.map { Self.plain($0) }.joined(separator: " | ") + " |\n"
            }
        }
        return text
    }

    /// A source's text with Markdown syntax escaped, on one line.
    private static func plain(_ text: String) -> String {
        var plain = ""
        for character in printable(text) {
            switch character {
            case _ where character.isNewline: plain += " "
            case "<": plain += "&lt;"
            case "&": plain += "&amp;"
            case _ where "\\`*_[]|#!~>".contains(character): plain += "\\\(character)"
            default: plain.append(character)
            }
        }
        return plain
    }

    // MARK: JSON

    /// The report as JSON.
    var json: JSONValue {
        .row([
            "scope": .string(digest.scope), "title": .string(title),
            "from": JSONValue(digest.window.from), "to": JSONValue(digest.window.to),
            "before": Counters.form.json(digest.changes.before),
            "after": Counters.form.json(digest.changes.after),
            "counts": NewsCounts.form.json(digest.changes.counts),
            "new_negatives": JSONValue(digest.changes.counts.newNegative),
            "resolved": JSONValue(digest.changes.counts.resolved),
            "alerts": .array(digest.changes.alerts.map { .string($0.sentence) }),
            "coverage": digest.coverage?.json ?? .null,
            "remarks": .array(digest.remarks.map { .string($0) }),
            "sections": .array(
                sections.map { section in
                    .row([
                        "title": .string(section.title),
                        "head": .array(section.head.map { .string($0) }),
                        "rows": .array(section.rows.map { .array($0.map { .string($0) }) }),
                    ])
                }),
        ])
    }
}

extension ScopeShift {
    /// The brand's name as tables show it.
    var name: String { brand?.string ?? "(no brand)" }
}

private func signed(_ millionths: Int64, places: Int) -> String {
    (millionths > 0 ? "+" : "") + decimal(millionths, of: 1_000_000, places: places)
}

extension InboxEntry {
    fileprivate var starText: String {
        let now = review.isLive ? review.values.star.map { "\($0)" } ?? "–" : "gone"
        return starBefore.map { "\($0) → \(now)" } ?? now
    }
}

extension ChangeAlert {
    fileprivate var sentence: String { words.prefix(1).uppercased() + words.dropFirst() + "." }
}

/// A proportion per hundred, such as `3.1 (270 of 8,600)`.
func perHundred(_ share: Proportion) -> String {
    let value = AfterwordCore.share(share.part, of: share.whole)?.value ?? 0
    return "\(decimal(value, of: 10_000, places: 1)) "
        + "(\(grouped(share.part)) of \(grouped(share.whole)))"
}
