import AfterwordCore

/// What a batch asks about reviews: with their versions as of a run, the question can be made
/// again.
struct EnrichmentNote: Sendable {
    /// A version of a review.
    struct Version: Sendable {
        var product: Text
        var review: Text
        var version: Int64
    }

    var language: Language
    /// The newest run whose reviews are asked about.
    var run: Int64
    /// In the order of the question.
    var versions: [Version]

    init(of asked: EnrichmentQuestion, run: Int64) {
        language = asked.language
        self.run = run
        versions = asked.reviews.map {
            Version(product: $0.productID, review: $0.reviewID, version: $0.version)
        }
    }

    var written: String {
        JSONValue.row([
            "language": .string(language.rawValue), "evidence_run": JSONValue(run),
            "reviews": .array(
                versions.map { version in
                    .array([
                        JSONValue(version.product), JSONValue(version.review),
                        JSONValue(version.version),
                    ])
                }),
        ]).canonical
    }

    /// Nil for a text of another form.
    init?(written: String) {
        guard let note = try? JSONValue(parsing: Array(written.utf8)),
            let language = note["language"]?.text.flatMap(Language.init(rawValue:)),
            let run = note["evidence_run"]?.integer, let reviews = note["reviews"]?.elements
        else { return nil }
        self.language = language
        self.run = run
        versions = reviews.compactMap { entry in
            guard let parts = entry.elements, parts.count == 3, let product = parts[0].text,
                let review = parts[1].text, let version = parts[2].integer
            else { return nil }
            return Version(product: Text(product), review: Text(review), version: version)
        }
        guard versions.count == reviews.count else { return nil }
    }
}

/// The versions that open batches ask about in a language.
struct AskedVersions {
    private struct Version: Hashable {
        var product: Text
        var review: Text
        var version: Int64

        init(_ asked: EnrichmentNote.Version) {
            (product, review, version) = (asked.product, asked.review, asked.version)
        }

        init(_ stored: StoredReview) {
            (product, review, version) = (stored.productID, stored.reviewID, stored.version)
        }
    }

    /// The question that asks about a version, by batch and line.
    private var questions: [Version: [Int64]] = [:]

    init(_ reader: any StoreReader, _ language: Language) throws {
        let open = Set(
            try reader.modelBatches().filter { $0.endedAt == nil && $0.purpose == .enrichment }
                .map(\.number))
        let items = open.isEmpty ? [] : try reader.batchItems()
        self.init(items.filter { open.contains($0.batch) }, language)
    }

    /// - Parameter items: Those of open batches of enrichments.
    init(_ items: [BatchItem], _ language: Language) {
        for item in items {
            guard let note = EnrichmentNote(written: item.subject), note.language == language
            else { continue }
            for asked in note.versions { questions[Version(asked)] = [item.batch, item.line] }
        }
    }

    /// Whether a question, as its batch would note it, asks about any of them.
    func holdAny(of subject: String) -> Bool {
        EnrichmentNote(written: subject)?.versions.contains {
            questions[Version($0)] != nil
        } ?? false
    }

    /// The question that asks about a review as it is now; nil where none does.
    func question(about review: StoredReview) -> [Int64]? {
        questions.isEmpty ? nil : questions[Version(review)]
    }
}

/// Stores what models read in reviews, of kept answers.
struct EnrichmentBatch {
    private let store: any ReviewStore
    private let model: any LanguageModel
    private let surroundings: InsightSurroundings

    init(
        _ store: any ReviewStore, _ model: any LanguageModel, _ surroundings: InsightSurroundings
    ) {
        (self.store, self.model, self.surroundings) = (store, model, surroundings)
    }

    /// Stores the enrichments of a batch that are not stored yet, a part of its questions at a
    /// time.
    func make(of items: [BatchItem], _ found: inout CollectedBatch) async throws {
        let notes = items.compactMap { item in
            EnrichmentNote(written: item.subject).map { (item, $0) }
        }
        for start in stride(from: 0, to: notes.count, by: InsightOptions.wave) {
            let part = Array(notes[start..<min(start + InsightOptions.wave, notes.count)])
            let rows = try store.read { reader in
                try part.flatMap { try self.rows(of: $0.0, $0.1, reader) }
            }
            let stored = try await surroundings.whenFree {
                try storeEnrichments(rows, answers: [], in: store, now: surroundings.now())
            }
            found.made += stored.made
            if let run = stored.run { found.runs.append(run) }
        }
    }

    /// The rows of one answer without those that are stored; none where the question cannot be made
    /// again, as by a program with another prompt.
    private func rows(
        of item: BatchItem, _ note: EnrichmentNote, _ reader: any StoreReader
    ) throws -> [EnrichmentRow] {
        guard let kept = try reader.cachedAnswer(item.cacheKey) else { return [] }
        var question = EnrichmentQuestion(note.language)
        var reviewReader = ReviewReader(.first)
        for review in try reviews(note, reader) { _ = question.add(review, &reviewReader) }
        let entry = EnrichmentWork.Entry(question, .scope(.portfolio), model.identity)
        guard entry.question.cacheKey == item.cacheKey else { return [] }
        let stored = try reader.enrichments(ofReviews: question.reviews.map(\.reviewKey))
        return (entry.rows(of: kept.answer, servedModel: kept.servedModel) ?? []).filter { row in
            !stored.contains { known in
                known.reviewKey == row.reviewKey && known.version == row.version
                    && known.language == row.language
            }
        }
    }

    /// The reviews of a note, in its order, as they were in its versions.
    private func reviews(
        _ note: EnrichmentNote, _ reader: any StoreReader
    ) throws -> [StoredReview] {
        let past = AsOfReader(reader, run: note.run)
        var reviews: [Text: [Text: StoredReview]] = [:]
        for product in Set(note.versions.map(\.product)) {
            reviews[product] = Dictionary(
                try past.reviews(ofProduct: product).map { ($0.reviewID, $0) }
            ) { $1 }
        }
        return note.versions.compactMap { version in
            let review = reviews[version.product]?[version.review]
            return review?.version == version.version ? review : nil
        }
    }
}
