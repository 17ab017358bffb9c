import AfterwordCore
import AfterwordPipeline
import ArgumentParser
import Foundation

/// `key`: who may ask the service.
struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Keys of the service: create, list, revoke.",
        subcommands: [Create.self, List.self, Revoke.self])

    /// `key create`.
    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Make a key; it is shown once and kept nowhere.")

        @OptionGroup var store: StoreOptions
        @Argument(help: "What the key is called.")
        var name: String
        @Flag(help: "It may have insights made, which may cost money.")
        var insight = false
        @Option(help: "A brand it may see, several times for several; all when left out.")
        var brand: [String] = []

        func run() throws {
            let keys = try store.openForReading()
            guard try !keys.read({ try $0.apiKeys() }).contains(where: { $0.name == name }) else {
                throw CommandFault(.usage, "there is a key of that name")
            }
            let key =
                "aw_"
                + (0..<4).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }
                .joined()
            let row = APIKeyRow(
                name: name, digest: APIKeyRow.digest(of: key),
                scopes: insight ? [.read, .insight] : [.read],
                brands: brand.isEmpty ? nil : brand, createdAt: now())
            try keys.ledger { try $0.put(key: row) }
            print(key)
            Terminal.writeError("shown once: keep it, the store has only its digest")
        }
    }

    /// `key list`.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "The keys, without themselves.")

        @OptionGroup var store: StoreOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            let rows = try store.openForReading().read { try $0.apiKeys() }
            if output.json {
                return Terminal.write(json: rows.map(\.json))
            }
            var table = Table([
                "name": .left, "may": .left, "brands": .left, "created": .left, "revoked": .left,
            ])
            for row in rows {
                table.add([
                    printable(row.name), row.writtenScopes,
                    printable(row.brands?.joined(separator: ", ") ?? "all"),
                    row.createdAt.description, row.revokedAt?.description ?? "",
                ])
            }
            table.show()
        }
    }

    /// `key revoke`.
    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke", abstract: "End a key; the next request with it is refused.")

        @OptionGroup var store: StoreOptions
        @Argument(help: "The key's name.")
        var name: String

        func run() throws {
            let keys = try store.openForReading()
            guard var row = try keys.read({ try $0.apiKeys() }).first(where: { $0.name == name })
            else { throw CommandFault(.usage, "no key is called so") }
            row.revokedAt = row.revokedAt ?? now()
            let ended = row
            try keys.ledger { try $0.put(key: ended) }
        }
    }
}
