import AfterwordCore
import Foundation

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Another program that writes Parquet, and publishes what was written (`lake/`).
///
/// It reads orders from its standard input, each a line of JSON, and answers each with a line. The
/// order to write a file is followed by the rows, as an Arrow stream, which ends itself. One
/// program writes all files of an export: it starts once.
package final class ParquetProgram: TableEncoder {
    private let process = Process()
    private let (orders, answers) = (Pipe(), Pipe())
    private var answered: [UInt8] = []
    private var writer: ArrowWriter?
    private let patience: Duration
    /// Whether the user ends what is under way: asked while the program does not answer.
    package var isInterrupted: @Sendable () -> Bool = { false }

    /// Milliseconds between two such questions.
    private static let pause: Int32 = 100

    /// Starts the program.
    ///
    /// - Parameters:
    ///   - command: Its name, looked for in the folders of `PATH`, or its path; then its arguments.
    ///   - environment: Its variables; those of this program where it is nil.
    ///   - patience: How long it may go on when nothing is asked of it any more.
    /// - Throws: `ExportFault.writerFailed`.
    package init(
        _ command: [String], environment: [String: String]? = nil,
        patience: Duration = .seconds(10)
    ) throws {
        self.patience = patience
        // A program that ends is found by what it answers.
        signal(SIGPIPE, SIG_IGN)
        guard let name = command.first, let path = Self.path(of: name) else {
            throw ExportFault.writerFailed(
                "there is no program \(command.first ?? "") (docs/lake.md says how to get it)")
        }
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = Array(command.dropFirst())
        if let environment { process.environment = environment }
        process.standardInput = orders
        process.standardOutput = answers
        do { try process.run() } catch {
            throw ExportFault.writerFailed("\(path) cannot be started")
        }
        try? orders.fileHandleForReading.close()
        try? answers.fileHandleForWriting.close()
    }

    deinit {
        try? orders.fileHandleForWriting.close()
        waitForEnd()
    }

    /// Waits for the program's end, and ends it where it goes on for too long.
    private func waitForEnd() {
        let end = ContinuousClock.now + patience
        while process.isRunning, ContinuousClock.now < end { usleep(5_000) }
        // It may have been started with SIGTERM ignored.
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }

    private static func path(of name: String) -> String? {
        if name.contains("/") {
            return FileManager.default.isExecutableFile(atPath: name) ? name : nil
        }
        let folders = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        return folders.split(separator: ":").map { "\($0)/\(name)" }
            .first(where: FileManager.default.isExecutableFile(atPath:))
    }

    func begin(_ table: RunTable, at path: String) throws {
        try send([
            "write": .string(path), "table": .string(table.name),
            "sorted_by": JSONValue(table.fields.first?.name),
        ])
        var writer = ArrowWriter(table.fields)
        try send(writer.begin())
        self.writer = writer
    }

    func add(_ batch: ArrowBatch) throws {
        guard let bytes = writer?.encode(batch) else {
            preconditionFailure("rows are added to a file that was begun")
        }
        try send(bytes)
    }

    func end() throws {
        try send(writer?.end() ?? [])
        writer = nil
        _ = try answer()
    }

    /// Commits the runs of an export to the Delta tables beside its files.
    ///
    /// - Parameter target: The folder, or the address of an object storage.
    /// - Returns: Commits that were made.
    /// - Throws: `ExportFault.commitFailed`; `.commitRefused` where a repeat fails again;
    ///   `StoreFault.interrupted`.
    package func publish(_ target: String) throws -> Int64 {
        do {
            try send(["publish": .string(target)])
            return try answer()["commits"]?.integer ?? 0
        } catch ExportFault.writerFailed(let reason) {
            throw ExportFault.commitFailed(reason)
        }
    }

    private func send(_ order: KeyValuePairs<String, JSONValue>) throws {
        try send(Array((JSONValue.row(order).canonical + "\n").utf8))
    }

    private func send(_ bytes: [UInt8]) throws {
        let number = writeAll(bytes, to: orders.fileHandleForWriting.fileDescriptor)
        guard number != 0 else { return }
        // The program has ended: its last answer says why.
        _ = try answer()
        throw ExportFault.writerFailed(systemReason(number))
    }

    /// The next line that the program writes.
    ///
    /// - Throws: `ExportFault.writerFailed`, `.commitRefused`; `StoreFault.interrupted`.
    private func answer() throws -> JSONValue {
        while !answered.contains(UInt8(ascii: "\n")) {
            guard try waitForAnswer() else { continue }
            let more = answers.fileHandleForReading.availableData
            guard !more.isEmpty else {
                waitForEnd()
                throw ExportFault.writerFailed(
                    "the program ended with status \(process.terminationStatus)")
            }
            answered += Array(more)
        }
        let line = Array(answered.prefix { $0 != UInt8(ascii: "\n") })
        answered.removeFirst(line.count + 1)
        guard let value = try? JSONValue(parsing: line) else {
            throw ExportFault.writerFailed("the program does not answer as it should")
        }
        if let reason = value["error"]?.text {
            guard value["refused"] != .bool(true) else { throw ExportFault.commitRefused(reason) }
            throw ExportFault.writerFailed(reason)
        }
        return value
    }

    /// Waits a moment for something to read.
    ///
    /// - Returns: Whether there is something.
    /// - Throws: `StoreFault.interrupted`.
    private func waitForAnswer() throws -> Bool {
        let descriptor = answers.fileHandleForReading.fileDescriptor
        var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        if poll(&ready, 1, Self.pause) > 0 { return true }
        // Thrown to who lets this object go: the program ends with the pipe of its orders.
        guard !isInterrupted() else { throw StoreFault.interrupted }
        return false
    }
}
