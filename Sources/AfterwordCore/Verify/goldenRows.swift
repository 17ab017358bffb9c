/// Core values as JSON rows for goldens and `--json`: integers, ids, field names.
extension ValueColumn {
    /// The column's value in a row.
    package func json(_ values: ReviewValues, author: Text?, _ times: ReviewTimes) -> JSONValue {
        switch self {
        case .authorID: JSONValue(author)
        case .origin(let field): .string(times.origin(of: field).rawValue)
        case .field(let field):
            switch field.form {
            case .text: JSONValue(values[text: field])
            case .flag: JSONValue(values[number: field].map { $0 != 0 })
            case .rating, .count: JSONValue(values[number: field])
            case .instant: JSONValue(times.instant(of: field))
            }
        }
    }
}

extension ReviewValues {
    func members(author: Text?, times: ReviewTimes) -> [(key: String, value: JSONValue)] {
        ValueColumn.shown.map { ($0.name, $0.json(self, author: author, times)) }
    }
}

extension StoredReview {
    /// A row of `product_reviews_clean`, without the columns of the held payload.
    package var json: JSONValue { listed.json }
}

extension ListedReview {
    package var json: JSONValue {
        .object(
            [
                ("product_id", JSONValue(productID)), ("review_id", JSONValue(reviewID)),
                ("identity_digest", .string(identity.description)),
                ("identity_kind", .string(kind.rawValue)), ("version", JSONValue(version)),
                ("is_live", .bool(isLive)), ("run", JSONValue(run)),
                ("observed_at", JSONValue(observedAt)),
                ("content_digest", .string(contentDigest.description)),
            ] + values.members(author: authorID, times: times))
    }
}

extension HistoryRow {
    /// A row of `product_reviews_history`.
    package var json: JSONValue {
        .object(
            [
                ("product_id", JSONValue(productID)), ("review_id", JSONValue(reviewID)),
                ("version", JSONValue(version)), ("operation", .string(operation.rawValue)),
                ("run", JSONValue(run)), ("observed_at", JSONValue(observedAt)),
                ("changed_fields", .array(changedFields.names.map { .string($0) })),
                ("content_digest", .string(contentDigest.description)),
                ("row_salt", .string(hexadecimal(salt))),
                ("row_digest", .string(rowDigest.description)),
            ] + values.members(author: authorID, times: times))
    }
}

extension Counters {
    package var members: [(key: String, value: JSONValue)] {
        [
            ("review_count", JSONValue(reviewCount)), ("rated_count", JSONValue(ratedCount)),
            ("rating_sum", JSONValue(ratingSum)), ("verified_count", JSONValue(verifiedCount)),
            ("helpful_votes", JSONValue(helpfulVotes)),
        ] + stars.enumerated().map { ("star_\($0.offset + 1)", JSONValue($0.element)) }
    }
}

extension ProductSummary {
    /// A row of `product_summary`.
    package var json: JSONValue {
        .object(
            [
                ("product_id", JSONValue(productID)), ("first_review_at", JSONValue(firstReviewAt)),
                ("last_review_at", JSONValue(lastReviewAt)),
                ("last_changed_run", JSONValue(lastChangedRun)),
            ] + counters.members)
    }
}

extension MonthSummary {
    /// A row of `product_aggregates`.
    package var json: JSONValue {
        .object(
            [
                ("product_id", JSONValue(productID)), ("month", JSONValue(key.month)),
                ("origin", .string(key.origin.rawValue)),
            ] + counters.members)
    }
}

extension ScopeSummary {
    /// A row of `scope_summary`.
    package var json: JSONValue {
        .object(
            [
                ("kind", .string(scope.kind.rawValue)), ("id", JSONValue(scope.id)),
                ("product_count", JSONValue(productCount)),
                ("distinct_count", JSONValue(distinct?.count)),
                ("distinct_rated", JSONValue(distinct?.rated)),
                ("distinct_negatives", JSONValue(distinct?.negatives)),
            ] + counters.members)
    }
}

extension ProductAttributes {
    package var members: [(key: String, value: JSONValue)] {
        Attribute.allCases.map { ($0.name, JSONValue(self[$0])) }
    }
}

extension JSONValue {
    /// The object with one more member.
    package func with(_ key: String, _ value: JSONValue) -> JSONValue {
        .object((members ?? []) + [(key, value)])
    }

    /// Text where the bytes are UTF-8, else `{"hex": "…"}`.
    package init(bytes: [UInt8]) {
        if let text = String(validating: bytes, as: UTF8.self) {
            self = .string(text)
        } else {
            self = .row(["hex": .string(hexadecimal(bytes))])
        }
    }
}
