import AfterwordPipeline
import ArgumentParser
import Foundation

/// `junit`: converts unit test results to JUnit XML.
struct JUnitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "junit",
        abstract: "Turn the event stream of 'swift test' into JUnit XML.",
        discussion: """
            The stream is what 'swift test --event-stream-output-path FILE --event-stream-version \
            0' writes; give one for each process that ran a part of the tests. Each argument of a \
            parameterised test is a case of its own; a test that began and never ended is an \
            error. Exits 1 when anything failed.
            """)

    @Argument(help: "The event streams.")
    var events: [String]
    @OptionGroup var junit: JUnitOptions
    @OptionGroup var summary: SummaryOptions
    @Option(help: "The name of the whole.")
    var name = "unit tests"
    @Option(help: "How 'swift test' ended.")
    var exitCode = 0

    func run() throws {
        try requireWritableObject(junit.path)
        try requireWritableObject(summary.path)
        // A missing file is an empty stream: the test run never started.
        let streams = events.map { path in
            FileManager.default.contents(atPath: path).map(Array.init) ?? []
        }
        let report = reportTestEvents(
            streams, named: name, root: FileManager.default.currentDirectoryPath,
            exitCode: exitCode)
        try junit.write(report)
        try summary.write(report)
        if junit.path == nil {
            print(report.xml(junit.isStrict ? .strict : .usual), terminator: "")
        }
        if report.isRed { throw ExitCode(Failure.Code.check.rawValue) }
    }
}
