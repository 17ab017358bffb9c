extension Shape {
    /// The shapes that are part of the program and need no file.
    package static let builtIn: [Shape] = [
        customerReviews, productWithReviews, amazon2014, amazon2018, amazon2018Wrapped, amazon2023,
        amazonProducts2023,
    ]

    /// A marketplace export as analysts keep it: one flat object per review, without id, author or
    /// time.
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

    /// A product object that contains the list of its reviews.
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

    /// The research dump of 2014: one flat object per review, no id, votes as `[helpful, all]`.
    package static let amazon2014 = builtIn(
        """
        {
          "shape": "amazon-2014",
          "version": 1,
          "fields": {
            "product_id": "asin",
            "author_id": "reviewerID",
            "author_name": "reviewerName",
            "rating": "overall",
            "title": "summary",
            "body": "reviewText",
            "helpful_votes": {"from": "helpful", "element": 0},
            "created_at": {"from": "unixReviewTime", "as": "unix_s"}
          }
        }
        """)

    /// The fields of the research dump of 2018: as in 2014, with `verified`, votes as text and the
    /// variant as `style`.
    private static let fields2018 = """
        {
            "product_id": "asin",
            "author_id": "reviewerID",
            "author_name": "reviewerName",
            "rating": "overall",
            "title": "summary",
            "body": "reviewText",
            "verified": "verified",
            "helpful_votes": "vote",
            "variant": {"from": "style", "as": "members"},
            "created_at": {"from": "unixReviewTime", "as": "unix_s"}
          }
        """

    package static let amazon2018 = builtIn(
        """
        {
          "shape": "amazon-2018",
          "version": 1,
          "fields": \(fields2018)
        }
        """)

    /// The same reviews as lists inside a map; the names of the map's members do not matter.
    package static let amazon2018Wrapped = builtIn(
        """
        {
          "shape": "amazon-2018-wrapped",
          "version": 1,
          "records": "{list}.[*]",
          "fields": \(fields2018)
        }
        """)

    /// The research dump of 2023: the product is the parent, the variant is its child, and the
    /// review's id is read where there is one.
    package static let amazon2023 = builtIn(
        """
        {
          "shape": "amazon-2023",
          "version": 1,
          "fields": {
            "product_id": "parent_asin",
            "review_id": "review_id",
            "author_id": "user_id",
            "rating": "rating",
            "title": "title",
            "body": "text",
            "verified": "verified_purchase",
            "helpful_votes": "helpful_vote",
            "variant": "asin",
            "created_at": {"from": "timestamp", "as": "unix_ms"}
          }
        }
        """)

    /// The products of the research dump of 2023.
    package static let amazonProducts2023 = builtIn(
        """
        {
          "shape": "amazon-2023-products",
          "version": 1,
          "holds": "products",
          "fields": {"product_id": "parent_asin"},
          "product": {
            "title": "title", "brand": "store", "category": "main_category", "price": "price"
          }
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
