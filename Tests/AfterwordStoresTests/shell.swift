import Foundation
import Testing

/// The folder of files used by tests.
let fixtures = "Tests/AfterwordStoresTests/Fixtures"

/// Runs a shell command and returns its standard output.
///
/// - Throws: `ShellFault` where the command fails.
@discardableResult
func shell(_ command: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", command]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
        throw ShellFault(command: command, code: process.terminationStatus)
    }
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
}

/// A shell command that ended with an exit code other than 0.
struct ShellFault: Error {
    var command: String
    var code: Int32
}
