import AfterwordCore
import AfterwordPipeline
import FoundationEssentials
import GRDB

/// Columns in the order in which every statement lists them, and their way in and out.
enum Columns {
    static let values = """
        rating, title, body, author_name, verified, helpful_votes, variant, country, language, \
        author_id, created_at, created_origin, updated_at, updated_origin
        """
    static let counters = """
        review_count, rated_count, rating_sum, star_1, star_2, star_3, star_4, star_5, \
        verified_count, helpful_votes
        """
    static let balance = """
        found, inserted, updated, unchanged, copies, shadowed, late, rejected, suppressed
        """
    static let review = """
        review_key, product_key, review_id, identity_digest, identity_kind, version, is_live, run, \
        observed_at, content_digest, payload_digest, raw_key, \(values)
        """

    /// `?, ?, …` for each column of a list.
    static func marks(_ columns: String) -> String {
        columns.split(separator: ",").map { _ in "?" }.joined(separator: ", ")
    }

    static func insert(_ table: String, _ columns: String, or conflict: String = "ABORT") -> String
    {
        "INSERT OR \(conflict) INTO \(table) (\(columns)) VALUES (\(marks(columns)))"
    }
}

extension SQLiteInsert {
    func bind(_ values: ReviewValues, author: Text?, _ times: ReviewTimes) {
        bind(values.rating)
        bind(values.title)
        bind(values.body)
        bind(values.authorName)
        bind(values.verified.map { $0 ? 1 : 0 })
        bind(values.helpfulVotes)
        bind(values.variant)
        bind(values.country)
        bind(values.language)
        bind(author)
        bind(times.createdAt.microseconds)
        bind(times.createdOrigin.rawValue)
        bind(times.updatedAt.microseconds)
        bind(times.updatedOrigin.rawValue)
    }

    func bind(_ counters: Counters) {
        bind(counters.reviewCount)
        bind(counters.ratedCount)
        bind(counters.ratingSum)
        for star in counters.stars { bind(star) }
        bind(counters.verifiedCount)
        bind(counters.helpfulVotes)
    }

    func bind(_ balance: Balance) {
        for (_, count) in balance.parts { bind(count) }
    }
}

extension Row {
    func text(_ column: String) -> Text? { (self[column] as String?).map { Text($0) } }
    func number(_ column: String) -> Int64 { self[column] }
    func optional(_ column: String) -> Int64? { self[column] }
    func string(_ column: String) -> String { self[column] }
    func bytes(_ column: String) -> [UInt8] { Array(self[column] as Data) }
    func instant(_ column: String) -> Instant { Instant(microseconds: self[column]) }
    func optionalInstant(_ column: String) -> Instant? {
        optional(column).map { Instant(microseconds: $0) }
    }
    func digest(_ column: String) -> Digest256 { Digest256(bytes(column)) }
    func digest128(_ column: String) -> Digest128 { Digest128(bytes(column)) }

    var values: ReviewValues {
        var values = ReviewValues()
        values.rating = optional("rating")
        values.title = text("title")
        values.body = text("body")
        values.authorName = text("author_name")
        values.verified = optional("verified").map { $0 != 0 }
        values.helpfulVotes = optional("helpful_votes")
        values.variant = text("variant")
        values.country = text("country")
        values.language = text("language")
        let times = times
        if times.createdOrigin == .source { values.createdAt = times.createdAt }
        if times.updatedOrigin == .source { values.updatedAt = times.updatedAt }
        return values
    }

    var times: ReviewTimes {
        ReviewTimes(
            createdAt: instant("created_at"),
            createdOrigin: TimeOrigin(rawValue: string("created_origin")) ?? .mock,
            updatedAt: instant("updated_at"),
            updatedOrigin: TimeOrigin(rawValue: string("updated_origin")) ?? .mock)
    }

    var counters: Counters {
        Counters(
            reviewCount: number("review_count"), ratedCount: number("rated_count"),
            ratingSum: number("rating_sum"),
            stars: (1...5).map { number("star_\($0)") }, verifiedCount: number("verified_count"),
            helpfulVotes: number("helpful_votes"))
    }

    var balance: Balance {
        var balance = Balance()
        balance.found = number("found")
        balance.inserted = number("inserted")
        balance.updated = number("updated")
        balance.unchanged = number("unchanged")
        balance.copies = number("copies")
        balance.shadowed = number("shadowed")
        balance.late = number("late")
        balance.rejected = number("rejected")
        balance.suppressed = number("suppressed")
        return balance
    }

    /// A row of the base joined with its product's id.
    var review: StoredReview {
        StoredReview(
            reviewKey: number("review_key"), productID: text("product_id") ?? Text([]),
            reviewID: text("review_id") ?? Text([]), identity: digest128("identity_digest"),
            kind: IdentityKind(rawValue: string("identity_kind")) ?? .content,
            version: number("version"), isLive: number("is_live") != 0, run: number("run"),
            observedAt: instant("observed_at"), values: values, authorID: text("author_id"),
            times: times, contentDigest: digest("content_digest"),
            payloadDigest: digest128("payload_digest"), rawKey: number("raw_key"))
    }

    /// A row of `products_dim` joined with its summary.
    var product: ProductState {
        var attributes: [Attribute: StoredAttribute] = [:]
        for attribute in Attribute.allCases {
            guard let value = text(attribute.name) else { continue }
            attributes[attribute] = StoredAttribute(
                value: value,
                rank: AttributeRank(rawValue: number("\(attribute.name)_rank")) ?? .review,
                observedAt: instant("\(attribute.name)_observed_at"))
        }
        let hasSummary = optional("review_count") != nil
        let summary = ProductSummary(
            productKey: number("product_key"), productID: text("product_id") ?? Text([]),
            counters: hasSummary ? counters : Counters(),
            firstReviewAt: optionalInstant("first_review_at"),
            lastReviewAt: optionalInstant("last_review_at"),
            lastChangedRun: optional("last_changed_run") ?? 0)
        return ProductState(
            productKey: summary.productKey, productID: summary.productID,
            kind: IdentityKind(rawValue: string("identity_kind")) ?? .content,
            lastObservedAt: instant("last_observed_at"),
            lastCompleteAt: optionalInstant("last_complete_at"), lastRun: number("last_run"),
            attributes: attributes, summary: summary)
    }

    static let productSelection = """
        SELECT p.*, s.first_review_at, s.last_review_at, s.last_changed_run, s.review_count,
               s.rated_count, s.rating_sum, s.star_1, s.star_2, s.star_3, s.star_4, s.star_5,
               s.verified_count, s.helpful_votes
        FROM products_dim p LEFT JOIN product_summary s USING (product_key)
        """

    static let reviewSelection = """
        SELECT r.*, p.product_id FROM product_reviews_clean r JOIN products_dim p USING (product_key)
        """
}
