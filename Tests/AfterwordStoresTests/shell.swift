import Foundation
import Testing

/// Files that tests begin with.
let fixtures = "Tests/AfterwordStoresTests/Fixtures"

/// Runs a line of shell; its output, where it ended well.
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

struct ShellFault: Error {
    var command: String
    var code: Int32
}
