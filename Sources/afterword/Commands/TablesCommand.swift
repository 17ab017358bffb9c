import AfterwordStores
import ArgumentParser

/// `tables`: what the views for analysts hold.
struct TablesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tables",
        abstract: "Describe the views for analysts, column by column (docs/tables.md).")

    func run() throws { print(reportDocumentation(), terminator: "") }
}
