/// The row of the report's HTML template.
struct ReportHTML: PageRow {
    var title: String
    var summary: String
    var alerts: [ReportLine]
    var sections: [ReportSection]
    var remarks: [ReportLine]

    static let members: KeyValuePairs<String, Member<ReportHTML>> = [
        "title": .text { $0.title }, "summary": .text { $0.summary },
        "alerts": .rows { $0.alerts }, "sections": .rows { $0.sections },
        "remarks": .rows { $0.remarks },
    ]
}

/// One line of text.
struct ReportLine: PageRow {
    var text: String

    static let members: KeyValuePairs<String, Member<ReportLine>> = ["text": .text { $0.text }]
}

/// A table with its heading.
struct ReportSection: PageRow {
    var heading: String
    var note: String
    var head: [ReportLine]
    var rows: [ReportRow]

    static let members: KeyValuePairs<String, Member<ReportSection>> = [
        "heading": .text { $0.heading }, "note": .text { $0.note }, "head": .rows { $0.head },
        "rows": .rows { $0.rows },
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

    static let members: KeyValuePairs<String, Member<ReportCell>> = [
        "label": .text { $0.label }, "value": .maybe { $0.value },
    ]
}
