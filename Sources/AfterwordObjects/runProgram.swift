import Foundation

/// How a program ended, and what it wrote to its standard output.
package struct ProgramOutput: Sendable {
    package var status: Int32
    package var output: [UInt8]
    /// The last line of its errors.
    package var lastError: String

    package init(status: Int32, output: [UInt8], lastError: String = "") {
        self.status = status
        self.output = output
        self.lastError = lastError
    }
}

/// There is no program of this name.
package struct NoSuchProgram: Error {
    package init() {}
}

/// Runs a program, found by the `PATH` of its environment, and waits for its end, at most a minute.
///
/// - Throws: `NoSuchProgram`; what the system says where it cannot be started.
package func runProgram(
    _ command: [String], environment: [String: String]
) throws -> ProgramOutput {
    let folders = (environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
    guard let name = command.first,
        let path = folders.map({ "\($0)/\(name)" })
            .first(where: FileManager.default.isExecutableFile(atPath:))
    else { throw NoSuchProgram() }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = Array(command.dropFirst())
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let end = DispatchWorkItem { process.terminate() }
    DispatchQueue.global().asyncAfter(deadline: .now() + 60, execute: end)
    // What a program says of its failure is short, so that its pipe does not fill.
    let written = output.fileHandleForReading.readDataToEndOfFile()
    let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    end.cancel()
    let lines = said.split { $0.isNewline }.map { $0.trimmingCharacters(in: .whitespaces) }
    return ProgramOutput(
        status: process.terminationStatus, output: Array(written),
        lastError: lines.last { !$0.isEmpty } ?? "")
}
