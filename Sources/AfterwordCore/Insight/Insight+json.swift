extension Insight {
    /// The document that is stored, answered and kept as a golden: whole numbers with their unit in
    /// the name. The runs that the insight was made from and in are stored beside the document, not
    /// in it.
    package var json: JSONValue {
        let made: KeyValuePairs<String, JSONValue> = [
            "insight": JSONValue(Self.version), "status": .string("made"),
            "scope": .string(scope.written), "language": .string(language.rawValue),
            "model": .string(model), "prompt": JSONValue(Prompt.version),
            "schema": .string(AnswerSchema.name), "dropped": dropped.json,
        ]
        let told: KeyValuePairs<String, JSONValue> = [
            "distinct_count": JSONValue(distinct.count),
            "distinct_rated_count": JSONValue(distinct.rated),
            "distinct_negative_count": JSONValue(distinct.negatives),
            "product_count": JSONValue(productCount),
            "mean_thousandths": JSONValue(meanStars(counters)),
            "mismatches": JSONValue(mismatches), "dangers": .array(dangers.map(\.json)),
            "dangers_unlikely": JSONValue(unlikelyDangers),
            "issues": .array(issues.map(\.json)),
            "strengths": .array(strengths.map(\.json)),
            "left_out": .row([
                "issues": leftOut(issues, InsightLimit.issues),
                "strengths": leftOut(strengths, InsightLimit.strengths),
            ]),
            "recommendations": .array(recommendations.map(\.json)),
            "standing": standing.json, "limitations": .array(limitations.map { .string($0) }),
        ]
        let evidence = JSONValue.row([
            "shown": JSONValue(evidenceShown), "readable": JSONValue(evidenceReadable),
            "digest": .string(evidenceDigest.description),
        ])
        var members = (made.map { $0 } + told.map { $0 }).map { (key: $0.key, value: $0.value) }
        members.append((key: "evidence", value: evidence))
        members += counters.members
        members += shareMembers("negative", negative)
        members += shareMembers("distinct_negative", distinct.negativeShare)
        members += shareMembers("portfolio_negative", portfolioNegative)
        return .object(members)
    }

    private func leftOut(_ items: [Item], _ limit: Int) -> JSONValue {
        .array(Self.leftOut(items, limit: limit).map { .string($0.aspect) })
    }

    /// Whether a stored document has the current version and lists exactly the dangers that the
    /// reviews have now.
    package static func isCurrent(_ document: String, dangers: [InsightDanger]) -> Bool {
        guard let document = try? JSONValue(parsing: Array(document.utf8)) else { return false }
        return document["insight"]?.integer == Int64(version)
            && document["dangers"]?.canonical == JSONValue.array(dangers.map(\.json)).canonical
    }
}

/// A share and its 95 % interval as three members, in millionths.
private func shareMembers(_ name: String, _ share: Share?) -> [(key: String, value: JSONValue)] {
    [
        ("\(name)_millionths", JSONValue(share?.value)),
        ("\(name)_low_millionths", JSONValue(share?.low)),
        ("\(name)_high_millionths", JSONValue(share?.high)),
    ]
}

extension Insight.Item {
    fileprivate var json: JSONValue {
        .object(
            [
                ("aspect", .string(aspect)), ("label", .string(label)),
                ("route", .string(route.rawValue)), ("severity", .string(severity.rawValue)),
                ("polarity", .string(polarity.rawValue)), ("summary", .string(summary)),
                ("summary_by", .string(isSummaryOfModel ? "model" : "program")),
                ("basis", .string(basis.rawValue)), ("mentions", JSONValue(mentions)),
                ("distinct_mentions", JSONValue(distinctMentions)),
                ("mixed", JSONValue(mixed)), ("new", JSONValue(new)),
                ("products", JSONValue(products)),
                ("languages", .array(languages.map { .string($0) })),
                ("star_impact_millionths", JSONValue(starImpact)),
                ("quotes", .array(quotes.map(\.json))),
                ("filed_by_model", .array(filed.map(\.json))),
                ("named_by", .string(isNamedByModel ? "model" : "program")),
            ] + shareMembers("share", share))
    }
}

extension Insight.Quote {
    var json: JSONValue {
        .row([
            "product_id": JSONValue(productID), "review_id": JSONValue(reviewID),
            "version": JSONValue(version), "star": JSONValue(star.map { Int64($0) }),
            "language": .string(language.rawValue), "quote": .string(grounded.text),
            "field": .string(grounded.field.name), "start": JSONValue(grounded.range.lowerBound),
            "end": JSONValue(grounded.range.upperBound),
            "check": .string(grounded.check.rawValue),
            "translation_unchecked": JSONValue(translation), "agrees": .bool(agrees),
            "appearances": JSONValue(shown.appearances), "products": JSONValue(shown.products),
        ])
    }
}

extension Insight.Recommendation {
    fileprivate var json: JSONValue {
        .row([
            "aspect": .string(aspect), "route": .string(route.rawValue), "text": .string(text),
            "by": .string("model"), "mentions": JSONValue(mentions),
        ])
    }
}

extension HistoricalStanding {
    fileprivate var json: JSONValue {
        switch story {
        case .days(let last, let before):
            .row([
                "type": .string("days"), "last_30": last.json, "before_30": before.json,
                "told": JSONValue(told),
            ])
        case .noSourceTime(let steps):
            .row([
                "type": .string("no_source_time"),
                "runs": .array(
                    steps.map {
                        $0.window.json.with("run", JSONValue($0.run))
                            .with("observed_at", JSONValue($0.observedAt))
                    }), "told": JSONValue(told),
            ])
        }
    }
}

extension HistoricalStanding.Window {
    fileprivate var json: JSONValue {
        .row(["reviews": JSONValue(reviews), "negatives": JSONValue(negatives)])
    }
}

extension DroppedAnswers {
    fileprivate var json: JSONValue {
        .row([
            "items": JSONValue(items),
            "quotes": .object(
                quotes.map { (key: $0.key.rawValue, value: JSONValue($0.value)) }),
            "prose": .object(prose.map { (key: $0.key.rawValue, value: JSONValue($0.value)) }),
        ])
    }
}

extension NotEnoughData {
    /// The document stored in place of an insight.
    package func json(_ scope: ReviewScope, _ language: Language) -> JSONValue {
        .row([
            "insight": JSONValue(Insight.version), "status": .string("not_enough_data"),
            "scope": .string(scope.written), "language": .string(language.rawValue),
            "reviews": JSONValue(reviews), "threshold": JSONValue(threshold),
            "see": JSONValue(see?.written),
        ])
    }
}
