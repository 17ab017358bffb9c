/// What a model read in a version of a review. Its form is checked; that it is true is not.
package struct ReviewEnrichment: Equatable, Sendable {
    /// What a text as a whole says of the product.
    package enum Sentiment: String, CaseIterable, Sendable {
        case positive, negative, mixed, neutral
    }

    /// An aspect that the model finds praised or complained of.
    package struct Remark: Hashable, Sendable {
        /// An aspect of the lexicon, or `AnswerSchema.other`.
        package var aspect: String
        package var isNegative: Bool

        package init(aspect: String, isNegative: Bool) {
            self.aspect = aspect
            self.isNegative = isNegative
        }
    }

    package var sentiment: Sentiment
    /// In the order of the answer, each once.
    package var remarks: [Remark]
    /// Title and text in the language asked for; nil where they are in it already, where there are
    /// none, and where a translation was dropped.
    package var title: String?
    package var body: String?
    /// Whether a translation was dropped, because it holds an address that the review does not, or
    /// is far longer than the review.
    package var isTranslationDropped = false
    /// Whether the model saw the beginning of the review only.
    package var isCut = false

    package static let version = 1

    /// The form of the column `document`.
    package var json: JSONValue {
        .row([
            "enrichment": JSONValue(Self.version), "sentiment": .string(sentiment.rawValue),
            "aspects": .array(
                remarks.map { remark in
                    .row([
                        "aspect": .string(remark.aspect), "is_negative": .bool(remark.isNegative),
                    ])
                }),
            "title": JSONValue(title), "text": JSONValue(body),
            "is_translation_dropped": .bool(isTranslationDropped), "is_cut": .bool(isCut),
        ])
    }

    package init(sentiment: Sentiment, remarks: [Remark]) {
        self.sentiment = sentiment
        self.remarks = remarks
    }

    /// From a stored document; nil for one of another form.
    package init?(document: String) {
        guard let stored = try? JSONValue(parsing: Array(document.utf8)),
            let sentiment = stored["sentiment"]?.text.flatMap(Sentiment.init)
        else { return nil }
        self.init(
            sentiment: sentiment,
            remarks: (stored["aspects"]?.elements ?? []).map { remark in
                Remark(
                    aspect: remark["aspect"]?.text ?? "",
                    isNegative: remark["is_negative"] == .bool(true))
            })
        title = stored["title"]?.text
        body = stored["text"]?.text
        isTranslationDropped = stored["is_translation_dropped"] == .bool(true)
        isCut = stored["is_cut"] == .bool(true)
    }
}

/// What a model read in a review, with the model's name.
package struct ModelReading: Equatable, Sendable {
    package var model: String
    /// The model as the server names it; nil where it is not known.
    package var servedModel: String?
    /// The language of the translation.
    package var language: String
    /// The run that stored it.
    package var run: Int64
    package var enrichment: ReviewEnrichment

    package init(
        model: String, servedModel: String?, language: String, run: Int64,
        enrichment: ReviewEnrichment
    ) {
        self.model = model
        self.servedModel = servedModel
        self.language = language
        self.run = run
        self.enrichment = enrichment
    }
}
