import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// `copy`: copies all of a store's history to an empty store.
struct CopyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Copy all history from one store to an empty one, either way.",
        discussion: """
            From SQLite to Postgres or back: the past comes along, and every digest is the same. The
            copy is one transaction and is audited at the end.
            """)

    @Option(help: "The store to copy: a SQLite file or a postgres:// URL.")
    var from: String
    @Option(help: "The empty store to copy to.")
    var to: String
    @OptionGroup var output: OutputOptions

    func run() throws {
        let source = try StoreLocation(path: from).openForReading()
        let target = try StoreLocation(path: to).openForWriting()
        let bar = ProgressBar(isQuiet: output.json)
        defer { bar.finish() }
        let runs = try copyStore(from: source, to: target) { done, count in
            bar.show(.writing(products: done, of: count))
        }
        bar.finish()
        guard !output.json else { return Terminal.write(json: runs.map(\.answer)) }
        let digest = runs.last.map { ", history \($0.historyDigest)" } ?? ""
        print("Copied \(several(runs.count, "run"))\(digest)")
    }
}
