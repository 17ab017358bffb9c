package import AfterwordCore

extension Theme {
    package func label(_ isStrength: Bool) -> String {
        isStrength ? aspect.strength ?? "not: \(aspect.label)" : aspect.label
    }

    package func json(_ isStrength: Bool) -> JSONValue {
        .row([
            "theme": .string(aspect.id), "label": .string(label(isStrength)),
            "is_strength": .bool(isStrength),
            "route": .string(aspect.route), "mentions": JSONValue(mentions),
            "distinct": JSONValue(distinct?.part), "readable": JSONValue(distinct?.whole),
            "share_millionths": JSONValue(distinct?.share?.value),
            "share_low_millionths": JSONValue(distinct?.share?.low),
            "share_high_millionths": JSONValue(distinct?.share?.high),
            "new": JSONValue(new), "mixed": JSONValue(mixed), "products": JSONValue(products.count),
            "brands": JSONValue(brands.count),
            "languages": .array(languages.sorted().map { .string($0) }),
            "star_impact_millionths": JSONValue(starImpact),
            "lexicon": JSONValue(Lexicon.first.version),
        ])
    }
}

extension ThemeReview {
    package var json: JSONValue {
        .row([
            "product_id": JSONValue(review.productID), "review_id": JSONValue(review.reviewID),
            "version": JSONValue(review.version), "rating": JSONValue(review.values.rating),
            "language": .string(language.rawValue), "field": .string(field.name),
            "quote": .string(quote), "is_new": .bool(isNew),
        ])
    }
}

extension SafetyReview {
    package var json: JSONValue {
        .row([
            "hazard": .string(hazard), "class": .string(danger.dangerClass.rawValue),
            "verdict": JSONValue(verdict?.rawValue), "product_id": JSONValue(review.productID),
            "brand": JSONValue(brand), "review_id": JSONValue(review.reviewID),
            "version": JSONValue(review.version), "run": JSONValue(review.run),
            "rating": JSONValue(review.values.rating), "language": .string(language.rawValue),
            "field": .string(danger.field.name), "quote": .string(quote),
            "is_new": .bool(isNew),
        ])
    }
}

extension UnknownComplaint {
    package var json: JSONValue {
        .row([
            "theme": .string(AnswerSchema.other), "label": .string(cluster.label),
            "language": .string(cluster.language.rawValue),
            "mentions": JSONValue(Int64(reviews.count)),
            "reviews": .array(
                reviews.map {
                    .row([
                        "product_id": JSONValue($0.review.productID),
                        "review_id": JSONValue($0.review.reviewID),
                        "version": JSONValue($0.review.version), "quote": .string($0.quote),
                    ])
                }),
        ])
    }
}

extension InboxEntry {
    /// What its themes are called.
    package var themeLabels: [String] {
        themes.compactMap { id in Lexicon.first.aspects.first { $0.id == id }?.label }
    }

    package var json: JSONValue {
        .row([
            "kind": .string(kind.rawValue), "hazard": JSONValue(hazard),
            "class": JSONValue(dangerClass?.rawValue),
            "product_id": JSONValue(review.productID), "brand": JSONValue(brand),
            "review_id": JSONValue(review.reviewID), "version": JSONValue(review.version),
            "run": JSONValue(review.run), "is_live": .bool(review.isLive),
            "star_before": JSONValue(starBefore.map { Int64($0) }),
            "rating": JSONValue(review.values.rating),
            "themes": .array(themes.map { .string($0) }), "quote": .string(quote),
        ])
    }
}

extension ReviewMovement {
    package func json(_ attribution: MeanAttribution?) -> JSONValue {
        .row([
            "reason": .string(movement.reason.rawValue),
            "product_id": JSONValue(review.productID), "review_id": JSONValue(review.reviewID),
            "rating_before": JSONValue(before?.values.rating),
            "rating_after": JSONValue(after?.values.rating),
            "title": JSONValue(review.values.title),
            "body": JSONValue(review.values.body),
            "mean_part_numerator": JSONValue(part.map { "\($0)" }),
            "mean_part_millionths": JSONValue(
                attribution.flatMap { attribution in part.map(attribution.millionths) }),
        ])
    }
}

extension ChangeAlert {
    package var json: JSONValue {
        switch self {
        case .dangers(let count):
            .row(["alert": .string("dangers"), "reviews": JSONValue(count)])
        case .meanFell(let millionths):
            .row(["alert": .string("mean_fell"), "millionths": JSONValue(millionths)])
        case .negatives(let count, let all):
            .row([
                "alert": .string("negatives"), "negative": JSONValue(count), "of": JSONValue(all),
            ])
        }
    }
}

extension NewsCounts {
    package var members: [(key: String, value: JSONValue)] {
        [
            ("new_reviews", JSONValue(new)), ("new_negatives", JSONValue(newNegative)),
            ("first_seen_reviews", JSONValue(firstSeen)),
            ("first_seen_negatives", JSONValue(firstSeenNegative)),
            ("back_reviews", JSONValue(back)), ("edited_reviews", JSONValue(edited)),
            ("edited_down", JSONValue(editedDown)), ("resolved", JSONValue(resolved)),
            ("gone_reviews", JSONValue(gone)), ("gone_negatives", JSONValue(goneNegative)),
        ]
    }
}

extension JSONValue {
    /// The same object with more members.
    func with(_ more: [(key: String, value: JSONValue)]) -> JSONValue {
        .object((members ?? []) + more)
    }
}

extension ScopeShift {
    package var json: JSONValue {
        .row([
            "brand": JSONValue(scope.id), "before": .object(before.members),
            "after": .object(after.members), "alerts": .array(alerts.map(\.json)),
        ]).with(counts.members)
    }
}

extension ScopeChanges {
    package func json(limit: Int) -> JSONValue {
        .row([
            "from": JSONValue(window.from), "to": JSONValue(to.run),
            "before": .object(before.members), "after": .object(after.members),
            "mean_change_numerator": JSONValue(attribution.map { "\($0.change)" }),
            "mean_denominator": JSONValue(attribution.map { "\($0.denominator)" }),
            "mean_change_millionths": JSONValue(attribution.map { $0.millionths($0.change) }),
            "reasons": .array(
                MovementReason.allCases.map { reason in
                    .row([
                        "reason": .string(reason.rawValue),
                        "reviews": JSONValue(movements.count { $0.movement.reason == reason }),
                        "mean_part_numerator": JSONValue(
                            attribution.map { _ in "\(part(reason))" }),
                    ])
                }), "movements": .array(movements.prefix(limit).map { $0.json(attribution) }),
            "says_enough": .bool(saysEnough), "alerts": .array(alerts.map(\.json)),
        ]).with(counts.members)
    }
}
