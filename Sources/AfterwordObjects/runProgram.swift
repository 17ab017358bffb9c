import Foundation

/// How a program ended, and what it wrote to its standard output. Its errors are not kept: they may
/// hold secrets.
package struct ProgramOutput: Sendable {
    package var status: Int32
    package var output: [UInt8]

    package init(status: Int32, output: [UInt8]) {
        self.status = status
        self.output = output
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
    process.standardError = FileHandle.nullDevice
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let end = DispatchWorkItem { process.terminate() }
    DispatchQueue.global().asyncAfter(deadline: .now() + 60, execute: end)
    let written = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    end.cancel()
    return ProgramOutput(status: process.terminationStatus, output: Array(written))
}
