import AfterwordCore

/// Refuses a series of dated files that is said to hold all there is, unless every dump names the
/// same products: files dated by day often hold only the reviews of that day, so that each would
/// delete those of the others. Dated folders are whole dumps and are not checked.
///
/// Reads the dumps of such a series once more than their loads do; nothing is written.
///
/// - Throws: `InputFault.unlikeInSeries`; what reading a dump throws.
package func checkSeries(
    _ dumps: [Dump], _ options: LoadOptions, _ surroundings: LoadSurroundings
) throws {
    guard options.completeness == .all, dumps.count > 1, dumps.contains(where: \.isDatedFile) else {
        return
    }
    let workers = WorkerPool(threads: options.threads)
    var first: (name: String, products: Set<Text>)?
    for dump in dumps {
        var scanner = DumpScanner(
            dump: dump, options: options, rules: ReadingRules(), workers: workers,
            progress: { _ in try surroundings.checkInterruption() })
        let products = Set(try scanner.run().products.keys)
        guard let first else {
            first = (dump.name, products)
            continue
        }
        guard let other = first.products.symmetricDifference(products).min() else { continue }
        throw InputFault.unlikeInSeries(first.name, dump.name, product: other.string)
    }
}
