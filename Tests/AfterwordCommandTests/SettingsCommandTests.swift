import Foundation
import Testing

/// afterword.toml as the program reads it: what wins over it, and what is wrong with it.
@Suite struct SettingsCommandTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(
            "dumps/2026-03-02/a.jsonl",
            (1...5).map { number in
                """
                {"CHILD_ASIN": "P\(number)", "CUSTOMER_REVIEW_RATING": \(number), \
                "CUSTOMER_REVIEW_TITLE": "T", "PRODUCT_BRAND": "B", \
                "CUSTOMER_REVIEW_DESCRIPTION": "The text of review number \(number)"}
                """
            }.joined(separator: "\n"))
    }

    private func run(
        _ arguments: String..., environment: [String: String] = [:]
    ) throws -> Program.Result {
        try Program.run(arguments, in: folder.path, environment: environment)
    }

    @Test("init looks at a dump and writes a file, which says where values come from")
    func begin() throws {
        let made = try run("init", "dumps")
        #expect(made.code == 0, "\(made.errors)")
        #expect(made.output.contains("which is built in"))
        let again = try run("init")
        #expect(again.code == 2 && again.errors.contains("is there already"))
        #expect(try run("init", "--output", "-").output.contains("# [[schedule]]"))
        #expect(try run("init", "none").code == 2)
        let shown = try run("config").output
        #expect(shown.contains("afterword.sqlite") && shown.contains("default"))
    }

    @Test("Options win over variables, and variables over the file")
    func order() throws {
        try folder.write(
            "afterword.toml",
            """
            store = "file.sqlite"
            load.seed = 7
            [[schedule]]
            name = "weekly"
            cron = "0 6 * * 1"
            command = "run dumps"
            """)
        #expect(try run("run", "dumps", "--quiet").code == 0)
        #expect(FileManager.default.fileExists(atPath: folder.path + "/file.sqlite"))
        #expect(try run("runs", "--json").output.contains(#""seed":"7""#))
        let variable = ["AFTERWORD_STORE": "variable.sqlite", "AFTERWORD_SEED": "8"]
        #expect(try run("run", "dumps", "--quiet", environment: variable).code == 0)
        #expect(
            try run("runs", "--json", environment: variable).output.contains(#""seed":"8""#))
        #expect(
            try run(
                "run", "dumps", "--quiet", "--store", "option.sqlite", "--seed", "9",
                environment: variable
            ).code == 0)
        #expect(try run("runs", "--json", "--store", "option.sqlite").output.contains(#""9""#))
        let lines = try run("config", "show", "--json", environment: variable).output
        #expect(
            lines.contains(
                #"{"from":"environment","option":"--seed","place":"AFTERWORD_SEED","#
                    + #""setting":"load.seed","value":"8","variable":"AFTERWORD_SEED"}"#))
        #expect(try run("config").output.contains("afterword.toml:2"))
        let crontab = try run("config", "crontab").output
        #expect(crontab.contains("# weekly\n0 6 * * 1 cd '"))
        #expect(crontab.hasSuffix("&& '\(Program.path)' run dumps\n"), "\(crontab)")
        try FileManager.default.copyItem(
            atPath: folder.path + "/afterword.toml", toPath: folder.path + "/other.toml")
        let other = try run("config", "crontab", environment: ["AFTERWORD_CONFIG": "other.toml"])
        #expect(other.output.contains("' && AFTERWORD_CONFIG='other.toml' '"), "\(other.output)")
        let elsewhere = ["AFTERWORD_CONFIG": ""]
        #expect(try run("config", environment: elsewhere).output.contains("afterword.sqlite"))
        #expect(try run("config", "crontab", environment: elsewhere).code == 2)
    }

    @Test("What is wrong with the file stops every command but the one that shows it")
    func faults() throws {
        try folder.write("afterword.toml", "load.seed = 1\nsecrets.openai_key = 'sk-hidden'\n")
        for command in [["products"], ["run", "dumps"], ["config", "show"]] {
            let refused = try Program.run(command, in: folder.path)
            #expect(refused.code == 2 && refused.errors.contains("afterword.toml:2: "))
            #expect(!refused.errors.contains("hidden") && !refused.output.contains("hidden"))
        }
        let missing = ["AFTERWORD_CONFIG": "none.toml"]
        let refused = try run("products", environment: missing)
        #expect(refused.code == 2 && refused.errors.contains("none.toml cannot be read"))
        try folder.write("afterword.toml", "store = { env = 'DATABASE' }")
        let shown = try run("config", environment: ["DATABASE": "postgres://a:hidden@h/d"])
        #expect(shown.code == 0 && shown.output.contains("set, with a password"))
        #expect(!shown.output.contains("hidden"))
    }

    @Test(
        "No form of a store's location shows its password, and none but a file makes one",
        arguments: [
            "postgresql://u:hidden/x@y@127.0.0.1:1/db", "postgres://u:hid?hidden@127.0.0.1:1/db",
            "postgres:/u:hidden@h/db", "host=127.0.0.1 password=hidden user=x",
            "mysql://u:hidden@h/db", "sqlite:host=h password=hidden", "u:hidden@h/db",
        ])
    func secretStores(store: String) throws {
        let isServer = store.contains("127.0.0.1:1/")
        let commands = [
            ["run", "dumps"], ["products"], ["doctor"], ["backup", "b"],
            ["migrate"], ["copy", "--from", store, "--to", "c.sqlite"],
            [
                "verify", "--store", store, "--golden",
                FileManager.default.currentDirectoryPath + "/Golden",
            ],
            ["restore", store], ["backup", store],
        ]
        let variable = ["AFTERWORD_STORE": store]
        for command in commands {
            let refused = try Program.run(command, in: folder.path, environment: variable)
            #expect(refused.code != 0, "\(command)")
            #expect(!(refused.output + refused.errors).contains("hidden"), "\(refused)")
            if command == ["run", "dumps"] {
                #expect(refused.code == (isServer ? 3 : 2), "\(refused.errors)")
            }
        }
        for arguments in [["config"], ["config", "show", "--json"]] {
            let shown = try Program.run(arguments, in: folder.path, environment: variable)
            #expect(shown.code == 0 && shown.output.contains("set, "), "\(shown)")
            #expect(!shown.output.contains("hidden"), "\(shown)")
        }
        try folder.write("afterword.toml", "store = { env = 'DATABASE' }")
        let named = try run("run", "dumps", environment: ["DATABASE": store])
        #expect(named.code != 0 && !(named.output + named.errors).contains("hidden"))
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(files == ["afterword.toml", "dumps"], "\(files)")
    }

    @Test("Keywords of a connection are refused as a store, by each way in which one is named")
    func keywords() throws {
        let store = "host=127.0.0.1 user=x"
        try folder.write("etc/afterword.toml", "store = '\(store)'")
        for refused in [
            try run("run", "dumps", "--store", store),
            try run("run", "dumps", environment: ["AFTERWORD_STORE": store]),
            try run("run", "dumps", environment: ["AFTERWORD_CONFIG": "etc/afterword.toml"]),
        ] {
            #expect(refused.code == 2 && refused.errors.contains("keywords of a connection"))
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(files == ["dumps", "etc"], "\(files)")
    }

    @Test("Log entries are JSON where that is set")
    func log() throws {
        try folder.write("afterword.toml", "[log]\nformat = 'text'\n")
        let refused = try run("config", environment: ["AFTERWORD_LOG_FORMAT": "xml"])
        #expect(refused.code == 2 && refused.errors.contains("text, json"))
    }
}
