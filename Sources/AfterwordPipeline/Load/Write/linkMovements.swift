import AfterwordCore

extension LoadContext {
    /// Takes the deletions of a product, and its inserts that are not new reviews of one record.
    func noteMovements(of changes: ProductChanges) {
        guard run.mayDelete else { return }
        let group = changes.after.movementGroup
        for change in changes.versions {
            let review = change.review
            let moved = MovedReview(
                reviewID: review.reviewID, kind: review.kind, authorID: review.authorID,
                review.values, group: group)
            switch change.operation {
            case .delete: moved.key.map { totals.movements.leave(ReviewLink.End(review), $0) }
            case .insert: moved.key.map { totals.movements.come(review.reviewKey, $0) }
            default: break
            }
        }
    }

    /// What a text alone may identify reviews among, by product key; empty where nothing moves.
    func movementGroups(_ products: [WrittenProduct]) -> [Int64: Text] {
        guard run.mayDelete else { return [:] }
        var groups: [Int64: Text] = [:]
        for product in products {
            groups[product.after.productKey] = product.after.movementGroup
        }
        return groups
    }

    /// Takes new reviews.
    ///
    /// - Parameter groups: Of their products (`movementGroups`).
    func noteMovements(of batch: NewReviews, _ groups: [Int64: Text]) {
        guard run.mayDelete else { return }
        batch.withBytes { texts, _ in
            for review in batch.reviews {
                let row = batch.rows.rows[Int(review.row)]
                let moved = MovedReview(
                    reviewID: texts.text(row.reviewID) ?? Text([]), kind: review.kind,
                    authorID: texts.text(row.authorID), texts.values(of: row),
                    group: groups[batch.productKeys[Int(review.product)]])
                moved.key.map { totals.movements.come(review.reviewKey, $0) }
            }
        }
    }
}

extension ProductState {
    /// Products among which a text alone may identify a review: its family, else its brand.
    fileprivate var movementGroup: Text? {
        dimension[.family].map { Text(Array("f".utf8) + $0.bytes) }
            ?? dimension[.brand].map { Text(Array("b".utf8) + $0.bytes) }
    }
}

/// Links the reviews that left a product and came to another one in the same run. Where two could
/// be meant, none is linked.
///
/// - Throws: `StoreFault`.
func linkMovements(_ context: LoadContext) throws {
    let pairs = context.totals.movements.pairs
    let keys = pairs.keys.sorted()
    for start in stride(from: 0, to: keys.count, by: BatchLimit.rows) {
        let part = Array(keys[start..<min(start + BatchLimit.rows, keys.count)])
        let links = try context.load.current(part).compactMap { review in
            pairs[review.reviewKey].map { pair in
                ReviewLink(
                    run: context.run.run, match: pair.match, from: pair.from,
                    to: ReviewLink.End(review),
                    opened: (review.version, review.identity, nil))
            }
        }.sorted { $0.to.key < $1.to.key }
        for link in links { context.totals.ledger.add(link) }
        try context.load.append(links: links)
        context.totals.moved += Int64(links.count)
    }
}
