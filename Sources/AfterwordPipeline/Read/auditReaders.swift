import AfterwordCore

/// Checks that the reader of a store changes only by a run that reads it anew.
func auditReaders(_ runs: [RunRecord]) -> AuditFinding? {
    let rereads = runs.rereads
    for (before, run) in zip(runs, runs.dropFirst()) {
        guard let old = before.reader, let new = run.reader, old != new,
            !rereads.contains(run.run)
        else { continue }
        return AuditFinding(
            run: run.run, table: "runs", row: "run \(run.run)",
            what: "it was read by \(Lexicon.named(new)), and the run before by "
                + Lexicon.named(old))
    }
    return nil
}

/// Checks that every taxonomy is that of its run's reader, and that none is missing which a run
/// read by.
func auditTaxonomies(_ runs: [RunRecord], _ reader: any StoreReader) throws -> AuditFinding? {
    let rows = try reader.taxonomies()
    let stored = Set(rows.map(\.madeRun))
    for run in runs {
        guard let version = run.reader, let made = Lexicon.taxonomyRun(of: version),
            !stored.contains(made)
        else { continue }
        return AuditFinding(
            run: run.run, table: "taxonomies", row: "run \(made)",
            what: "run \(run.run) was read by \(Lexicon.named(version)), which is missing")
    }
    for row in rows {
        let version = runs.first { $0.run == row.madeRun }?.reader
        if version.flatMap({ Lexicon.taxonomyRun(of: $0) }) == row.madeRun { continue }
        return AuditFinding(
            run: row.madeRun, table: "taxonomies", row: "run \(row.madeRun)",
            what: "its run is missing, or read the reviews by something else")
    }
    return nil
}
