import AfterwordCore
import AfterwordPipeline

extension ColumnRow {
    /// The tracked values of a version, field by field; mock times are not the source's.
    var values: ReviewValues {
        get throws {
            let times = try times
            var values = ReviewValues()
            for (field, form, name) in storedFields {
                switch form {
                case .rating: values[number: field] = try optionalRating(name)
                case .count: values[number: field] = try optionalCount(name)
                case .flag: values[number: field] = try optionalFlag(name).map { $0 ? 1 : 0 }
                case .text: values[text: field] = try text(name)
                case .instant:
                    guard times.origin(of: field) == .source else { continue }
                    values[number: field] = times.instant(of: field).microseconds
                }
            }
            return values
        }
    }

    var times: ReviewTimes {
        get throws {
            ReviewTimes(
                createdAt: try instant("created_at"), createdOrigin: try word("created_origin"),
                updatedAt: try instant("updated_at"), updatedOrigin: try word("updated_origin"))
        }
    }

    /// A row of `product_reviews_clean` joined with the product's id.
    var review: StoredReview { get throws { try review(ofProduct: id("product_id")) } }

    /// A row of `product_reviews_clean`, of a product whose id the caller knows.
    func review(ofProduct id: Text) throws -> StoredReview {
        StoredReview(
            reviewKey: try reviewKey(), productID: id,
            reviewID: try self.id("review_id"), identity: try digest128("identity_digest"),
            kind: try word("identity_kind"), version: try run("version"),
            isLive: try flag("is_live"), run: try run(), observedAt: try instant("observed_at"),
            values: try values, authorID: try text("author_id"), times: try times,
            contentDigest: try digest("content_digest"),
            payloadDigest: try digest128("payload_digest"), rawKey: try number("raw_key"))
    }

    /// A review of a product whose id the caller knows, without the store's own keys.
    ///
    /// - Parameter isLive: The value where the query does not select `is_live`; nil to read the
    ///   column.
    func listedReview(ofProduct id: Text, isLive: Bool?) throws -> ListedReview {
        ListedReview(
            productID: id, reviewID: try self.id("review_id"),
            identity: try digest128("identity_digest"), kind: try word("identity_kind"),
            version: try run("version"), isLive: try isLive ?? flag("is_live"), run: try run(),
            observedAt: try instant("observed_at"), values: try values,
            authorID: try text("author_id"), times: try times,
            contentDigest: try digest("content_digest"))
    }

    var rawPayload: RawPayload {
        get throws {
            RawPayload(
                rawKey: try number("raw_key"), shape: try string("shape"),
                payload: try bytes("payload"), context: try bytes("context"))
        }
    }

    var rawRow: RawRow {
        get throws {
            var row = RawRow(
                rawKey: try number("raw_key"), productKey: try productKey(),
                productID: try id("product_id"),
                record: RawIdentity(
                    identity: try digest128("identity_digest"),
                    payload: try digest128("payload_digest")),
                run: try run(), file: try string("file"), offset: try count("offset"),
                length: try count("length"), shape: try string("shape"),
                payload: try bytes("payload"), context: try bytes("context"))
            row.prunedRun = try optionalRun("pruned_run")
            return row
        }
    }

    var productRawRow: ProductRawRow {
        get throws {
            ProductRawRow(
                productKey: try productKey(), productID: try id("product_id"),
                digest: try digest128("digest"), run: try run(), file: try string("file"),
                offset: try count("offset"), length: try count("length"),
                payload: try bytes("payload"))
        }
    }

    var rejectRow: RejectRow {
        get throws {
            RejectRow(
                digest: try digest128("digest"), occurrence: try count("occurrence"),
                run: try run(), file: try string("file"), offset: try count("offset"),
                length: try count("length"), reason: try word("reason"),
                field: try string("field"), productID: try text("product_id"),
                shape: try string("shape"), payload: try bytes("payload"),
                context: try bytes("context"))
        }
    }

    var historyRow: HistoryRow {
        get throws {
            HistoryRow(
                reviewKey: try reviewKey(), productID: try id("product_id"),
                reviewID: try id("review_id"), identity: try digest128("identity_digest"),
                version: try run("version"), operation: try word("operation"), run: try run(),
                observedAt: try instant("observed_at"), values: try values,
                authorID: try text("author_id"), times: try times,
                changedFields: FieldSet(rawValue: try count("changed_fields")),
                contentDigest: try digest("content_digest"), salt: try salt("row_salt"),
                rowDigest: try digest("row_digest"), historyKey: try number("history_key"))
        }
    }

    var reviewLink: ReviewLink {
        get throws {
            ReviewLink(
                run: try run(), match: try word("matched_by"), from: try linkEnd("from"),
                to: try linkEnd("to"),
                opened: (
                    try run("version"), try digest128("identity_digest"),
                    try optionalCount("score")
                ))
        }
    }

    private func linkEnd(_ side: String) throws -> ReviewLink.End {
        ReviewLink.End(
            key: try reviewKey("\(side)_review_key"), productID: try id("\(side)_product_id"),
            reviewID: try id("\(side)_review_id"),
            identity: try digest128("\(side)_identity"))
    }

    var verdictRow: VerdictRow {
        get throws {
            VerdictRow(
                review: (
                    try reviewKey(), try id("product_id"), try id("review_id"), try run("version")
                ),
                madeRun: try run("made_run"), verdict: try word("verdict"),
                by: (try id("judged_by"), try id("why")),
                judged: try digest128("judged_digest"))
        }
    }

    var enrichmentRow: EnrichmentRow {
        get throws {
            EnrichmentRow(
                review: (
                    try reviewKey(), try id("product_id"), try id("review_id"), try run("version")
                ),
                madeRun: try run("made_run"), language: try string("language"),
                by: (
                    try string("model"), try text("served_model")?.string,
                    try hexDigest("cache_key")
                ),
                read: (try digest128("read_digest"), try string("document")))
        }
    }
}

/// The tracked fields with their columns, worked out once.
private let storedFields = TrackedField.allCases.map { ($0, $0.form, $0.name) }
