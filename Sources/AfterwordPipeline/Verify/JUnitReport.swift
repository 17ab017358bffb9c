import AfterwordCore

/// Test results as JUnit XML.
///
/// `verify` and the unit tests both use this writer. Counts equal the number of elements, names are
/// unique, times have three decimals, the text of a failure begins with `path:line`, all characters
/// are valid in XML 1.0, and cases are sorted by name.
package struct JUnitReport: Sendable {
    /// A line of a source or golden file.
    package struct Place: Equatable, Sendable {
        package var path: String
        package var line: Int

        package init(path: String, line: Int) {
            self.path = path
            self.line = line
        }
    }

    /// The result of a case.
    package enum Outcome: Equatable, Sendable {
        case passed
        /// The result is not the expected one.
        case failed(message: String, type: String, text: String)
        /// There is no result: a crash, or an invalid case.
        case errored(message: String, type: String, text: String)
        case skipped(message: String)
    }

    /// One test case.
    package struct Case: Equatable, Sendable {
        package var className: String
        package var name: String
        package var seconds: Double
        package var place: Place?
        package var outcome: Outcome
        /// Remarks such as known issues.
        package var output: String

        package init(
            className: String, name: String, seconds: Double = 0, place: Place? = nil,
            outcome: Outcome = .passed, output: String = ""
        ) {
            self.className = className
            self.name = name
            self.seconds = seconds
            self.place = place
            self.outcome = outcome
            self.output = output
        }
    }

    /// The variant of JUnit XML.
    package enum Dialect: Sendable {
        /// With `file` and `line`, which GitLab and GitHub reporters show.
        case usual
        /// Only what the XSD of Jenkins' xunit plugin allows.
        case strict
    }

    package var name: String
    package var cases: [Case]

    package init(name: String, cases: [Case]) {
        self.name = name
        self.cases = cases
    }

    package var isRed: Bool {
        cases.contains { $0.outcome.kind == "failure" || $0.outcome.kind == "error" }
    }

    /// The XML, with one suite per class.
    package func xml(_ dialect: Dialect = .usual) -> String {
        let cases = unique.sorted {
            (Text($0.className), Text($0.name)) < (Text($1.className), Text($1.name))
        }
        var writer = XMLWriter()
        writer.open("testsuites", [("name", name)] + Self.counts(cases, dialect, isRoot: true))
        var start = 0
        while start < cases.count {
            let className = cases[start].className
            let end = cases[start...].firstIndex { $0.className != className } ?? cases.count
            let own = Array(cases[start..<end])
            writer.open(
                "testsuite", [("name", className)] + Self.counts(own, dialect, isRoot: false))
            for one in own { Self.write(one, dialect, to: &writer) }
            writer.close("testsuite")
            start = end
        }
        writer.close("testsuites")
        return writer.text
    }

    /// The cases with unique names: repeated names get ` (2)` and so on.
    private var unique: [Case] {
        var seen: [String: Int] = [:]
        return cases.map { one in
            var one = one
            if one.name.isEmpty { one.name = "unnamed" }
            if one.className.isEmpty { one.className = "unnamed" }
            var name = one.name
            while let count = seen["\(one.className)\n\(name)"] {
                seen["\(one.className)\n\(name)"] = count + 1
                name = "\(one.name) (\(count + 1))"
            }
            seen["\(one.className)\n\(name)"] = 1
            one.name = name
            return one
        }
    }

    private static func counts(
        _ cases: [Case], _ dialect: Dialect, isRoot: Bool
    ) -> [(String, String)] {
        func count(_ kind: String) -> String { String(cases.count { $0.outcome.kind == kind }) }
        var counts = [
            ("tests", String(cases.count)), ("failures", count("failure")),
            ("errors", count("error")),
        ]
        if !isRoot || dialect == .usual { counts.append(("skipped", count("skipped"))) }
        counts.append(("time", thousandths(cases.reduce(0) { $0 + $1.seconds })))
        return counts
    }

    private static func thousandths(_ seconds: Double) -> String {
        let number = Int64((max(0, seconds) * 1000).rounded())
        return "\(number / 1000).\(padded(Int(number % 1000), 3))"
    }

    private static func write(_ one: Case, _ dialect: Dialect, to writer: inout XMLWriter) {
        var attributes = [
            ("classname", one.className), ("name", one.name), ("time", thousandths(one.seconds)),
        ]
        if dialect == .usual, let place = one.place {
            attributes += [("file", place.path), ("line", String(place.line))]
        }
        writer.open("testcase", attributes)
        let place = one.place.map { "\($0.path):\($0.line)" } ?? "\(one.className):1"
        switch one.outcome {
        case .passed: break
        case .failed(let message, let type, let text), .errored(let message, let type, let text):
            writer.element(
                one.outcome.kind, [("message", message), ("type", type)], "\(place)\n\(text)")
        case .skipped(let message):
            writer.element("skipped", [("message", message), ("type", "skipped")], place)
        }
        if !one.output.isEmpty { writer.element("system-out", [], one.output) }
        writer.close("testcase")
    }
}

extension JUnitReport.Outcome {
    fileprivate var kind: String {
        switch self {
        case .passed: "passed"
        case .failed: "failure"
        case .errored: "error"
        case .skipped: "skipped"
        }
    }
}

/// Writes elements and text, escaping reserved characters and replacing invalid ones by U+FFFD.
private struct XMLWriter {
    private(set) var text = #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n"
    private var depth = 0

    mutating func open(_ name: String, _ attributes: [(String, String)]) {
        text += String(repeating: "  ", count: depth) + start(name, attributes) + "\n"
        depth += 1
    }

    mutating func close(_ name: String) {
        depth -= 1
        text += String(repeating: "  ", count: depth) + "</\(name)>\n"
    }

    mutating func element(_ name: String, _ attributes: [(String, String)], _ content: String) {
        let indent = String(repeating: "  ", count: depth)
        text += indent + start(name, attributes) + escaped(content) + "</\(name)>\n"
    }

    private func start(_ name: String, _ attributes: [(String, String)]) -> String {
        let written = attributes.map { " \($0.0)=\"\(escaped($0.1, inAttribute: true))\"" }
        return "<\(name)\(written.joined())>"
    }

    private func escaped(_ content: String, inAttribute: Bool = false) -> String {
        var escaped = ""
        for scalar in content.unicodeScalars {
            switch scalar.value {
            case 0x26: escaped += "&amp;"
            case 0x3C: escaped += "&lt;"
            case 0x3E: escaped += "&gt;"
            case 0x22 where inAttribute: escaped += "&quot;"
            case 0x09 where inAttribute: escaped += "&#9;"
            case 0x0A where inAttribute: escaped += "&#10;"
            case 0x0D: escaped += "&#13;"
            case 0x00...0x08, 0x0B, 0x0C, 0x0E...0x1F, 0xFFFE, 0xFFFF: escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
