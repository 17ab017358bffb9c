import AfterwordObjects
import AfterwordPipeline
import ArgumentParser
import Foundation

/// Where to write test results.
struct JUnitOptions: ParsableArguments {
    @Option(
        name: .customLong("junit"),
        help: "Write the results as JUnit XML to this file, or s3://BUCKET/NAME.")
    var path: String?

    @Flag(
        name: .customLong("junit-strict"),
        help: "Only what the strict XSD of Jenkins' xunit plugin allows: no file and line.")
    var isStrict = false

    /// Writes the report, if a path is given. The file is written under another name and then
    /// renamed, so a crash leaves no partial file.
    func write(_ report: JUnitReport) throws {
        guard let path else { return }
        if !ObjectAddress.isMeant(by: path) {
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
            // If the folder cannot be created, writing the file fails too and reports why.
            try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        }
        // Other users (the CI server) read the file, so it gets the default mode of the user's
        // umask.
        let xml = report.xml(isStrict ? .strict : .usual)
        try writeOutput(xml, to: path, mode: openMode(), type: "application/xml")
    }
}
