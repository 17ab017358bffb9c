/// Finds the table of a column, which an error about an unreadable value names.
extension Columns {
    private static let tables: [(name: String, columns: String)] = [
        ("runs", run), ("run_files", file), ("shapes", shape),
        ("run_attempts", "attempt, started_at, ended_at, dump, run, failure, seal"),
        ("products_dim", product), ("products_dim_history", attributes),
        ("product_reviews_raw", raw), ("product_raw", productRaw), ("rejected_records", rejects),
        ("product_reviews_base", review), ("product_reviews_history", history),
        ("product_summary", summary), ("product_summary_history", summaryHistory),
        ("product_aggregates", month), ("product_aggregates_history", month),
        ("scope_summary", scope), ("scope_summary_history", scopeHistory),
        ("product_insights", insight), ("product_insights_history", insight),
        ("product_insights_cache", answer), ("llm_calls", call), ("api_keys", key),
        ("service_jobs", job),
        ("themes", theme), ("theme_reviews", themeReview), ("review_verdicts", verdict),
    ]

    /// The first table named in the SQL that has the column, otherwise the first table named.
    static func table(of column: String, in question: String) -> String {
        let words = question.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init)
        // The view's tables, and the two SQLite tables behind `product_reviews_base`.
        let tables = words.flatMap { word in
            switch word {
            case "product_reviews_clean": ["product_reviews_history", "product_reviews_base"]
            case "product_reviews_base_first", "product_reviews_base_later":
                ["product_reviews_base"]
            default: [word]
            }
        }
        let named = tables.compactMap { word in Self.tables.first { $0.name == word } }
        let own = named.first { table in
            names(table.columns).contains { $0.filter { $0 != "\"" } == column }
        }
        if let own = own ?? named.first { return own.name }
        // No known table is named: take the word after FROM.
        return zip(words, words.dropFirst()).first { $0.0 == "FROM" }?.1 ?? "the store"
    }
}
