extension Shape {
    /// The shapes that need no file, the user's own first.
    package static let builtIn: [Shape] = [customerReviews, productWithReviews]

    /// A marketplace's export as analysts keep it: one flat object a review, no id, author or time.
    package static let customerReviews = builtIn(
        """
        {
          "shape": "customer-reviews",
          "version": 1,
          "fields": {
            "product_id": "CHILD_ASIN",
            "rating": "CUSTOMER_REVIEW_RATING",
            "title": "CUSTOMER_REVIEW_TITLE",
            "body": "CUSTOMER_REVIEW_DESCRIPTION"
          },
          "product": {"brand": "PRODUCT_BRAND"}
        }
        """)

    /// A product with the list of its reviews inside.
    package static let productWithReviews = builtIn(
        """
        {
          "shape": "product-with-reviews",
          "version": 1,
          "records": "reviews[*]",
          "fields": {
            "product_id": "^product_id",
            "review_id": "review_id",
            "rating": "rating",
            "title": "title",
            "body": "text",
            "created_at": "date"
          },
          "product": {
            "title": "^title", "brand": "^brand", "category": "^category", "price": "^price"
          },
          "total": "^total_reviews"
        }
        """)

    private static func builtIn(_ document: String) -> Shape {
        do throws(ShapeFault) {
            return try Shape(parsing: Array(document.utf8))
        } catch {
            preconditionFailure("a built-in shape is broken: \(error.description)")
        }
    }
}
