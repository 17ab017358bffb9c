import AfterwordCore

extension StoreReader {
    /// Whether the store holds a product, with or without live reviews. The only rule for an empty
    /// store: after loading dumps without products it is still empty, because no findings among no
    /// reviews would prove nothing.
    package func isLoaded() throws -> Bool {
        // Products are read only where no review is live.
        if try !scopes([.portfolio]).isEmpty { return true }
        return try !products(after: nil, limit: 1).isEmpty
    }
}
