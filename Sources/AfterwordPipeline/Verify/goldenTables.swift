package import AfterwordCore

/// Every table of a store as JSON lines, with rows sorted by key in byte order. Goldens contain
/// these lines and laws compare them; they are the same bytes for every store.
///
/// Bookkeeping columns are left out: surrogate keys, times of observation, and the payload a review
/// refers to. `attempts`, model calls and cached answers depend on the clock and are left out too.
/// Tables of insights, themes, verdicts, marks, taxonomies, enrichments and links are included only
/// where the store has some.
package func goldenTables(_ reader: any StoreReader) throws -> [String: [String]] {
    var tables: [String: [JSONValue]] = [:]
    tables["runs"] = try reader.runs().map(\.json)
    tables["run_files"] = try reader.files(ofRun: nil).map(\.json)
    tables["product_reviews_raw"] = try reader.raw(ofProduct: nil).map(\.json)
    tables["product_raw"] = try reader.productRaw(ofProduct: nil).map(\.json)
    tables["rejected_records"] = try reader.rejects().map(\.json)
    tables["product_reviews_clean"] = try reader.reviews(ofProduct: nil).map(\.json)
    tables["product_reviews_history"] = try reader.history(ofProduct: nil, review: nil).map(\.json)
    let products = try reader.products(nil)
    tables["products_dim"] = products.map(\.dimensionJSON)
    tables["products_dim_history"] = try reader.attributeHistory(ofProduct: nil).map(\.json)
    tables["product_summary"] = products.map(\.summary)
        .filter { $0.lastChangedRun > 0 }.map(\.json)
    tables["product_summary_history"] = try reader.summaryHistory(ofProduct: nil)
        .map { $0.row.json.with("run", JSONValue($0.run)) }
    tables["product_aggregates"] = try reader.months(ofProduct: nil).map(\.json)
    tables["product_aggregates_history"] = try reader.monthHistory(ofProduct: nil)
        .map { $0.row.json.with("run", JSONValue($0.run)) }
    tables["scope_summary"] = try reader.scopes().map(\.json)
    tables["scope_summary_history"] = try reader.scopeHistory()
        .map { $0.row.json.with("run", JSONValue($0.run)) }
    let insights = try reader.insightHistory(of: nil)
    if !insights.isEmpty {
        tables["product_insights"] = try reader.insights(of: nil).map(\.json)
        tables["product_insights_history"] = insights.map(\.json)
        tables["themes"] = try reader.themeRows().map(\.json)
        tables["theme_reviews"] = try reader.themeReviewRows().map(\.json)
    }
    let verdicts = try reader.verdicts()
    if !verdicts.isEmpty { tables["review_verdicts"] = verdicts.map(\.json) }
    let marks = try reader.workMarks()
    if !marks.isEmpty { tables["work_marks"] = marks.map(\.json) }
    let taxonomies = try reader.taxonomies()
    if !taxonomies.isEmpty { tables["taxonomies"] = taxonomies.map(\.json) }
    let enrichments = try reader.enrichments(ofProducts: nil)
    if !enrichments.isEmpty { tables["review_enrichments"] = enrichments.map(\.json) }
    let links = try reader.links()
    if !links.isEmpty { tables["review_links"] = links.map(\.json) }
    return tables.mapValues { $0.map(\.canonical) }
}

extension RunRecord {
    package var json: JSONValue {
        .object(
            [
                ("run", JSONValue(run)), ("recorded_at", JSONValue(recordedAt)),
                ("observed_at", JSONValue(observedAt)),
                ("observed_origin", .string(observedOrigin.rawValue)),
                ("completeness", .string(completeness.rawValue)),
                ("seed", .string(String(seed))), ("deleted", JSONValue(deleted)),
                ("products_named", JSONValue(productsNamed)),
                ("previous_digest", .string(previousDigest.description)),
                ("history_digest", .string(historyDigest.description)),
            ] + (dumpLabel.map { [("dump_label", JSONValue($0))] } ?? []) + balance.members)
    }
}

extension FileRecord {
    package var json: JSONValue {
        let version =
            self.version.map { version -> [(key: String, value: JSONValue)] in
                [
                    ("etag", JSONValue(version.etag)),
                    ("version_id", JSONValue(version.versionID)),
                    ("modified_at", JSONValue(version.modifiedAt)),
                ]
            } ?? []
        return .object(
            [
                ("run", JSONValue(run)), ("name", .string(name)),
                ("byte_count", JSONValue(byteCount)), ("digest", .string(digest.description)),
                ("shape", .string(shape)),
                ("nonstandard_literals", JSONValue(nonstandardLiterals)),
                ("unreadable_fields", JSONValue(unreadableFields)),
                ("left_out", JSONValue(leftOut)),
            ] + balance.members + version)
    }
}

extension Balance {
    package var members: [(key: String, value: JSONValue)] {
        parts.map { ($0.key, JSONValue($0.value)) }
    }
}

extension RawRow {
    package var json: JSONValue {
        let row = JSONValue.row([
            "product_id": JSONValue(productID),
            "identity_digest": .string(record.identity.description),
            "payload_digest": .string(record.payload.description), "run": JSONValue(run),
            "file": .string(file), "offset": JSONValue(offset), "length": JSONValue(length),
            "shape": .string(shape), "payload": JSONValue(bytes: payload),
            "context": JSONValue(bytes: context),
        ])
        return prunedRun.map { row.with("pruned_run", JSONValue($0)) } ?? row
    }
}

extension ProductRawRow {
    package var json: JSONValue {
        .row([
            "product_id": JSONValue(productID), "digest": .string(digest.description),
            "run": JSONValue(run), "file": .string(file), "offset": JSONValue(offset),
            "length": JSONValue(length), "payload": JSONValue(bytes: payload),
        ])
    }
}

extension RejectRow {
    package var json: JSONValue {
        .row([
            "digest": .string(digest.description), "occurrence": JSONValue(occurrence),
            "run": JSONValue(run), "file": .string(file), "offset": JSONValue(offset),
            "length": JSONValue(length), "reason": .string(reason.rawValue),
            "field": .string(field), "product_id": JSONValue(productID), "shape": .string(shape),
            "payload": JSONValue(bytes: payload), "context": JSONValue(bytes: context),
        ])
    }
}

extension ProductState {
    package var dimensionJSON: JSONValue {
        .object([("product_id", JSONValue(productID))] + dimension.members)
    }
}

extension AttributeRow {
    package var json: JSONValue {
        .object(
            [("product_id", JSONValue(productID)), ("run", JSONValue(run))] + attributes.members)
    }
}
