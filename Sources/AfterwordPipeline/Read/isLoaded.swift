import AfterwordCore

extension StoreReader {
    /// Whether there is anything that an answer could be about: a product, with live reviews or
    /// without. The one rule of what an empty store is: a run whose dumps held nothing makes it no
    /// other, for nothing wrong among no reviews is no all-clear.
    package func isLoaded() throws -> Bool {
        // Products are read only where no review is live.
        if try !scopes([.portfolio]).isEmpty { return true }
        return try !products(nil).isEmpty
    }
}
