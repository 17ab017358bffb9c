import AfterwordCore
import AfterwordPipeline
import Foundation
import Testing

/// What `init` says of a dump, and the lines of `config crontab`.
@Suite struct LookTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("A dump of a built-in shape needs no setting")
    func builtIn() throws {
        try folder.write(
            "dump/2026-03-02/a.json", Array(Fixture.array(Fixture.reviews("P", 3)).utf8))
        try folder.write(
            "dump/2026-03-09/a.json", Array(Fixture.array(Fixture.reviews("P", 4)).utf8))
        let look = try lookAtDump(folder.path + "/dump")
        #expect(look.settings.isEmpty)
        #expect(look.remarks.count == 2, "\(look.remarks)")
        #expect(look.remarks[0].hasSuffix("a series of 2 dumps, 2 files."))
        #expect(look.remarks[1].contains("which is built in"))
    }

    @Test("A dump of another shape, and one without a date, are told what to do")
    func other() throws {
        try folder.write(
            "odd.jsonl",
            Array(
                (1...5).map { #"{"opinion": "It broke after \#($0) days", "stars": \#($0)}"# }
                    .joined(separator: "\n").utf8))
        let look = try lookAtDump(folder.path + "/odd.jsonl")
        #expect(look.settings == ["load.shapes": #"["shape.json"]"#], "\(look.remarks)")
        #expect(look.remarks.contains { $0.hasPrefix("No date in its name") })
        #expect(look.remarks.contains { $0.contains("shape detect") })
    }

    @Test("What holds no reviews has no shape, and what is not there is an error")
    func none() throws {
        try folder.write("x.jsonl", Array("{\"a\": 1}\n{\"a\": 2}".utf8))
        let look = try lookAtDump(folder.path + "/x.jsonl")
        #expect(look.remarks.contains { $0.hasPrefix("No shape fits: ") }, "\(look.remarks)")
        #expect(throws: InputFault.self) { try lookAtDump(folder.path + "/none") }
    }

    @Test("A schedule is a line of a crontab, in the folder of its file")
    func crontab() throws {
        let file = try SettingsFile(
            parsing: Array(
                """
                [[schedule]]
                name = "weekly"
                cron = "0 6 * * 1"
                command = "run dumps --dump 100%"
                """.utf8))
        #expect(
            file.schedules[0]
                .crontabLine(program: "/o/afterword", folder: "/a b", file: "afterword.toml")
                == #"0 6 * * 1 cd '/a b' && '/o/afterword' run dumps --dump 100\%"#)
        #expect(
            file.schedules[0].crontabLine(program: "/o p/x", folder: "/a", file: "my 1%.toml")
                == #"0 6 * * 1 cd '/a' && AFTERWORD_CONFIG='my 1\%.toml' '/o p/x' run dumps "#
                + #"--dump 100\%"#)
    }
}
