package import AfterwordCore
import AfterwordPipeline

/// The formats of a report.
extension ReportPage {
    /// Room for rows in groups, in bytes: mail programs show a report of at most 100 KB whole.
    private static let room = 64_000
    /// The most dumps that the picture shows.
    private static let bars = 12

    /// The report as one HTML file of at most 100 KB. The template escapes all values.
    package func html() throws -> String {
        let template = try Template<ReportHTML>(reportTemplate)
        let layout = ReportLayout(sections, bytes: Self.room)
        let html = ReportHTML(
            title: title, summary: summary,
            alerts: digest.changes.alerts.map { ReportLine(text: $0.sentence) },
            page: page.map { $0 + "/" + moment }, bars: bars,
            sections: layout.blocks.map { row($0) },
            remarks: digest.remarks.map { ReportLine(text: printable($0)) })
        return template.render(html).page.text
    }

    private func row(_ block: ReportLayout.Block) -> ReportSection {
        let head = block.section.head
        return ReportSection(
            heading: block.section.title, note: block.section.note,
            head: head.map { ReportLine(text: $0) },
            groups: block.groups.map { group in
                ReportGroup(
                    columns: head.count, title: group.title.map { printable($0) },
                    link: group.theme.flatMap { link("themes", $0) },
                    rows: group.rows.map { row in
                        ReportRow(
                            cells: zip(head, row.cells).map { label, value in
                                ReportCell(
                                    label: label, value: printable(value),
                                    link: label == "product"
                                        ? row.product.flatMap { link("products", $0) } : nil)
                            })
                    }, more: group.more.map { printable($0) })
            }, more: block.more.map { ReportLine(text: printable($0)) })
    }

    /// An address of the page as of the report's end; nil where no page is known.
    private func link(_ list: String, _ name: String) -> String? {
        page.map { "\($0)/\(list)/\(encoded(name))\(moment)" }
    }

    private var moment: String { "?as_of=\(digest.window.to)" }

    /// What the newest dumps brought; the one that was loaded first brought everything.
    private var bars: [ReportBar] {
        let shown = digest.arrivals.later.suffix(Self.bars)
        let most = max(1, shown.map(\.reviews).max() ?? 1)
        return shown.map { own in
            let negative = Int(own.negatives * 100 / most)
            return ReportBar(
                dump: own.dump.fullName, words: Self.words(own),
                negative: own.negatives > 0 ? max(1, negative) : 0,
                other: Int(own.reviews * 100 / most) - negative)
        }
    }

    private static func words(_ arrivals: DumpArrivals) -> String {
        "\(several(arrivals.reviews, "new review")), \(grouped(arrivals.negatives)) negative"
    }

    /// The report in Markdown, with as many rows as the HTML has.
    package var markdown: String {
        var text = "# \(Self.plain(title))\n\n\(Self.plain(summary))\n"
        for alert in digest.changes.alerts { text += "\n**\(Self.plain(alert.sentence))**\n" }
        for remark in digest.remarks { text += "\n\(Self.plain(remark))\n" }
        let dumps = digest.arrivals.later.suffix(Self.bars)
        if !dumps.isEmpty { text += "\n## What each dump brought\n\n" }
        for own in dumps { text += "- \(Self.plain(own.dump.fullName)): \(Self.words(own))\n" }
        for block in ReportLayout(sections, bytes: Self.room).blocks {
            let section = block.section
            text += "\n## \(section.title)\n\n\(section.note)\n\n"
            text += "| " + section.head.joined(separator: " | ") + " |\n"
            text += "|" + section.head.map { _ in " --- |" }.joined() + "\n"
            for row in block.groups.flatMap(\.rows) {
                text += "| " + row.cells.map { Self.plain($0) }.joined(separator: " | ") + " |\n"
            }
            let more = block.groups.compactMap { group in
                group.more.map { "\(group.title ?? ""), \($0)" }
            }
            for line in more + block.more { text += "\n\(Self.plain(line)).\n" }
        }
        return text
    }

    /// The beginning of the report for Slack, as whole lines of at most 3,000 characters.
    package var slack: String {
        var lines = ["*\(slackText(title))*", slackText(summary)]
        lines += digest.changes.alerts.map { "*\(slackText($0.sentence))*" }
        for section in sections.prefix(2) where !section.rows.isEmpty {
            lines.append("*\(section.title)*")
            lines += section.rows.map { row in
                let cells = row.cells.filter { !$0.isEmpty }
                return "• " + slackText(printable(cells.joined(separator: " · ")))
            }
        }
        lines += digest.remarks.map { slackText(printable($0)) }
        return whole(lines, atMost: 3_000)
    }

    /// A source's text with Markdown syntax escaped, on one line.
    static func plain(_ text: String) -> String {
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

    /// The report as JSON.
    package var json: JSONValue {
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
            "dumps": .array(
                digest.arrivals.map { own in
                    .row([
                        "dump": .string(own.dump.fullName),
                        "observed_at": .string(own.dump.observedAt.description),
                        "new": JSONValue(own.reviews), "negative": JSONValue(own.negatives),
                    ])
                }),
            "remarks": .array(digest.remarks.map { .string($0) }),
            "sections": .array(
                sections.map { section in
                    .row([
                        "title": .string(section.title),
                        "head": .array(section.head.map { .string($0) }),
                        "rows": .array(
                            section.rows.map { .array($0.cells.map { .string($0) }) }),
                    ])
                }),
        ])
    }
}

/// As many lines as fit, with a sign where some are left out.
private func whole(_ lines: [String], atMost limit: Int) -> String {
    var text = ""
    for line in lines {
        if text.count + line.count + 2 > limit { return text + "…" }
        text += line + "\n"
    }
    return text
}
