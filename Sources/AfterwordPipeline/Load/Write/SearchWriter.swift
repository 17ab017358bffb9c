import AfterwordCore

/// Documents of the search index with their terms.
struct SearchDocuments {
    var documents: [SearchDocument] = []
    var terms = DocumentTerms()

    init() {}

    /// The documents of changed versions of one product, in order of the review ids.
    init(changed rows: [HistoryRow], cutting cut: inout SearchCut) {
        for row in rows.filter(\.isShown).sorted(by: { $0.reviewID < $1.reviewID }) {
            documents.append(
                SearchDocument(reviewKey: row.reviewKey, historyKey: row.historyKey))
            terms.add(row, cutting: &cut)
        }
    }
}

/// Collects the documents of a run and makes segments of the search index of them.
///
/// Within a run documents are ordered by product; of a product those of changed reviews come first,
/// by review id, then those of new ones, by key. So the order does not depend on batches.
///
/// Used by the deciding thread alone.
final class SearchWriter {
    private let run: Int64
    /// The number of the next segment.
    var nextSegment: Int64
    private var builder = SegmentBuilder()
    /// Memory in which texts are cut.
    var cut = SearchCut()
    /// Documents of products whose new reviews have not come yet, in order of the products.
    private var waiting: ArraySlice<(product: Int64, documents: SearchDocuments)> = []
    /// The product of the new reviews that came last.
    private var lastProduct: Int64?

    init(_ run: RunContext) {
        self.run = run.run
        nextSegment = run.head.nextSegment
    }

    /// A segment that is complete.
    typealias Made = (segment: SearchSegment, parts: [SearchPart])

    /// Takes the changed versions of the next products, whose new reviews follow.
    func begin(_ products: [WrittenProduct]) {
        waiting = products.map { ($0.after.productKey, $0.documents) }[...]
    }

    /// Adds new reviews, after the changed ones of their products and of those before.
    func add(
        _ new: NewReviews, _ terms: DocumentTerms, write: (Made) throws -> Void
    ) throws {
        for (place, review) in new.reviews.enumerated() {
            let product = new.productKeys[Int(review.product)]
            try addWaiting(through: product, write)
            try add(
                SearchDocument(reviewKey: review.reviewKey, historyKey: review.historyKey),
                terms[place], write)
        }
    }

    /// Adds the documents that wait, through those of a product; none where they were added.
    private func addWaiting(through product: Int64, _ write: (Made) throws -> Void) throws {
        guard product != lastProduct else { return }
        lastProduct = product
        while let next = waiting.popFirst() {
            try add(next.documents, write)
            if next.product == product { return }
        }
    }

    /// Adds what is left of the products that were begun.
    func end(write: (Made) throws -> Void) throws {
        while let next = waiting.popFirst() { try add(next.documents, write) }
    }

    /// Makes the last segment: in a store without any even of no document, by which the store is
    /// known to be indexed.
    func finish(write: (Made) throws -> Void) throws {
        guard !builder.isEmpty || nextSegment == 1 else { return }
        try seal(write)
    }

    private func add(_ own: SearchDocuments, _ write: (Made) throws -> Void) throws {
        for (place, document) in own.documents.enumerated() {
            try add(document, own.terms[place], write)
        }
    }

    private func add(
        _ document: SearchDocument, _ terms: ArraySlice<SearchTerm>, _ write: (Made) throws -> Void
    ) throws {
        if terms.isEmpty { return }
        builder.add(document, terms)
        if builder.isFull { try seal(write) }
    }

    private func seal(_ write: (Made) throws -> Void) throws {
        try write(builder.finish(segment: nextSegment, run: run))
        nextSegment += 1
    }
}
