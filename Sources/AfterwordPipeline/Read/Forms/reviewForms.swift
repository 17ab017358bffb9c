package import AfterwordCore

/// The values that a version of a review holds.
private struct VersionValues: Sendable {
    var values: ReviewValues
    var authorID: Text?
    var times: ReviewTimes

    static let form = ObjectForm<VersionValues>("Values", "What a review says.") { form in
        for column in ValueColumn.shown { Self.add(column, to: &form) }
    }

    private static func add(_ column: ValueColumn, to form: inout ObjectForm<VersionValues>) {
        let (name, comment) = (column.name, column.comment)
        switch column {
        case .authorID: form.optionalText(name, comment) { $0.authorID }
        case .origin(let field):
            form.text(name, comment) { $0.times.origin(of: field).rawValue }
        case .field(let field):
            switch field.form {
            case .rating: form.rating(comment) { $0.values[number: field] }
            case .text: form.optionalText(name, comment) { $0.values[text: field] }
            case .count: form.optionalNumber(name, comment) { $0.values[number: field] }
            case .flag:
                form.optionalFlag(name, comment) { $0.values[number: field].map { $0 != 0 } }
            case .instant: form.instant(name, comment) { $0.times.instant(of: field) }
            }
        }
    }
}

extension ListedReview {
    package static let answerForm = ObjectForm<ListedReview>(
        "Review", "A review as it stands."
    ) { form in
        form.id("product_id", "The product's id.") { $0.productID }
        form.id("review_id", "The review's id within the product.") { $0.reviewID }
        form.value(
            "identity_digest", .text(.hexadecimal(32)), "What it is recognised by in a dump."
        ) { .string($0.identity.description) }
        form.choice(
            "identity_kind", ["a", "b", "c"],
            "Recognised by the source's id (a), by its author (b), or by its text (c)."
        ) { $0.kind.rawValue }
        form.count("version", "The version, from 1.") { $0.version }
        form.flag("is_live", "False for one that was deleted.") { $0.isLive }
        form.count("run", "The run that made this version.") { $0.run }
        form.instant("observed_at", "When the dump of this version was taken.") { $0.observedAt }
        form.digest("content_digest", "SHA-256 over its values.") { $0.contentDigest }
        form.include(VersionValues.form) {
            VersionValues(values: $0.values, authorID: $0.authorID, times: $0.times)
        }
        form.list(
            "model_readings", ModelReading.answerForm,
            "What models read in this version, one for each language; never counted."
        ) { $0.modelReadings }
    }

    /// The JSON in answers of the commands and the API.
    package var answer: JSONValue { Self.answerForm.json(self) }
}

extension ModelReading {
    package static let answerForm = ObjectForm<ModelReading>(
        "ModelReading", "What a model read in a version of a review. It is not checked."
    ) { form in
        form.text("model", "The model that was asked.") { $0.model }
        form.optionalString("served_model", "The model as the server names it.") {
            $0.servedModel
        }
        form.text("language", "The language of the translation.") { $0.language }
        form.count("made_run", "The run that stored it.") { $0.run }
        form.choice(
            "sentiment", ReviewEnrichment.Sentiment.allCases.map(\.rawValue),
            "What the text as a whole says."
        ) { $0.enrichment.sentiment.rawValue }
        form.list("aspects", ModelReading.remark, "What it praises or complains of.") {
            $0.enrichment.remarks
        }
        form.optionalString("title", "The title, translated; null where it needs none.") {
            $0.enrichment.title
        }
        form.optionalString("text", "The text, translated; null where it needs none.") {
            $0.enrichment.body
        }
        form.flag(
            "is_translation_dropped",
            "Whether a translation was dropped: it has an address that the review has not, or is "
                + "far longer."
        ) { $0.enrichment.isTranslationDropped }
        form.flag("is_cut", "Whether the model saw the beginning only.") { $0.enrichment.isCut }
    }

    private static let remark = ObjectForm<ReviewEnrichment.Remark>(
        "ModelRemark", "An aspect that a model finds in a review."
    ) { form in
        form.text("aspect", "An aspect of the lexicon, or `other`.") { $0.aspect }
        form.flag("is_negative", "Complained of, not praised.") { $0.isNegative }
    }
}

extension HistoryRow {
    package static let answerForm = ObjectForm<HistoryRow>(
        "ReviewVersion", "A version of a review, or a record that came too late to count."
    ) { form in
        form.id("product_id", "The product's id.") { $0.productID }
        form.id("review_id", "The review's id within the product.") { $0.reviewID }
        form.count("version", "The version, from 1; 0 for a late record.") { $0.version }
        form.text("operation", "`insert`, `update`, `delete`, `restate`, or `late`.") {
            $0.operation.rawValue
        }
        form.count("run", "The run that made it.") { $0.run }
        form.instant("observed_at", "When its dump was taken.") { $0.observedAt }
        form.texts("changed_fields", "The fields that differ from the version before.") {
            $0.changedFields.names
        }
        form.digest("content_digest", "SHA-256 over its values.") { $0.contentDigest }
        form.value("row_salt", .text(.hexadecimal(32)), "The salt of the row's digest.") {
            .string(hexadecimal($0.salt))
        }
        form.digest("row_digest", "SHA-256 over the row.") { $0.rowDigest }
        form.include(VersionValues.form) {
            VersionValues(values: $0.values, authorID: $0.authorID, times: $0.times)
        }
    }

    /// The JSON in answers of the commands and the API.
    package var answer: JSONValue { Self.answerForm.json(self) }
}

extension RejectRow {
    package static let answerForm = ObjectForm<RejectRow>(
        "Reject", "A record that could not be read."
    ) { form in
        form.value("digest", .text(.hexadecimal(32)), "What it is known by among rejects.") {
            .string($0.digest.description)
        }
        form.count("occurrence", "Numbers equal records.") { $0.occurrence }
        form.count("run", "The run it came with.") { $0.run }
        form.text("file", "The file it lies in.") { $0.file }
        form.count("offset", "Where it begins in the inflated file.", unit: .bytes) { $0.offset }
        form.count("length", "How long it is.", unit: .bytes) { $0.length }
        form.text("reason", "Why it was rejected.") { $0.reason.rawValue }
        form.text("field", "The field that could not be read; empty where it is no field.") {
            $0.field
        }
        form.optionalText("product_id", "The product's id, where it could be read.") {
            $0.productID
        }
        form.text("shape", "The shape it was read by.") { $0.shape }
        form.value("payload", .anything, "Its bytes: text where they are UTF-8, else in hex.") {
            JSONValue(bytes: $0.payload)
        }
        form.value("context", .anything, "What stood around it in the file.") {
            JSONValue(bytes: $0.context)
        }
    }

    /// The JSON in answers of the commands.
    package var answer: JSONValue { Self.answerForm.json(self) }
}
