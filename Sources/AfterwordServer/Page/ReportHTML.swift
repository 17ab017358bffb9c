/// The row of the report's HTML template.
struct ReportHTML: PageRow {
    var title: String
    var summary: String
    var alerts: [ReportLine]
    var page: String?
    var bars: [ReportBar]
    var sections: [ReportSection]
    var remarks: [ReportLine]

    static let members: KeyValuePairs<String, Member<ReportHTML>> = [
        "title": .text { $0.title }, "summary": .text { $0.summary },
        "alerts": .rows { $0.alerts }, "page": .maybe { $0.page },
        "has_bars": .flag { !$0.bars.isEmpty }, "bars": .rows { $0.bars },
        "sections": .rows { $0.sections }, "remarks": .rows { $0.remarks },
    ]
}

/// One line of text.
struct ReportLine: PageRow {
    var text: String

    static let members: KeyValuePairs<String, Member<ReportLine>> = ["text": .text { $0.text }]
}

/// What one dump brought: a bar of table cells, which every mail program draws.
struct ReportBar: PageRow {
    var dump: String
    var words: String
    /// Widths in percent of the widest bar.
    var negative: Int
    var other: Int

    static let members: KeyValuePairs<String, Member<ReportBar>> = [
        "dump": .text { $0.dump }, "words": .text { $0.words },
        "negative": .maybe { $0.negative > 0 ? "\($0.negative)" : nil },
        "other": .maybe { $0.other > 0 ? "\($0.other)" : nil },
        "rest": .maybe {
            let rest = 100 - $0.negative - $0.other
            return rest > 0 ? "\(rest)" : nil
        },
    ]
}

/// A table with its heading.
struct ReportSection: PageRow {
    var heading: String
    var note: String
    var head: [ReportLine]
    var groups: [ReportGroup]
    var more: [ReportLine]

    static let members: KeyValuePairs<String, Member<ReportSection>> = [
        "heading": .text { $0.heading }, "note": .text { $0.note }, "head": .rows { $0.head },
        "groups": .rows { $0.groups }, "more": .rows { $0.more },
    ]
}

/// The rows of one theme.
struct ReportGroup: PageRow {
    var columns: Int
    var title: String?
    var link: String?
    var rows: [ReportRow]
    var more: String?

    static let members: KeyValuePairs<String, Member<ReportGroup>> = [
        "columns": .number { $0.columns }, "title": .maybe { $0.title },
        "link": .maybe { $0.link }, "rows": .rows { $0.rows }, "more": .maybe { $0.more },
    ]
}

/// A table row.
struct ReportRow: PageRow {
    var cells: [ReportCell]

    static let members: KeyValuePairs<String, Member<ReportRow>> = ["cells": .rows { $0.cells }]
}

/// A table cell with its column's label; the value may be empty.
struct ReportCell: PageRow {
    var label: String
    var value: String
    var link: String?

    static let members: KeyValuePairs<String, Member<ReportCell>> = [
        "label": .text { $0.label }, "value": .maybe { $0.value }, "link": .maybe { $0.link },
        // Words of usual lengths stay whole; a longer one would widen the column of a mail.
        "is_long": .flag { $0.value.split(separator: " ").contains { $0.count > 24 } },
    ]
}
