/// The columns that a later migration adds to `llm_calls`, on both stores.
enum ModelCallColumns {
    static let migration = "llm_calls: tier, request ids, unread answers"

    private static let columns = [
        ("service_tier", "TEXT"), ("request_id", "TEXT"), ("client_request_id", "TEXT"),
        ("unread_answer", "TEXT"),
    ]

    static let sqlite =
        "ALTER TABLE llm_calls ADD COLUMN cache_write_tokens INTEGER;"
        + columns.map { "ALTER TABLE llm_calls ADD COLUMN \($0.0) \($0.1);" }.joined()

    static let postgres =
        "ALTER TABLE llm_calls ADD COLUMN cache_write_tokens BIGINT"
        + columns.map { ", ADD COLUMN \($0.0) \($0.1) COLLATE \"C\"" }.joined()
}
