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
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true)
            try report.xml(isStrict ? .strict : .usual)
                .write(toFile: path, atomically: true, encoding: .utf8)
        } catch {
            throw CommandFault(.usage, "cannot write \(path)")
        }
    }
}
