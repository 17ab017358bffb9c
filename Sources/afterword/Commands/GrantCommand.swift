import AfterwordPipeline
import AfterwordStores
import ArgumentParser

/// `grant`: lets roles read the report views.
struct GrantCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grant",
        abstract: "Let a role of the Postgres server read the views for analysts, nothing else.",
        subcommands: [Reader.self])

    /// `grant reader`.
    struct Reader: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "reader", abstract: "Grant a role the views of docs/tables.md.")

        @Argument(help: "The role's name on the server.")
        var role: String
        @OptionGroup var store: StoreOptions

        func validate() throws {
            // Postgres takes this name, quoted or not, for all roles there are.
            guard !role.isEmpty, role.lowercased() != "public" else {
                throw ValidationError("name one role; 'public' would let everybody read")
            }
        }

        func run() throws {
            guard let postgres = try store.openForReading() as? PostgresStore else {
                throw CommandFault(.usage, "a SQLite file has no roles: who may read it sees all")
            }
            try postgres.grantReader(role)
        }
    }
}
