package import AfterwordCore
import AfterwordPipeline

/// The formats of a report.
extension ReportPage {
    /// The report as one HTML file. The template escapes all values.
    package func html() throws -> String {
        let template = try Template<ReportHTML>(reportTemplate)
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

    /// The report in Markdown.
    package var markdown: String {
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

    /// The beginning of the report for Slack, as whole lines of at most 3,000 characters.
    package var slack: String {
        var lines = ["*\(slackText(title))*", slackText(summary)]
        lines += digest.changes.alerts.map { "*\(slackText($0.sentence))*" }
        for section in sections.prefix(2) where !section.rows.isEmpty {
            lines.append("*\(section.title)*")
            lines += section.rows.map { row in
                "• " + slackText(printable(row.filter { !$0.isEmpty }.joined(separator: " · ")))
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

/// As many lines as fit, with a sign where some are left out.
private func whole(_ lines: [String], atMost limit: Int) -> String {
    var text = ""
    for line in lines {
        if text.count + line.count + 2 > limit { return text + "…" }
        text += line + "\n"
    }
    return text
}
