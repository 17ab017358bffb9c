import AfterwordCore

extension JUnitReport {
    /// Number of failed cases that a summary and annotations name; the JUnit file has all.
    package static let shownFailures = 50
    /// The most lines of a failure's text in a summary.
    static let shownLines = 20

    /// The results in Markdown, as the summary of a job: a line of counts, then what failed, each
    /// with where it is and what differs. Texts are shown as they are, never as markup.
    package var markdown: String {
        let failed = cases.filter { $0.failure != nil }
        let skipped = cases.count { if case .skipped = $0.outcome { true } else { false } }
        var text = "## \(failed.isEmpty ? "✅" : "❌") \(Self.inline(name))\n\n"
        text += "| passed | failed | skipped |\n| ---: | ---: | ---: |\n"
        text += "| \(cases.count - failed.count - skipped) | \(failed.count) | \(skipped) |\n"
        for one in failed.prefix(Self.shownFailures) {
            guard let failure = one.failure else { continue }
            let place = one.place.map { " (\(Self.inline("\($0.path):\($0.line)")))" } ?? ""
            text += "\n### \(Self.inline("\(one.className) \(one.name)"))\(place)\n\n"
            text += Self.inline(failure.message) + "\n"
            text += Self.block(failure.text)
        }
        if failed.count > Self.shownFailures {
            text += "\n… and \(failed.count - Self.shownFailures) more that failed\n"
        }
        return text
    }

    /// GitHub's workflow commands for what failed, a line each: they stand beside the lines of the
    /// files in a pull request.
    package var annotations: [String] {
        cases.compactMap { one in
            guard let failure = one.failure else { return nil }
            let place = one.place.map {
                "file=\(Self.property($0.path)),line=\($0.line),"
            }
            let title = Self.property("\(one.className) \(one.name)")
            return "::error \(place ?? "")title=\(title)::\(Self.data(failure.message))"
        }.prefix(Self.shownFailures).map { $0 }
    }

    /// A text in one line as code, with a fence longer than any run of backticks in it.
    private static func inline(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        let ticks = fence(around: line, fewest: 1)
        let pad = line.hasPrefix("`") || line.hasSuffix("`") || line.isEmpty ? " " : ""
        return ticks + pad + line + pad + ticks
    }

    /// The first lines of a text as a block of code.
    private static func block(_ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard !text.isEmpty else { return "" }
        var shown = lines.prefix(shownLines).joined(separator: "\n")
        if lines.count > shownLines { shown += "\n… \(lines.count - shownLines) more lines" }
        let ticks = fence(around: shown, fewest: 3)
        return "\n\(ticks)\n\(shown)\n\(ticks)\n"
    }

    private static func fence(around text: String, fewest: Int) -> String {
        var longest = 0
        var run = 0
        for character in text {
            run = character == "`" ? run + 1 : 0
            longest = max(longest, run)
        }
        return String(repeating: "`", count: max(fewest, longest + 1))
    }

    /// The message of a workflow command.
    private static func data(_ text: String) -> String {
        text.replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
    }

    /// The value of a property of a workflow command.
    private static func property(_ text: String) -> String {
        data(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
    }
}

extension JUnitReport.Case {
    /// Why the case failed; nil where it passed or was skipped.
    fileprivate var failure: (message: String, text: String)? {
        switch outcome {
        case .passed, .skipped: nil
        case .failed(let message, _, let text), .errored(let message, _, let text):
            (message, text)
        }
    }
}
