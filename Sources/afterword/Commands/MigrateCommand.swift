import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import ArgumentParser

/// `migrate`: creates the store's schema or migrates it to this program's version.
struct MigrateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Make the store's schema, or bring it up to this program's.",
        discussion: """
            'run' does so by itself. This is for those who want it done apart: under another role, \
            or before a deployment. A migration is whole or not at all, and never changes history. \
            '--plan' says how many rows each goes through, and about how long it takes.
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @Flag(help: "Show what would be done, and do nothing.")
    var plan = false

    func run() throws {
        let pending = try store.location.pendingMigrations()
        if !plan { _ = try store.openForWriting() }
        if output.json {
            return Terminal.write(
                json: pending.map {
                    .row([
                        "migration": .string($0.name), "is_done": .bool(!plan),
                        "rows": JSONValue($0.rows), "seconds_about": JSONValue($0.seconds),
                    ])
                })
        }
        if pending.isEmpty { return print("The schema is this program's; nothing to do.") }
        for migration in pending {
            print("\(plan ? "would do" : "done"): \(migration.name)\(plan ? cost(migration) : "")")
        }
    }

    private func cost(_ migration: PendingMigration) -> String {
        if migration.rows == 0 { return "" }
        let rows = grouped(migration.rows)
        return " (goes through \(rows) rows, about \(migration.seconds) s)"
    }
}
