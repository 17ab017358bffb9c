import AfterwordCore
import AfterwordPipeline
import ArgumentParser
import Foundation

/// `key`: manages the API keys of the service.
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
        @Flag(help: "It may record work: what is seen, noted, assigned, acknowledged, fixed.")
        var work = false
        @Option(help: "A brand it may see, several times for several; all when left out.")
        var brand: [String] = []

        func validate() throws {
            guard isName(name) else {
                throw ValidationError("a key's name is 1 to 100 characters, not blank")
            }
            guard brand.allSatisfy({ !$0.isEmpty }) else {
                throw ValidationError("--brand is a brand's name")
            }
        }

        private func isName(_ text: String) -> Bool {
            (1...100).contains(text.unicodeScalars.count)
                && text.contains { !$0.isWhitespace }
                && text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        }

        func run() throws {
            try waitingForRuns { try create() }
        }

        private var scopes: Set<APIKeyRow.Scope> {
            var scopes: Set<APIKeyRow.Scope> = [.read]
            if insight { scopes.insert(.insight) }
            if work { scopes.insert(.work) }
            return scopes
        }

        private func create() throws {
            let keys = try store.openForReading()
            let (others, known) = try keys.read { reader in
                (
                    try reader.apiKeys(),
                    try reader.scopes().filter { $0.scope.kind == .brand }.map(\.scope.id.string)
                )
            }
            guard !others.contains(where: { $0.name == name && $0.revokedAt == nil }) else {
                throw CommandFault(.usage, "there is a key of that name; revoke it first")
            }
            let brands = try brand.map { try brandName($0, among: known) }
            let key =
                "aw_"
                + (0..<4).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }
                .joined()
            // This replaces the row of a revoked key of the same name; the revoked key stays
            // invalid.
            let row = APIKeyRow(
                name: name, digest: APIKeyRow.digest(of: key),
                scopes: scopes,
                brands: brands.isEmpty ? nil : brands, createdAt: now())
            try keys.ledger { try $0.put(key: row) }
            print(key)
            Terminal.writeError("shown once: keep it, the store has only its digest")
        }

        /// The exact name of an existing brand. A key for an unknown brand would see nothing, so
        /// that is an error.
        private func brandName(_ written: String, among known: [String]) throws -> String {
            if known.contains(written) { return written }
            let alike = known.filter { $0.lowercased() == written.lowercased() }
            if alike.count == 1 { return alike[0] }
            let some = known.sorted().prefix(10).joined(separator: ", ")
            throw CommandFault(
                .usage,
                "no brand is called \(written): such a key would see nothing. "
                    + (known.isEmpty ? "Nothing was loaded yet" : "There are: \(some)")
                    + (known.count > 10 ? ", …" : ""))
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
            commandName: "revoke", abstract: "End a key; the next request with it is refused.",
            discussion: "Waits for a run that writes the store meanwhile.")

        @OptionGroup var store: StoreOptions
        @Argument(help: "The key's name.")
        var name: String

        func run() throws {
            try waitingForRuns { try revoke() }
        }

        private func revoke() throws {
            let keys = try store.openForReading()
            guard var row = try keys.read({ try $0.apiKeys() }).first(where: { $0.name == name })
            else { throw CommandFault(.usage, "no key is called so") }
            row.revokedAt = row.revokedAt ?? now()
            let ended = row
            try keys.ledger { try $0.put(key: ended) }
        }
    }
}

/// Retries every 0.2 s while another run has locked the store, with one message on standard error.
/// Ctrl-C ends the wait.
private func waitingForRuns(_ body: () throws -> Void) throws {
    var isTold = false
    while true {
        do {
            return try body()
        } catch StoreFault.locked {
            if !isTold {
                Terminal.writeError(
                    "afterword: a run writes the store; this waits until it has ended")
            }
            isTold = true
            Thread.sleep(forTimeInterval: 0.2)
        }
    }
}
