package import AfterwordCore
import Synchronization

extension StoreReader {
    /// The lexicon that reviews are read with as of the newest run: that of its readings. Where the
    /// store keeps none, or those of a lexicon that this program does not know, texts are read with
    /// the first.
    ///
    /// - Throws: `StoreFault`.
    package func lexicon() throws -> Lexicon {
        guard let version = try newestRun()?.reader else { return .first }
        return try lexicon(ofVersion: version) ?? .first
    }

    /// The lexicon of a version, with the taxonomy that belongs to it; nil for one that this
    /// program does not know.
    ///
    /// - Throws: `StoreFault`.
    package func lexicon(ofVersion version: Int64) throws -> Lexicon? {
        guard let run = Lexicon.taxonomyRun(of: version) else {
            return Lexicon.ofVersion(version)
        }
        guard let base = Lexicon.ofVersion(Lexicon.beneath(version)),
            let row = try taxonomies().first(where: { $0.madeRun == run })
        else { return nil }
        return try known(row, over: base)
    }

    /// The taxonomy in force as of the newest run; nil for none.
    ///
    /// - Throws: `StoreFault`.
    package func taxonomy() throws -> TaxonomyRow? {
        let version = try newestRun()?.reader
        guard let run = version.flatMap({ Lexicon.taxonomyRun(of: $0) }) else { return nil }
        return try taxonomies().first { $0.madeRun == run }
    }

    /// Whether a file says what the taxonomy in force as of the newest run says, however it is
    /// written (`Taxonomy.means`).
    ///
    /// - Parameter base: The reader beneath.
    /// - Throws: `TOMLFault` for a file that is no taxonomy for that reader; `StoreFault`.
    func isInForce(_ document: Text, over base: Lexicon) throws -> Bool {
        let asked = try Taxonomy(parsing: document.bytes, over: base)
        guard let row = try taxonomy() else { return false }
        do throws(TOMLFault) {
            return try Taxonomy(parsing: row.document.bytes, over: base).means(asked)
        } catch {
            throw StoreFault.unreadable(table: "taxonomies", column: "document")
        }
    }
}

/// The taxonomy in force, with the run that accepted it.
package struct AcceptedTaxonomy: Sendable {
    package var row: TaxonomyRow
    package var acceptedAt: Instant
    /// The version of the reader with it.
    package var lexicon: Int64
}

/// The taxonomy in force as of the newest run; nil for none.
///
/// - Throws: `StoreFault`.
package func acceptedTaxonomy(_ reader: any StoreReader) throws -> AcceptedTaxonomy? {
    let runs = try reader.runs()
    guard let version = runs.last?.reader, let row = try reader.taxonomy(),
        let made = runs.first(where: { $0.run == row.madeRun })
    else { return nil }
    return AcceptedTaxonomy(row: row, acceptedAt: made.recordedAt, lexicon: version)
}

extension RunRecord {
    /// Whether the run accepted a taxonomy.
    package var acceptsTaxonomy: Bool {
        reader.flatMap { Lexicon.taxonomyRun(of: $0) } == run
    }
}

/// The reader of the program that a run was read by, whatever taxonomy lay on it; the first where
/// it kept no readings.
///
/// - Throws: `StoreFault.readerUnknown`.
package func readerBeneath(_ version: Int64?, run: Int64) throws -> Lexicon {
    guard let version else { return .first }
    guard let base = Lexicon.ofVersion(Lexicon.beneath(version)) else {
        throw StoreFault.readerUnknown(run: run, reader: version)
    }
    return base
}

/// Lexicons with taxonomies: an answer needs one several times, and making one takes some
/// milliseconds. Its values follow from its keys alone.
private let made = Mutex<[MadeLexicon: Lexicon]>([:])
private let mostMade = 8

private struct MadeLexicon: Hashable {
    var row: TaxonomyRow
    var base: Int
}

private func known(_ row: TaxonomyRow, over base: Lexicon) throws -> Lexicon {
    let key = MadeLexicon(row: row, base: base.version)
    if let known = made.withLock({ $0[key] }) { return known }
    let lexicon: Lexicon
    do {
        lexicon = try row.lexicon(over: base)
    } catch {
        throw StoreFault.unreadable(table: "taxonomies", column: "document")
    }
    made.withLock { all in
        if all.count >= mostMade { all.removeAll() }
        all[key] = lexicon
    }
    return lexicon
}
