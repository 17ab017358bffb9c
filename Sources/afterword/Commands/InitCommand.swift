import AfterwordCore
import AfterwordPipeline
import ArgumentParser
import Foundation

/// `init`: writes a settings file.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write afterword.toml, with comments, after a look at a dump.",
        discussion: """
            The file holds every setting as a comment, and what the dump suggests. A file that is \
            there is not replaced. Nothing is loaded.
            """)

    @Argument(help: "A dump to look at.")
    var dump: String?
    @Option(help: "The file to write; - is standard output.")
    var output = "afterword.toml"

    func run() throws {
        let look = try dump.map { try lookAtDump($0, dumps: openInput($0)) } ?? DumpLook()
        let text = settingsTemplate(values: look.settings, remarks: look.remarks)
        guard output == "-" || !FileManager.default.fileExists(atPath: output) else {
            throw CommandFault(
                .usage, "\(output) is there already; another name: --output FILE, or - to print")
        }
        try writeOutput(text, to: output)
        guard output != "-" else { return }
        for remark in look.remarks { print(printable(remark)) }
        print("Wrote \(printable(output)). See what is in force: afterword config show")
    }
}
