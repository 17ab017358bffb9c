package import AfterwordPipeline

/// A kind of store that is named by a URL: how the program recognises and opens it.
package struct StoreBackend: Sendable {
    /// What its URLs begin with, such as `postgres://`.
    package let prefixes: [String]
    /// Opens the store of a URL. Throws `StoreFault`.
    package let open: @Sendable (_ url: String, StoreOpening) throws -> any ReviewStore
    /// Opens an existing store for many threads that read. Throws `StoreFault`.
    package let openForServing: @Sendable (_ url: String) throws -> any ReadingStore
    /// The migrations that the store still needs.
    package let pendingMigrations: @Sendable (_ url: String) throws -> [PendingMigration]

    package init(
        prefixes: [String],
        open: @escaping @Sendable (_ url: String, StoreOpening) throws -> any ReviewStore,
        openForServing: @escaping @Sendable (_ url: String) throws -> any ReadingStore,
        pendingMigrations: @escaping @Sendable (_ url: String) throws -> [PendingMigration] = {
            _ in []
        }
    ) {
        self.prefixes = prefixes
        self.open = open
        self.openForServing = openForServing
        self.pendingMigrations = pendingMigrations
    }
}

extension PostgresStore {
    /// A schema of a Postgres database.
    package static let backend = StoreBackend(
        prefixes: ["postgres://", "postgresql://"],
        open: { try PostgresStore(url: $0, opening: $1) },
        openForServing: { try PostgresStore(url: $0, opening: .existing).reading },
        pendingMigrations: { try pendingMigrations(url: $0) })
}
