import AfterwordPipeline
import ArgumentParser
import Foundation

/// Where to write test results for people: the summary of a job, and annotations.
struct SummaryOptions: ParsableArguments {
    @Option(
        name: .customLong("summary"),
        help: """
            Write the results as Markdown to this file, or s3://BUCKET/NAME; appended where it \
            is GITHUB_STEP_SUMMARY. \
            With GITHUB_ACTIONS set what failed is annotated too, on standard error.
            """)
    var path: String?

    /// Writes the summary, if a path is given, and annotations in a workflow of GitHub's.
    func write(_ report: JUnitReport) throws {
        let settings = Settings.current
        if settings.isGitHub {
            for line in report.annotations { Terminal.writeError(line) }
        }
        guard let path else { return }
        var text = report.markdown
        if path == settings.stepSummary,
            let written = FileManager.default.contents(atPath: path), !written.isEmpty
        {
            text = String(decoding: written, as: UTF8.self) + "\n" + text
        }
        try writeOutput(text, to: path, mode: openMode(), type: markdownType)
    }
}
