import Foundation

/// The built program, run as a user runs it.
struct Program {
    /// The outcome of a finished program.
    struct Result {
        var code: Int32
        var output: String
        var errors: String
    }

    /// The path of the built program: in the folder of this test bundle or in one above it.
    static let path: String = {
        var folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        while folder.path != "/" {
            let candidate = folder.appendingPathComponent("afterword").path
            if FileManager.default.isExecutableFile(atPath: candidate),
                !isFolder(candidate)
            {
                return candidate
            }
            folder = folder.deletingLastPathComponent()
        }
        return "afterword"
    }()

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            && isFolder.boolValue
    }

    /// Runs a bash script in which `afterword` is the program.
    static func shell(
        _ script: String, in folder: String, environment: [String: String] = [:]
    ) throws -> Result {
        try run(
            ["-c", "afterword() { \"$AFTERWORD\" \"$@\"; }\n" + script], in: folder,
            environment: environment.merging(["AFTERWORD": path]) { $1 }, program: "/bin/bash")
    }

    /// Runs the program and waits for its end, without environment variables that would change its
    /// behavior.
    ///
    /// - Parameter meanwhile: Called once the program has started.
    static func run(
        _ arguments: [String], in folder: String? = nil, environment: [String: String] = [:],
        program: String = path, meanwhile: (Running) throws -> Void = { _ in }
    ) throws -> Result {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        var own = ProcessInfo.processInfo.environment
        for name in [
            "CI", "AFTERWORD_STORE", "NO_COLOR", "OPENAI_API_KEY", "OPENAI_BASE_URL",
            "AFTERWORD_ALLOW_REAL_LLM", "AFTERWORD_BUDGET_DAY_USD", "AFTERWORD_BUDGET_MONTH_USD",
            "AFTERWORD_CONFIG", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY",
        ] { own[name] = nil }
        own["COLUMNS"] = "100"
        process.environment = own.merging(environment) { $1 }
        let output = Pipe()
        let errors = Pipe()
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let running = Running(process: process, pipe: errors)
        try meanwhile(running)
        let written = output.fileHandleForReading.readDataToEndOfFile()
        let complained = running.errors + errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Result(
            code: process.terminationStatus, output: String(decoding: written, as: UTF8.self),
            errors: String(decoding: complained, as: UTF8.self))
    }

    /// Runs the program on a thread of its own, so that servers in the test process can answer it.
    ///
    /// - Parameter meanwhile: Called on that thread once the program has started.
    static func runBeside(
        _ arguments: [String], in folder: String? = nil, environment: [String: String] = [:],
        meanwhile: @escaping @Sendable (Running) throws -> Void = { _ in }
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Swift.Result {
                        try run(
                            arguments, in: folder, environment: environment, meanwhile: meanwhile)
                    })
            }
        }
    }

    /// The program while it is running.
    final class Running {
        fileprivate let process: Process
        fileprivate let pipe: Pipe
        fileprivate var errors = Data()

        fileprivate init(process: Process, pipe: Pipe) {
            self.process = process
            self.pipe = pipe
        }

        var isRunning: Bool { process.isRunning }

        func interrupt() { process.interrupt() }

        /// Sends SIGTERM.
        func terminate() { process.terminate() }

        /// Returns when standard error contains `words`, or when the program has closed it.
        func waitForErrors(containing words: String) {
            while !String(decoding: errors, as: UTF8.self).contains(words) {
                let more = pipe.fileHandleForReading.availableData
                if more.isEmpty { return }
                errors += more
            }
        }
    }
}

/// A folder for one test, removed when the object is released.
final class TemporaryFolder {
    let url: URL
    var path: String { url.path }

    init() throws {
        url = FileManager.default.temporaryDirectory
            .appendingPathComponent("afterword-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func write(_ name: String, _ text: String) throws {
        let file = url.appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }
}
