import AfterwordServer

/// A report as its template takes it.
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

struct ReportLine: PageRow {
    var text: String

    static let members: KeyValuePairs<String, Member<ReportLine>> = ["text": .text { $0.text }]
}

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

struct ReportRow: PageRow {
    var cells: [ReportCell]

    static let members: KeyValuePairs<String, Member<ReportRow>> = ["cells": .rows { $0.cells }]
}

/// A cell, empty where there is nothing to tell.
struct ReportCell: PageRow {
    var label: String
    var value: String

    static let members: KeyValuePairs<String, Member<ReportCell>> = [
        "label": .text { $0.label }, "value": .maybe { $0.value },
    ]
}
