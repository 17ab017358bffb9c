import AfterwordCore

/// Loads one dump as one run: survey → guards → products, in order of their ids → sums → ledger.
///
/// The file is the load's table of contents; each stage is a file of its own beside it.
///
/// - Throws: `InputFault` when the dump is refused, `StoreFault` from the store; nothing is then written
///   but the attempt.
package func loadDump(
    _ dump: Dump, into store: any ReviewStore, options: LoadOptions,
    surroundings: LoadSurroundings
) throws -> LoadReport {
    guard !options.isRehearsal else {
        return try load(dump, store, options, surroundings)
    }
    let attempt = try store.beginAttempt(
        RunAttempt(startedAt: surroundings.now(), endedAt: nil, dump: dump.name, outcome: nil))
    do {
        let report = try load(dump, store, options, surroundings)
        try store.endAttempt(
            attempt, at: surroundings.now(), outcome: .committed(run: report.run.run))
        return report
    } catch {
        try? store.endAttempt(attempt, at: surroundings.now(), outcome: .failed(faultName(error)))
        throw error
    }
}

private func load(
    _ dump: Dump, _ store: any ReviewStore, _ options: LoadOptions,
    _ surroundings: LoadSurroundings
) throws -> LoadReport {
    let total = try dump.files.reduce(Int64(0)) { try $0 + byteCount($1) }
    var read: Int64 = 0
    var surveyor = DumpSurveyor(
        dump: dump, shapes: options.shapes, isStrict: options.isStrict,
        progress: { bytes in
            read += bytes
            surroundings.progress(.reading(bytes: read, of: max(total, read)))
        })
    let survey = try surveyor.run()
    try checkSurvey(survey, dump, options)
    return try store.load(LoadIntent(isRehearsal: options.isRehearsal)) { load in
        let context = try beginLoad(load, dump, survey, options, surroundings.now())
        try applyProducts(context) { done, count in
            surroundings.progress(.writing(products: done, of: count))
        }
        try checkDeletes(context)
        try applyScopes(context)
        return try finishLoad(context, dump, surroundings.now())
    }
}

/// The kind of a failure, for the ledger of attempts: a case's name, never data.
private func faultName(_ error: any Error) -> String {
    switch error {
    case is InputFault: "input: " + caseName(error)
    case is StoreFault: "store: " + caseName(error)
    default: "other"
    }
}

private func caseName(_ error: any Error) -> String {
    String(String(describing: error).prefix { $0 != "(" })
}
