import AfterwordPipeline
import ArgumentParser
import Foundation

/// Where test results go.
struct JUnitOptions: ParsableArguments {
    @Option(name: .customLong("junit"), help: "Write the results as JUnit XML to this file.")
    var path: String?

    @Flag(
        name: .customLong("junit-strict"),
        help: "Only what the strict XSD of Jenkins' xunit plugin allows: no file and line.")
    var isStrict = false

    /// Written beside and renamed, so that a crash leaves no half of a file.
    func write(_ report: JUnitReport) throws {
        guard let path else { return }
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        // Where it cannot be made the file cannot be written either, which says why.
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // Others read it than who ran the tests: it is as open as any file this user makes.
        let xml = report.xml(isStrict ? .strict : .usual)
        try writeOutput(xml, to: path, mode: openMode())
    }
}
