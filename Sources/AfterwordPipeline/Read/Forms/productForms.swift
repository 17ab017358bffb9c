package import AfterwordCore

extension Counters {
    /// The sums of a set of reviews; shared by all answers that have them.
    package static let form = ObjectForm<Counters>("Sums", "Sums of a set of reviews.") { form in
        form.count("review_count", "Live reviews.") { $0.reviewCount }
        form.count("rated_count", "Live reviews with a rating.") { $0.ratedCount }
        form.deprecated(
            "rating_sum", .count, "The sum of all ratings.", by: "rating_sum_tenths",
            unit: .tenths
        ) { JSONValue($0.ratingSum) }
        form.count("rating_sum_tenths", "The sum of all ratings.", unit: .tenths) { $0.ratingSum }
        form.count("verified_count", "Reviews of verified purchases.") { $0.verifiedCount }
        form.number("helpful_votes", "Votes that found a review helpful.") { $0.helpfulVotes }
        for star in 1...5 {
            form.count("star_\(star)", "Reviews of \(star) \(star == 1 ? "star" : "stars").") {
                $0.stars[star - 1]
            }
        }
    }
}

/// The distinct counts of a scope, where they were counted.
struct CountedDistinct: Sendable {
    var counts: DistinctCounts?

    static let form = ObjectForm<CountedDistinct>(
        "DistinctSums", "Sums of distinct reviews."
    ) { form in
        form.optionalCount(
            "distinct_count",
            "Live reviews, one that is shown several times counted once; null until counted."
        ) { $0.counts?.count }
        form.optionalCount("distinct_rated_count", "Of those, reviews with a rating.") {
            $0.counts?.rated
        }
        form.optionalCount("distinct_negative_count", "Of those, one and two stars.") {
            $0.counts?.negatives
        }
        form.share("distinct_negative", "`distinct_negative_count` of `distinct_rated_count`.") {
            $0.counts?.negativeShare
        }
    }
}

extension ProductAttributes {
    private static func comment(_ attribute: Attribute) -> String {
        switch attribute {
        case .title: "The product's title."
        case .brand: "Its brand."
        case .category: "Its category."
        case .family: "What its variants share, as a parent ASIN."
        case .price: "Its price, as the source writes it."
        case .owner: "Who looks after it, by a catalog."
        case .unitsSold: "Units sold, as a catalog writes it."
        }
    }

    /// The attributes of a product.
    ///
    /// - Parameter own: An attribute to leave out because the answer has it under another member.
    package static func form(without own: Attribute? = nil) -> ObjectForm<ProductAttributes> {
        ObjectForm("Attributes", "What is known of a product.") { form in
            for attribute in Attribute.allCases where attribute != own {
                form.optionalText(attribute.name, comment(attribute)) { $0[attribute] }
            }
        }
    }
}

extension RankedEntry {
    package static let productForm = ObjectForm<RankedEntry>(
        "ProductEntry", "A product with its sums and its place in the ranking."
    ) { form in
        form.id("product_id", "The product's id.") { $0.id }
        form.include(ProductAttributes.form()) { $0.attributes }
        addSums(&form)
    }

    package static let brandForm = ObjectForm<RankedEntry>(
        "BrandEntry", "A brand with its sums and its place in the ranking."
    ) { form in
        form.id("brand", "The brand's name.") { $0.id }
        form.include(ProductAttributes.form(without: .brand)) { $0.attributes }
        addSums(&form)
        form.include(CountedDistinct.form) { CountedDistinct(counts: $0.distinct) }
    }

    private static func addSums(_ form: inout ObjectForm<RankedEntry>) {
        form.include(Counters.form) { $0.counters }
        form.count("product_count", "Products with a live review.") { $0.productCount }
        form.number(
            "impact_millionths",
            "Negative reviews beyond what the scope above would expect; what it is ranked by.",
            unit: .millionths
        ) { $0.impact }
        form.flag("is_ranked", "Whether it has enough ratings to be ranked.") { $0.isRanked }
        form.value(
            "mean_thousandths", .nullable(.number(1_000...5_000)),
            "The mean rating; null without ratings.", unit: .thousandths
        ) { JSONValue(meanStars($0.counters)) }
        form.share("negative", "The share of ratings with one or two stars.") { $0.negativeShare }
    }
}

extension MonthSummary {
    package static let answerForm = ObjectForm<MonthSummary>(
        "Month", "The sums of the reviews of one calendar month."
    ) { form in
        form.id("product_id", "The product's id.") { $0.productID }
        form.value(
            "month", .number(0...999_912), "The month in UTC, 202608 for August 2026.",
            unit: .month
        ) { JSONValue($0.key.month) }
        form.choice("origin", ["source", "mock"], "Whose times they are.") {
            $0.key.origin.rawValue
        }
        form.include(Counters.form) { $0.counters }
    }
}

extension HistoryOf<ProductSummary> {
    package static let answerForm = ObjectForm<HistoryOf<ProductSummary>>(
        "ProductRun", "A product's sums after a run that changed it."
    ) { form in
        form.id("product_id", "The product's id.") { $0.row.productID }
        form.count("run", "The run.") { $0.run }
        form.optionalInstant("first_review_at", "When its first review was written.") {
            $0.row.firstReviewAt
        }
        form.optionalInstant("last_review_at", "When its last review was written.") {
            $0.row.lastReviewAt
        }
        form.count("last_changed_run", "The last run that changed its sums.") {
            $0.row.lastChangedRun
        }
        form.include(Counters.form) { $0.row.counters }
    }
}

extension ProductAnswer {
    package static let form = ObjectForm<ProductAnswer>(
        "Product", "One product at a glance."
    ) { form in
        form.include(RankedEntry.productForm) { $0.entry }
        form.optionalInstant("first_review_at", "When its first review was written.") {
            $0.product.summary.firstReviewAt
        }
        form.optionalInstant("last_review_at", "When its last review was written.") {
            $0.product.summary.lastReviewAt
        }
        form.optionalInstant(
            "last_observed_at",
            "When the newest dump that names it was taken; null as of an earlier run."
        ) { $0.lastObservedAt }
        form.value(
            "months",
            .either([.list(MonthSummary.answerForm.form), .choice(["no_source_time"])]),
            "Its months by source times; `no_source_time` where the source tells none."
        ) { answer in
            answer.months.map { .array($0.map(MonthSummary.answerForm.json)) }
                ?? .string("no_source_time")
        }
        form.list(
            "runs", HistoryOf<ProductSummary>.answerForm,
            "Its sums after each run that changed it, the oldest first."
        ) { $0.runs }
    }
}
