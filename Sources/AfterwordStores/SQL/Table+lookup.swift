/// Finds the table of a column, which an error about an unreadable value names.
extension Table {
    private static let all: [Table] = [
        .runs, .runFiles, .shapes, .runAttempts, .products, .productHistory, .rawRecords,
        .productRaw, .rejectedRecords, .currentReviews, .reviewHistory, .summaries,
        .summaryHistory, .months, .monthHistory, .scopes, .scopeHistory, .insights,
        .insightHistory, .answers, .modelCalls, .apiKeys, .jobs, .themes, .themeReviews, .verdicts,
        .links, .searchSegments, .searchParts, .readings, .reviewLists, .themeSums,
        .modelBatches, .batchItems, .enrichments, .deliveries, .workMarks, .taxonomies,
    ]

    /// The first table named in the SQL that has the column, otherwise the first table named.
    static func name(ofColumn column: String, in question: String) -> String {
        let words = question.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init)
        // The view's tables, and the two SQLite tables behind the current reviews.
        let tables = words.flatMap { word in
            switch word {
            case "product_reviews_clean": [reviewHistory.name, currentReviews.name]
            case currentInitial.name, currentDelta.name: [currentReviews.name]
            default: [word]
            }
        }
        let named = tables.compactMap { word in all.first { $0.name == word } }
        let own = named.first { table in table.columns.contains { $0.name == column } }
        if let own = own ?? named.first { return own.name }
        // No known table is named: take the word after FROM.
        return zip(words, words.dropFirst()).first { $0.0 == "FROM" }?.1 ?? "the store"
    }
}
