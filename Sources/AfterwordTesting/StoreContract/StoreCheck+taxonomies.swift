import AfterwordCore
import AfterwordPipeline

/// Accepted taxonomies.
extension StoreCheck {
    /// Written in two batches, the later run first.
    func taxonomiesComeBack() throws {
        let store = try loaded()
        try store.load(LoadIntent(isRehearsal: true)) { load in
            let rows = [
                TaxonomyRow(madeRun: 9, document: "taxonomy = 1\r\n# “Größe” \\ 'x' \"y\"\t,$1\n"),
                TaxonomyRow(madeRun: 10, document: "taxonomy = 1\n"),
            ]
            for row in rows.reversed() { try load.append(taxonomies: [row]) }
            try expect(try load.reader.taxonomies(), is: rows, "taxonomies by run")
        }
    }
}
