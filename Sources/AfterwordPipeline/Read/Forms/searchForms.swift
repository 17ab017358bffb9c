package import AfterwordCore

extension SearchHit {
    package static let form = ObjectForm<SearchHit>(
        "SearchHit", "A review in which the words stand."
    ) { form in
        form.id("product_id", "The product's id.") { $0.version.productID }
        form.optionalText("brand", "Its brand.") { $0.brand }
        form.id("review_id", "The review's id within the product.") { $0.version.reviewID }
        form.count("version", "The version, from 1.") { $0.version.version }
        form.count("run", "The run that brought that version.") { $0.version.run }
        form.rating("The rating; null where the source gives none.") { $0.version.values.rating }
        form.optionalInstant("created_at", "When it was written; null where nobody says it.") {
            $0.version.times.createdOrigin == .mock ? nil : $0.version.times.createdAt
        }
        form.text("language", "The language it is read in.") { $0.language.rawValue }
        form.text("field", "Where the sentence stands: `title` or `body`.") {
            $0.match.field.name
        }
        form.text("quote", "The sentence with the words, word for word.") { $0.quote }
    }

    package var json: JSONValue { Self.form.json(self) }
}
