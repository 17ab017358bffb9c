import AfterwordCore
import AfterwordPipeline

extension Table {
    /// The files of accepted taxonomies.
    static let taxonomies = Table(
        "taxonomies",
        [.number("made_run", .key).checked("made_run > 0"), .text("document", .none, "the file")])
}

extension TaxonomyRow: TableRow {
    func encode(into row: inout some RowSink) {
        row.add(madeRun)
        row.add(document)
    }
}

extension SQLReader {
    func taxonomies() throws -> [TaxonomyRow] {
        try session.fewRows("SELECT * FROM taxonomies ORDER BY made_run", []) { row in
            TaxonomyRow(madeRun: try row.run("made_run"), document: try row.id("document"))
        }
    }
}
