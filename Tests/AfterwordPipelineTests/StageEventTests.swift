import AfterwordCore
import AfterwordPipeline
import Foundation
import Synchronization
import Testing

/// The events of stages, and the exit codes in them.
@Suite struct StageEventTests {
    private struct Refused: Error {}

    private static let failure = StageEvent.Failure(
        status: .locked, message: "another run holds the store", isRetryable: true)

    private func events(_ path: String) throws -> [JSONValue] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
            .map { try JSONValue(parsing: Array($0.utf8)) }
    }

    @Test("A stage is begun, has progress once a percent, and is done with its run")
    func done() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/events.jsonl"
        let instant = Instant(microseconds: 1_000_000)
        let log = try EventLog(path) { instant }
        let run: Int64 = try log.during(
            .load, "dump", explain: { _ in nil }, run: { $0 },
            {
                for done in 0...1_000 {
                    log.progress(
                        of: .load, "dump", .init(done: Int64(done), total: 1_000, unit: "bytes"))
                }
                log.progress(of: .load, "dump", .init(done: 0, total: 0, unit: "products"))
                return 7
            })
        #expect(run == 7)
        let lines = try events(path)
        #expect(lines.count == 1 + 101 + 1 + 1)
        #expect(lines.allSatisfy { $0.members?.count == 13 })
        #expect(lines.allSatisfy { $0["event_version"] == .number("1") })
        #expect(lines.first?["event"]?.text == "begun")
        #expect(lines.first?["at_us"] == .number("1000000"))
        #expect(lines[1]["done"] == .number("0") && lines[1]["unit"]?.text == "bytes")
        #expect(lines.last?["event"]?.text == "done" && lines.last?["run"] == .number("7"))
        #expect(lines.last?["subject"]?.text == "dump" && lines.last?["done"] == .null)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
        #expect(mode as? Int == 0o600)
    }

    @Test("A stage that fails says its exit code, why, and whether a repeat may succeed")
    func failed() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/events.jsonl"
        let log = try EventLog(path) { Instant(microseconds: 0) }
        #expect(throws: Refused.self) {
            try log.during(.load, "d", explain: { _ in Self.failure }) { throw Refused() }
        }
        let lines = try events(path)
        #expect(lines.map { $0["event"]?.text } == ["begun", "failed"])
        #expect(lines[1]["exit_code"] == .number("7") && lines[1]["is_retryable"] == .bool(true))
        #expect(lines[1]["message"]?.text == "another run holds the store")
    }

    @Test("Work that waits has the same events; a command that did its work is done")
    func waiting() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/events.jsonl"
        let log = try EventLog(path) { Instant(microseconds: 0) }
        do {
            try await log.during(.insights, explain: { _ in nil }) {
                await Task.yield()
                throw Refused()
            }
            Issue.record("the error is kept")
        } catch is Refused {}
        try await log.during(.report, explain: { _ in nil }) { await Task.yield() }
        #expect(
            try events(path).map { $0["event"]?.text } == ["begun", "done", "begun", "done"])
    }

    @Test("Several commands append to one file, and a descriptor takes events too")
    func appended() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/events.jsonl"
        for stage in Stage.allCases {
            try EventLog(path) { Instant(microseconds: 0) }.write(.begun, of: stage)
        }
        #expect(try events(path).map { $0["stage"]?.text } == Stage.allCases.map(\.rawValue))
        let pipe = Pipe()
        let name = "/dev/fd/\(pipe.fileHandleForWriting.fileDescriptor)"
        let printed = Atomic(0)
        // The log closes its own descriptor at its end: the pipe would not end before that.
        do {
            let log = try EventLog(
                name, now: { Instant(microseconds: 0) },
                beforeWriting: { printed.add(1, ordering: .relaxed) })
            log.write(.begun, of: .load)
        }
        #expect(printed.load(ordering: .relaxed) == 1)
        try pipe.fileHandleForWriting.close()
        #expect(try pipe.fileHandleForReading.readToEnd()?.last == UInt8(ascii: "\n"))
        #expect(throws: OutputFault.self) {
            try EventLog(folder.path + "/none/events.jsonl") { Instant(microseconds: 0) }
        }
    }

    @Test("A write that fails ends the events, is said once, and leaves the stage alone")
    func unwritable() throws {
        guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
        let log = try EventLog("/dev/full") { Instant(microseconds: 0) }
        #expect(log.takeFault() == nil)
        #expect(try log.during(.load, explain: { _ in nil }) { 1 } == 1)
        #expect(log.takeFault() == ENOSPC)
        #expect(log.takeFault() == nil)
    }

    @Test("docs/exit-codes.md has the exit codes and the members of an event")
    func documented() throws {
        let page = try String(contentsOfFile: "docs/exit-codes.md", encoding: .utf8)
        #expect(page.contains(ExitReason.table), "\(ExitReason.table)")
        let members = StageEvent.form.description.members.map { member in
            "| `\(member.name)` | \(member.comment) |\n"
        }.joined()
        #expect(page.contains(members), "\(members)")
        for stage in Stage.allCases { #expect(page.contains("| `\(stage.rawValue)` |")) }
    }

    @Test(
        "A store's failure has a code, and damage is not repeated",
        arguments: [
            (StoreFault.locked, ExitReason.locked, true), (.interrupted, .interrupted, true),
            (.diskFull, .store, true), (.unreachable("x"), .store, true),
            (.schemaNewer, .store, false), (.damaged("x"), .store, false),
        ])
    func store(fault: StoreFault, status: ExitReason, isRetryable: Bool) {
        #expect(fault.exitReason == status && fault.isRetryable == isRetryable)
    }
}
