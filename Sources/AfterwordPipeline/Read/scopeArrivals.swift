import AfterwordCore

/// What each dump up to the end of a window brought of a scope's products, in the order in which
/// the dumps were taken; empty for a store without reviews.
func scopeArrivals(
    _ reader: any StoreReader, of scope: ReviewScope, in window: DumpWindow
) throws -> [DumpArrivals] {
    guard window.to > 0 else { return [] }
    let isNewest = try reader.newestRun()?.run == window.to
    let past = isNewest ? reader : AsOfReader(reader, run: window.to)
    let products = try past.productLabels().filter { scope.holds($0.productID, $0.dimension) }
    let history: ArrivalHistory
    let sums: [(run: Int64, counters: Counters)]
    switch scope {
    case .product(let id):
        history = try ArrivalHistory(past, ofProduct: id)
        sums = try past.summaryHistory(ofProduct: id).map { ($0.run, $0.row.counters) }
    case .scope(let scope):
        history = try ArrivalHistory(past)
        sums = try past.scopeHistory(of: scope).map { ($0.run, $0.row.counters) }
    }
    return history.arrivals(of: products.map(\.productKey), first: history.first(sums))
}
