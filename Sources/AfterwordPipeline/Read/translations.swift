package import AfterwordCore

/// What models read in versions of some reviews, as of a reader's moment: of each language the
/// newest. It stands beside what the program reads and is never counted.
package struct Translations: Sendable {
    private struct Version: Hashable {
        var product: Text
        var review: Text
        var version: Int64
    }

    private var readings: [Version: [ModelReading]] = [:]

    /// None.
    package init() {}

    /// - Parameter keys: The keys of the reviews; nothing else is read.
    package init(_ reader: any StoreReader, ofReviews keys: some Sequence<Int64>) throws {
        self.init(try reader.enrichments(ofReviews: Set(keys).sorted()))
    }

    package init(_ rows: [EnrichmentRow]) {
        for row in rows {
            guard let enrichment = ReviewEnrichment(document: row.document) else { continue }
            let place = Version(
                product: row.productID, review: row.reviewID, version: row.version)
            readings[place, default: []].append(
                ModelReading(
                    model: row.model, servedModel: row.servedModel, language: row.language,
                    run: row.madeRun, enrichment: enrichment))
        }
        for place in readings.keys { readings[place] = readings[place].map(newestOfLanguages) }
    }

    /// What models read in a version, in order of the languages; empty where none did.
    package func readings(_ product: Text, _ review: Text, _ version: Int64) -> [ModelReading] {
        readings[Version(product: product, review: review, version: version)] ?? []
    }
}

/// Of each language the newest, in order of the languages.
private func newestOfLanguages(_ readings: [ModelReading]) -> [ModelReading] {
    var newest: [String: ModelReading] = [:]
    for reading in readings where newest[reading.language].map({ $0.run < reading.run }) ?? true {
        newest[reading.language] = reading
    }
    return newest.values.sorted { Text($0.language) < Text($1.language) }
}

extension [ModelReading] {
    /// The one stored last among those that translate the title, the text, or either.
    ///
    /// - Parameter field: `title` or `body`; nil for either.
    package func newest(translating field: TrackedField?) -> ModelReading? {
        filter { $0.translation(of: field) != nil }
            .max { ($0.run, Text($1.language)) < ($1.run, Text($0.language)) }
    }
}

extension ModelReading {
    /// The translation of the title, the text, or of both, with a dash between them.
    package func translation(of field: TrackedField?) -> String? {
        if field == .title { return enrichment.title }
        if field == .body { return enrichment.body }
        let parts = [enrichment.title, enrichment.body].compactMap(\.self)
        return parts.isEmpty ? nil : parts.joined(separator: " — ")
    }
}
