/// Limits of one question about reviews.
package enum EnrichmentLimit {
    package static let reviews = 20
    /// Tokens of all its reviews, as `tokenBound` counts them: a translation is about as long, and
    /// fits into an answer.
    package static let tokens = 4_000
    /// The version of the system text.
    static let prompt = 1
}

/// A question about versions of reviews: what each says, and its translation.
package struct EnrichmentQuestion: Sendable {
    /// In the order of the question.
    package private(set) var reviews: [StoredReview] = []
    package let language: Language
    /// Its reviews as they are sent, masked.
    private var shown: [EvidenceReview] = []
    private var mask = Mask()
    private var cost = 0

    package init(_ language: Language) { self.language = language }

    /// Cuts reviews into questions, in their order. Those without a text are left out.
    package static func questions(
        _ reviews: some Sequence<StoredReview>, in language: Language, _ reader: inout ReviewReader
    ) -> [EnrichmentQuestion] {
        var questions: [EnrichmentQuestion] = []
        var open = EnrichmentQuestion(language)
        for review in reviews where review.values.hasText {
            if open.add(review, &reader) { continue }
            questions.append(open)
            open = EnrichmentQuestion(language)
            _ = open.add(review, &reader)
        }
        return open.reviews.isEmpty ? questions : questions + [open]
    }

    /// Adds a review; the first one always fits.
    ///
    /// - Returns: Whether there was room for it.
    package mutating func add(_ review: StoredReview, _ reader: inout ReviewReader) -> Bool {
        guard reviews.count < EnrichmentLimit.reviews else { return false }
        var mask = mask
        let name = review.values.authorName
        let read = ReadReview(
            review: review, brand: nil, reading: reader.read(review.values), isNew: false)
        let evidence = EvidenceReview(
            read: read, alias: "r\(reviews.count + 1)", productAlias: "p1",
            title: review.values.title.map { mask.masking(cutText($0), author: name) },
            body: review.values.body.map { mask.masking(cutText($0), author: name) })
        let own = tokenBound(evidence.json.canonical)
        guard reviews.isEmpty || cost + own <= EnrichmentLimit.tokens else { return false }
        cost += own
        self.mask = mask
        reviews.append(review)
        shown.append(evidence)
        return true
    }

    /// The request to a model.
    package func request(_ model: String, _ lexicon: Lexicon = .first) -> ModelRequest {
        let task = JSONValue.row(["answer_language": .string(language.rawValue)])
        let document = JSONValue.row([
            "task": lexicon.task(task, in: language),
            "reviews": .array(shown.map(\.json)),
        ])
        return ModelRequest(
            model: model, system: Self.instruction(lexicon), user: document.canonical,
            schemaName: EnrichmentSchema.name, schema: EnrichmentSchema.document(lexicon))
    }

    private static func instruction(_ lexicon: Lexicon) -> String {
        EmbeddedFile("prompts/enrichment-\(EnrichmentLimit.prompt).txt").text
            + lexicon.aspects.map { "- \($0.id): \($0.label)\n" }.joined()
            + "- \(AnswerSchema.other): what none of these says"
    }

    /// The key of a request's answer: the request, the versions that it is about, and what answers.
    package func cacheKey(_ request: ModelRequest, place: String?) -> Digest256 {
        var builder = DigestEncoder(domain: "afterword.enrichment.key.1")
        builder.add(raw: request.digest)
        builder.add(optional: place.map { Text($0) })
        for review in reviews {
            builder.add(review.productID)
            builder.add(review.reviewID)
            builder.add(review.version)
        }
        return builder.finish()
    }

    // MARK: The answer

    /// Whether a part of an answer names a review as a question does: `r1` to `r20`.
    package static func isAlias(_ entry: JSONValue) -> Bool {
        guard let name = entry["review_id"]?.text, name.first == "r" else { return false }
        return Int(name.dropFirst()).map { (1...EnrichmentLimit.reviews).contains($0) } ?? false
    }

    /// What an answer says of the reviews of this question; of those that it leaves out nothing.
    /// What it says twice counts once, and what it says of other reviews does not count.
    ///
    /// - Returns: Nil for an answer that is not of the schema.
    package func enrichments(
        _ answer: String, _ lexicon: Lexicon = .first
    ) -> [(review: StoredReview, enrichment: ReviewEnrichment)]? {
        guard let document = try? JSONValue(parsing: Array(answer.utf8)),
            schemaFault(document, schema: EnrichmentSchema.document(lexicon)) == nil
        else { return nil }
        var answered: [String: JSONValue] = [:]
        for entry in document["reviews"]?.elements ?? [] {
            let id = entry["review_id"]?.text ?? ""
            if answered[id] == nil { answered[id] = entry }
        }
        return shown.compactMap { review in
            answered[review.alias].map { (review.review, enrichment($0, review)) }
        }
    }

    private func enrichment(_ entry: JSONValue, _ review: EvidenceReview) -> ReviewEnrichment {
        var seen: Set<ReviewEnrichment.Remark> = []
        let remarks = (entry["aspects"]?.elements ?? []).compactMap { remark in
            let found = ReviewEnrichment.Remark(
                aspect: remark["aspect"]?.text ?? "",
                isNegative: remark["polarity"]?.text == "negative")
            return seen.insert(found).inserted ? found : nil
        }
        let sentiment = entry["sentiment"]?.text.flatMap(ReviewEnrichment.Sentiment.init)
        var enrichment = ReviewEnrichment(sentiment: sentiment ?? .neutral, remarks: remarks)
        let values = review.review.values
        enrichment.isCut = [values.title, values.body].contains { text in
            text.map { $0.string != cutText($0) } ?? false
        }
        guard review.read.reading.language != language else { return enrichment }
        for (member, source, place) in [
            ("title", values.title, \ReviewEnrichment.title),
            ("text", values.body, \ReviewEnrichment.body),
        ] {
            guard let source, let text = entry[member]?.text, !text.isEmpty else { continue }
            let translation = mask.unmasking(text)
            if isOfOwnMarks(text, review), isBelievable(translation, of: source.string) {
                enrichment[keyPath: place] = translation
            } else {
                enrichment.isTranslationDropped = true
            }
        }
        return enrichment
    }

    /// Whether all marks of a translation stand for personal data of the same review: those of the
    /// question are shared by its reviews, and a mark of another one would show its data here.
    private func isOfOwnMarks(_ translation: String, _ review: EvidenceReview) -> Bool {
        let own = [review.title, review.body].compactMap(\.self)
        return Mask.marks(in: translation).allSatisfy { mark in
            own.contains { $0.contains(mark) }
        }
    }

    /// Whether a text can be a translation: no address that the source does not have, nothing
    /// hidden, and not far longer.
    private func isBelievable(_ translation: String, of source: String) -> Bool {
        let most = 4 * source.unicodeScalars.count + 100
        return translation.unicodeScalars.count <= most
            && Set(links(in: translation)).isSubset(of: links(in: source))
            && !translation.unicodeScalars.contains { scalar in
                scalar.properties.generalCategory == .control && scalar != "\n"
                    || scalar.properties.generalCategory == .format
                        && scalar != "\u{200C}" && scalar != "\u{200D}"
            }
    }
}
