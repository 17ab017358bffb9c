package import AfterwordCore

/// A row of `taxonomies`: the file of a taxonomy that a run accepted. Rows are only ever added; the
/// version of a run's reader says which one is in force (`Lexicon.taxonomyRun`).
package struct TaxonomyRow: Hashable, Sendable {
    /// The run that accepted it: it read all texts by it.
    package var madeRun: Int64
    /// The file as it was given.
    package var document: Text

    package init(madeRun: Int64, document: Text) {
        (self.madeRun, self.document) = (madeRun, document)
    }

    /// The row's JSON Lines form.
    package var json: JSONValue {
        .row(["made_run": JSONValue(madeRun), "document": JSONValue(document)])
    }

    /// A reader with the taxonomy.
    ///
    /// - Parameter base: A reader of the program.
    /// - Throws: `TOMLFault`: the file is not one of a taxonomy for that reader.
    package func lexicon(over base: Lexicon) throws(TOMLFault) -> Lexicon {
        let taxonomy = try Taxonomy(parsing: document.bytes, over: base)
        return base.with(taxonomy, acceptedBy: madeRun)
    }
}

extension LedgerRows {
    /// Adds a taxonomy.
    package mutating func add(_ row: TaxonomyRow) {
        var builder = rules.encoder(for: .ledgerTaxonomy)
        builder.add(row.madeRun)
        builder.add(row.document)
        add(builder)
    }
}
