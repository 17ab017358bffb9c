import AfterwordCore
import AfterwordPipeline
import ArgumentParser
import Foundation

/// `config`: shows the settings in force.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "The settings in force, and where each comes from.",
        discussion: """
            Settings are read from afterword.toml in the current folder, or from the file that \
            AFTERWORD_CONFIG names. A variable of the environment wins over the file, and an \
            option of a command over both. 'afterword init' writes such a file.
            """,
        subcommands: [ConfigShowCommand.self, ConfigCrontabCommand.self],
        defaultSubcommand: ConfigShowCommand.self)
}

/// `config show`, which runs whatever is wrong with the settings, and shows it.
struct ConfigShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Each setting, its value and where it comes from; secrets are never shown.")

    @OptionGroup var output: OutputOptions

    func run() throws {
        let settings = Settings.current
        if output.json {
            Terminal.write(
                json: settings.resolved.entries.map { entry in
                    .row([
                        "setting": .string(entry.key.name), "value": .string(entry.shown),
                        "from": .string(entry.origin.word),
                        "place": .string(entry.origin.place),
                        "variable": .string(entry.key.variable),
                        "option": JSONValue(entry.key.option),
                    ])
                }
                    + settings.recipients.map { recipient in
                        .row([
                            "setting": .string("recipient.\(recipient.name)"),
                            "value": .string(recipient.shown), "from": .string("file"),
                            "place": .string(settings.place(of: recipient)), "variable": .null,
                            "option": .null,
                        ])
                    })
        } else {
            var table = Table(["setting": .left, "value": .left, "from": .left])
            for entry in settings.resolved.entries {
                let shown = entry.shown.isEmpty ? "–" : printable(entry.shown)
                let place = entry.origin.place
                table.add([
                    entry.key.name, shown, place.isEmpty ? "default" : printable(place),
                ])
            }
            for recipient in settings.recipients {
                table.add([
                    printable("recipient.\(recipient.name)"), printable(recipient.shown),
                    printable(settings.place(of: recipient)),
                ])
            }
            table.show()
        }
        guard settings.faults.isEmpty else {
            throw CommandFault(.usage, settings.faults.joined(separator: "\nafterword: "))
        }
    }
}

/// `config crontab`.
struct ConfigCrontabCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "crontab",
        abstract: "The schedules of the settings file as lines of a crontab.")

    func run() throws {
        guard let file = Settings.current.file, !file.content.schedules.isEmpty else {
            throw CommandFault(.usage, "no settings file has a [[schedule]]")
        }
        let path = URL(fileURLWithPath: file.path)
        let folder = path.deletingLastPathComponent().path
        let program = Self.program
        for schedule in file.content.schedules {
            print("# " + printable(schedule.name))
            print(
                schedule.crontabLine(
                    program: program, folder: folder, file: path.lastPathComponent))
        }
    }

    /// The path by which this program was started, links and all: an upgrade moves what they lead
    /// to. Its name alone where the PATH has it no more.
    private static var program: String {
        let started = CommandLine.arguments[0]
        if started.contains("/") { return URL(fileURLWithPath: started).standardized.path }
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.map { "\($0)/\(started)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) } ?? started
    }
}

extension Settings {
    fileprivate var recipients: [RecipientSetting] { file?.content.recipients ?? [] }

    fileprivate func place(of recipient: RecipientSetting) -> String {
        "\(file?.path ?? ""):\(recipient.line)"
    }
}

extension RecipientSetting {
    /// What it gets and how, without its address.
    fileprivate var shown: String { "\(content.rawValue) of \(scope) by \(channel.word)" }
}
