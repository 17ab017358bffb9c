import AfterwordCore
import AfterwordPipeline

extension ColumnRow {
    var counters: Counters {
        get throws {
            let stars = try starColumns.map { try count($0) }
            let reviews = try count("review_count")
            let rated = try count("rated_count")
            // Derived values divide by these counts and treat one as a part of another.
            guard rated == stars.reduce(0, +), rated <= reviews else {
                throw unreadable("rated_count")
            }
            let ratings = try sum("rating_sum")
            guard (rated * 10...rated * 50).contains(ratings) else {
                throw unreadable("rating_sum")
            }
            let verified = try count("verified_count")
            guard verified <= reviews else { throw unreadable("verified_count") }
            return Counters(
                reviewCount: reviews, ratedCount: rated, ratingSum: ratings, stars: stars,
                verifiedCount: verified, helpfulVotes: try sum("helpful_votes"))
        }
    }

    private func attribute(_ attribute: Attribute) throws -> StoredAttribute? {
        guard let value = try text(attribute.name) else { return nil }
        let rank = "\(attribute.name)_rank"
        guard let stored = AttributeRank(rawValue: try number(rank)) else { throw unreadable(rank) }
        return StoredAttribute(
            value: value, rank: stored,
            observedAt: try instant("\(attribute.name)_observed_at"))
    }

    /// A row of `products_dim` joined with `product_summary`.
    var product: ProductState {
        get throws {
            var attributes: [Attribute: StoredAttribute] = [:]
            for attribute in Attribute.allCases {
                attributes[attribute] = try self.attribute(attribute)
            }
            // A product that only the catalog names has no sums.
            let hasSummary = try optional("last_changed_run") != nil
            let summary = ProductSummary(
                productKey: try productKey(), productID: try id("product_id"),
                counters: hasSummary ? try counters : Counters(),
                firstReviewAt: try optionalInstant("first_review_at"),
                lastReviewAt: try optionalInstant("last_review_at"),
                lastChangedRun: hasSummary ? try run("last_changed_run") : 0)
            return ProductState(
                productKey: summary.productKey, productID: summary.productID,
                kind: try word("identity_kind"), lastObservedAt: try instant("last_observed_at"),
                lastCompleteAt: try optionalInstant("last_complete_at"),
                firstRun: try run("first_run"), lastRun: try run("last_run"),
                attributes: attributes, summary: summary)
        }
    }

    var productLabel: ProductLabel {
        get throws {
            var label = ProductLabel(
                productKey: try productKey(), productID: try id("product_id"),
                firstRun: try run("first_run"), lastObservedAt: try instant("last_observed_at"))
            for attribute in Attribute.allCases {
                label.dimension[attribute] = try text(attribute.name)
            }
            // A product that only the catalog names has no sums.
            if try optional("last_changed_run") != nil { label.counters = try counters }
            return label
        }
    }

    var monthSummary: MonthSummary {
        get throws {
            MonthSummary(
                productKey: try productKey(), productID: try id("product_id"),
                key: MonthKey(month: try month("month"), origin: try word("origin")),
                counters: try counters)
        }
    }

    var scopeSummary: ScopeSummary {
        get throws {
            ScopeSummary(
                scope: Scope(kind: try word("kind"), id: try id("id")),
                productCount: try count("product_count"), counters: try counters,
                distinct: try distinctCounts)
        }
    }

    /// Nil in a row that an earlier program wrote.
    private var distinctCounts: DistinctCounts? {
        get throws {
            guard let all = try optionalCount("distinct_count") else { return nil }
            let counts = DistinctCounts(
                count: all, rated: try count("distinct_rated"),
                negatives: try count("distinct_negatives"))
            guard counts.rated <= all else { throw unreadable("distinct_rated") }
            guard counts.negatives <= counts.rated else {
                throw unreadable("distinct_negatives")
            }
            return counts
        }
    }

    var distinctKeys: (product: Int64, keys: DistinctKeys) {
        get throws {
            guard let keys = DistinctKeys(bytes: try bytes("distinct_keys")) else {
                throw unreadable("distinct_keys")
            }
            return (try productKey(), keys)
        }
    }

    var productSummary: ProductSummary {
        get throws {
            ProductSummary(
                productKey: try productKey(), productID: try id("product_id"),
                counters: try counters, firstReviewAt: try optionalInstant("first_review_at"),
                lastReviewAt: try optionalInstant("last_review_at"), lastChangedRun: try run())
        }
    }

    var attributeRow: AttributeRow {
        get throws {
            var attributes = ProductAttributes()
            for attribute in Attribute.allCases {
                attributes[attribute] = try text(attribute.name)
            }
            return AttributeRow(
                productKey: try productKey(), productID: try id("product_id"), run: try run(),
                attributes: attributes)
        }
    }

    var insightRow: InsightRow {
        get throws {
            var row = InsightRow(
                scope: try reviewScope, language: try string("language"),
                evidenceRun: try run("evidence_run"), madeRun: try run("made_run"),
                model: try string("model"), cacheKey: try hexDigest("cache_key"),
                evidenceDigest: try hexDigest("evidence_digest"),
                issueCount: try count("issue_count"), document: try string("document"))
            row.servedModel = try text("served_model")?.string
            return row
        }
    }

    var themeRow: ThemeRow {
        get throws {
            ThemeRow(
                madeRun: try run("made_run"), evidenceRun: try run("evidence_run"),
                aspect: try string("aspect"), isStrength: try flag("is_strength"),
                mentions: try count("mentions"), mixed: try count("mixed"),
                new: try count("new_mentions"), products: try count("products"),
                brands: try count("brands"), languages: try string("languages"),
                starImpact: try optionalImpact("star_impact"))
        }
    }

    var themeReviewRow: ThemeReviewRow {
        get throws {
            ThemeReviewRow(
                reviewKey: try reviewKey(), productID: try id("product_id"),
                reviewID: try id("review_id"), version: try run("version"),
                madeRun: try run("made_run"), aspect: try string("aspect"),
                isStrength: try flag("is_strength"), isMixed: try flag("is_mixed"),
                field: try string("field"), start: try count("start_byte"),
                end: try count("end_byte"))
        }
    }
}

private let starColumns = (1...5).map { "star_\($0)" }
