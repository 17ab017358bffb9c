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
            what: "it was read by reader \(new), and the run before by reader \(old)")
    }
    return nil
}
