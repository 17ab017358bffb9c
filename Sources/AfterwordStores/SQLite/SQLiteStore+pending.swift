import Foundation
import GRDB

extension SQLiteStore {
    /// The pending migrations; all of them, without rows, where the file does not exist.
    package static func pendingMigrations(path: String) throws -> [PendingMigration] {
        let migrator = SQLiteSchema.migrator
        guard FileManager.default.fileExists(atPath: path) else {
            return migrator.migrations.map { PendingMigration(name: $0, rows: 0, isCopied: true) }
        }
        return try SQLiteStore(path: path, opening: .rehearsing, checks: false)
            .pendingMigrations()
    }

    /// The migrations that this file needs.
    func pendingMigrations() throws -> [PendingMigration] {
        try reading { database in
            let done = try SQLiteSchema.migrator.appliedIdentifiers(database)
            return try SchemaMigration.all(of: .sqlite).filter { !done.contains($0.name) }
                .map { try Self.pending($0, in: database) }
        }
    }

    /// Whether the file has a table of a store.
    func hasTables() throws -> Bool {
        try reading { try !SQLiteSchema.migrator.appliedIdentifiers($0).isEmpty }
    }

    /// The runs of this file, whatever its schema: every one has the table.
    func runCount() throws -> Int {
        try reading { database in
            guard try database.tableExists("runs") else { return 0 }
            return try Int.fetchOne(database, sql: "SELECT count(*) FROM runs") ?? 0
        }
    }

    private static func pending(
        _ migration: SchemaMigration, in database: Database
    ) throws -> PendingMigration {
        var rows: Int64 = 0
        for table in migration.tablesGoneThrough(.sqlite) where try database.tableExists(table) {
            rows += try Int64.fetchOne(database, sql: "SELECT count(*) FROM \(table)") ?? 0
        }
        return PendingMigration(name: migration.name, rows: rows, isCopied: true)
    }
}
