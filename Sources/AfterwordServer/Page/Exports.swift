import AfterwordCore
import AfterwordPipeline

/// Links to a table as files: exactly the rows behind what a page shows, with its filters.
struct Exports: PageRow {
    var csv: String
    var plain: String
    var json: String

    static let members: KeyValuePairs<String, Member<Exports>> = [
        "csv": .text { $0.csv }, "plain": .text { $0.plain }, "json": .text { $0.json },
    ]

    /// - Parameters:
    ///   - name: As `CSVTable.all` names it.
    ///   - query: The filters of the page.
    init(_ name: String, _ query: KeyValuePairs<String, String?>, _ call: Call) {
        let address = call.address("/csv/\(name).csv", query)
        csv = address.text
        plain = address.with("bom", "no").text
        var other = address
        other.path = "/json/\(name).json"
        json = other.text
    }
}
