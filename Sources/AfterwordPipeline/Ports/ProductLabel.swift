package import AfterwordCore

/// What answers about many products need to know of each.
package struct ProductLabel: Equatable, Sendable {
    package var productKey: Int64
    package var productID: Text
    /// The run that named it first.
    package var firstRun: Int64
    /// `observed_at` of the newest dump that named it.
    package var lastObservedAt: Instant
    package var dimension = ProductAttributes()
    package var counters = Counters()

    package init(
        productKey: Int64, productID: Text, firstRun: Int64, lastObservedAt: Instant
    ) {
        (self.productKey, self.productID) = (productKey, productID)
        (self.firstRun, self.lastObservedAt) = (firstRun, lastObservedAt)
    }

    package init(_ product: ProductState) {
        self.init(
            productKey: product.productKey, productID: product.productID,
            firstRun: product.firstRun, lastObservedAt: product.lastObservedAt)
        (dimension, counters) = (product.dimension, product.summary.counters)
    }
}
