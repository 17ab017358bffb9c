import AfterwordCore

/// Converts Swift Testing's event streams (`swift test --event-stream-output-path FILE
/// --event-stream-version 0`) into JUnit cases.
///
/// A test that began and never ended is an error, because the process crashed in it. Lines that are
/// not complete JSON are ignored.
///
/// - Parameters:
///   - streams: One for each process that ran a part of the tests.
///   - root: The prefix that is removed from paths.
///   - exitCode: The exit code of the test processes; a nonzero one without a failed test becomes
///     an error of its own.
package func reportTestEvents(
    _ streams: [[UInt8]], named name: String, root: String, exitCode: Int
) -> JUnitReport {
    var report = JUnitReport(name: name, cases: [])
    var haveEnded = true
    for stream in streams {
        var events = TestEvents(root: root)
        for line in stream.split(separator: UInt8(ascii: "\n")) {
            guard let value = try? JSONValue(parsing: Array(line)) else { continue }
            events.take(value)
        }
        report.cases += events.cases
        haveEnded = haveEnded && events.hasEnded
    }
    if !haveEnded || (exitCode != 0 && !report.isRed) {
        let what =
            haveEnded
            ? "no test failed, but the test process ended with \(exitCode)"
            : "the test process ended before its tests did"
        report.cases.append(
            JUnitReport.Case(
                className: name, name: "test process",
                outcome: .errored(message: what, type: "crash", text: what)))
    }
    return report
}

private struct TestEvents {
    private struct Test {
        var className: String
        var name: String
        var place: JUnitReport.Place
        var isParameterised: Bool
    }
    private struct Running {
        var started: Double
        var ended: Double?
        var failures: [(place: JUnitReport.Place?, text: String)] = []
        var remarks: [String] = []
        var skipped: String?
    }
    private struct Key: Hashable {
        var test: String
        var argument: String?
    }

    private let root: String
    private var tests: [String: Test] = [:]
    private var running: [Key: Running] = [:]
    private var names: [Key: String] = [:]
    private(set) var hasEnded = false

    init(root: String) { self.root = root.hasSuffix("/") ? root : root + "/" }

    mutating func take(_ line: JSONValue) {
        guard let payload = line["payload"] else { return }
        if line["kind"]?.text == "test" {
            note(payload)
        } else if line["kind"]?.text == "event" {
            happen(payload)
        }
    }

    private mutating func note(_ test: JSONValue) {
        guard test["kind"]?.text == "function", let id = test["id"]?.text,
            let name = test["name"]?.text
        else { return }
        // `Module.Suite/Inner/name()/File.swift:11:28`, or `Module.name()/File.swift:13:2`.
        var parts = id.split(separator: "/").dropLast().map(String.init)
        if parts.last == name { parts.removeLast() }
        var className = parts.joined(separator: ".")
        if className.hasSuffix("." + name) { className.removeLast(name.count + 1) }
        tests[id] = Test(
            className: className, name: test["displayName"]?.text ?? name,
            place: place(test["sourceLocation"]) ?? .init(path: className, line: 1),
            isParameterised: test["isParameterized"] == .bool(true))
    }

    private func place(_ location: JSONValue?) -> JUnitReport.Place? {
        guard let location, let line = location["line"]?.integer,
            let path = location["_filePath"]?.text ?? location["fileID"]?.text
        else { return nil }
        let short = path.hasPrefix(root) ? String(path.dropFirst(root.count)) : path
        return .init(path: short, line: Int(line))
    }

    private mutating func happen(_ event: JSONValue) {
        let kind = event["kind"]?.text ?? ""
        if kind == "runEnded" { hasEnded = true }
        guard let id = event["testID"]?.text, tests[id] != nil else { return }
        let argument = event["_testCase"]?["id"]?.text
        let isCase = tests[id]?.isParameterised == true && argument != nil
        let key = Key(test: id, argument: isCase ? argument : nil)
        let instant = event["instant"]?["absolute"]?.number ?? 0
        switch kind {
        case "testStarted", "testCaseStarted":
            guard running[key] == nil else { return }
            running[key] = Running(started: instant)
            if isCase { names[key] = event["_testCase"]?["displayName"]?.text ?? "" }
        case "testEnded", "testCaseEnded":
            // An unparameterized test ends only once, with `testEnded`.
            if kind == "testEnded" || isCase { running[key]?.ended = instant }
        case "testSkipped", "testCancelled":
            var state = running[key] ?? Running(started: instant)
            state.ended = instant
            state.skipped = text(event) ?? "skipped"
            running[key] = state
        case "issueRecorded":
            record(event, key, instant)
        default: break
        }
    }

    private func text(_ event: JSONValue) -> String? {
        let texts = event["messages"]?.elements?.compactMap { $0["text"]?.text } ?? []
        return texts.isEmpty ? nil : texts.joined(separator: "\n")
    }

    private mutating func record(_ event: JSONValue, _ key: Key, _ instant: Double) {
        let issue = event["issue"]
        let text = text(event) ?? "an issue"
        let isWarning =
            issue?["severity"]?.text == "warning" || issue?["_severity"]?.text == "warning"
        var state = running[key] ?? Running(started: instant)
        if issue?["isKnown"] == .bool(true) || isWarning {
            state.remarks.append("\(isWarning ? "warning" : "known issue"): \(text)")
        } else {
            state.failures.append((place(issue?["sourceLocation"]), text))
        }
        running[key] = state
    }

    var cases: [JUnitReport.Case] {
        let parameterised = Set(running.keys.filter { $0.argument != nil }.map(\.test))
        let ran = running.compactMap { key, state -> JUnitReport.Case? in
            guard let test = tests[key.test] else { return nil }
            // A parameterized test is reported by its cases; the test itself is reported only where
            // it failed outside them or never ended.
            let isWhole = key.argument == nil && parameterised.contains(key.test)
            if isWhole, state.failures.isEmpty, state.ended != nil { return nil }
            let name = test.name + (names[key].map { " [\($0)]" } ?? "")
            return JUnitReport.Case(
                className: test.className, name: name,
                seconds: (state.ended ?? state.started) - state.started,
                place: state.failures.first?.place ?? test.place, outcome: outcome(state),
                output: state.remarks.joined(separator: "\n"))
        }
        let started = Set(running.keys.map(\.test))
        let missed = tests.filter { !started.contains($0.key) }.map { _, test in
            JUnitReport.Case(
                className: test.className, name: test.name, place: test.place,
                outcome: .skipped(message: "not run: the test process ended before"))
        }
        return ran + missed
    }

    private func outcome(_ state: Running) -> JUnitReport.Outcome {
        if let first = state.failures.first {
            let texts = state.failures.map { failure in
                (failure.place.map { "\($0.path):\($0.line): " } ?? "") + failure.text
            }
            let message = first.text.split(separator: "\n").prefix(2).joined(separator: ": ")
            return .failed(
                message: String(message.prefix(300)), type: "issue",
                text: texts.joined(separator: "\n"))
        }
        if let skipped = state.skipped { return .skipped(message: skipped) }
        guard state.ended == nil else { return .passed }
        let what = "it began and never ended: the test process crashed"
        return .errored(message: what, type: "crash", text: what)
    }
}

extension JSONValue {
    fileprivate var number: Double? {
        guard case .number(let digits) = self else { return nil }
        return Double(digits)
    }
}
