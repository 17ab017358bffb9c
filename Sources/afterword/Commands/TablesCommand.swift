import AfterwordStores
import ArgumentParser

/// `tables`: prints the documentation of the report views.
struct TablesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tables",
        abstract: "Describe the views for analysts, column by column (docs/tables.md).")

    func run() throws { print(reportDocumentation(), terminator: "") }
}
