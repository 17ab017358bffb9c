import AfterwordCore

/// By brand, what a newer reading of stored records moved in a window, of reviews that were live at
/// its beginning: no one's edit, so that it belongs to the sums before.
func readAgain(
    _ reader: any StoreReader, in window: DumpWindow
) throws -> [Text?: Counters] {
    let hasAny = try reader.runs().contains {
        $0.observedOrigin == .reclean && $0.run > window.from && $0.run <= window.to
    }
    guard hasAny, window.from > 0 else { return [:] }
    let products = try AsOfReader(reader, run: window.to).productLabels()
    let brands = Dictionary(products.map { ($0.productID, $0.dimension[.brand]) }) { $1 }
    let changed = try reader.changed(after: window.from, upTo: window.to)
    let history = WindowHistory(window, changed, products: products, links: [])
    var moved: [Text?: Counters] = [:]
    for review in history.readAgain where review.isLive {
        guard let now = history.before(review) else { continue }
        let brand = brands[review.productID] ?? nil
        moved[brand, default: Counters()].add(review.values, sign: -1)
        moved[brand, default: Counters()].add(now.values, sign: 1)
    }
    return moved
}
