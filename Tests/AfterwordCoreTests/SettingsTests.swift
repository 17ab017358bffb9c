import AfterwordCore
import Foundation
import Testing

/// afterword.toml: what it may say, what wins over it, and what a new one looks like.
@Suite struct SettingsTests {
    private func file(_ text: String) throws -> SettingsFile {
        try SettingsFile(parsing: Array(text.utf8))
    }

    private func resolve(
        _ text: String, _ environment: [String: String] = [:], in folder: String = "etc",
        files: [String: String] = [:]
    ) throws -> ResolvedSettings {
        ResolvedSettings(
            environment: environment, file: (try file(text), "etc/afterword.toml", folder)
        ) { files[$0] }
    }

    @Test("The environment wins over the file, and the file over the usual values")
    func order() throws {
        let text = """
            store = "reviews.sqlite"
            [load]
            seed = 7
            complete = "products"
            shapes = ["seller", "shapes/de.json", "/abs.json"]
            [budget]
            day_usd = "2.50"
            """
        let settings = try resolve(text, ["AFTERWORD_SEED": "9", "AFTERWORD_LOG": ""])
        #expect(settings.faults.isEmpty)
        #expect(settings.entries.map(\.key) == SettingKey.all)
        #expect(settings.value("store") == "etc/reviews.sqlite")
        #expect(settings.value("load.seed") == "9")
        #expect(settings.value("load.complete") == "products")
        #expect(
            settings.values("load.shapes") == ["seller", "etc/shapes/de.json", "/abs.json"])
        #expect(settings.value("budget.day_usd") == "2.50")
        #expect(settings.value("log.level") == "warning")
        #expect(settings.value("load.window") == nil)
        let origins = settings.entries.filter { $0.origin != .fallback }
        #expect(
            origins.map { "\($0.key.name) \($0.origin.word) \($0.origin.place)" } == [
                "store file etc/afterword.toml:1", "load.shapes file etc/afterword.toml:5",
                "load.seed environment AFTERWORD_SEED", "load.complete file etc/afterword.toml:4",
                "budget.day_usd file etc/afterword.toml:7",
            ])
        let bare = ResolvedSettings(environment: ["AFTERWORD_SHAPES": "a,b.json"], file: nil) {
            _ in nil
        }
        #expect(bare.values("load.shapes") == ["a", "b.json"])
        #expect(bare.entries[0].origin.word == "default" && bare.entries[0].origin.place == "")
        #expect(try resolve("store = 'a.sqlite'", in: "").value("store") == "a.sqlite")
        #expect(try resolve("store = 'sqlite:a'").value("store") == "sqlite:a")
    }

    @Test("A secret is read from a variable or a file, and never shown")
    func secrets() throws {
        let text = """
            store = { env = "DB" }
            secrets.openai_key = { file = "key.txt" }
            secrets.service_key = { env = "KEY" }
            """
        let settings = try resolve(
            text, ["DB": "postgres://a:b@h/d", "KEY": "k"], files: ["etc/key.txt": "sk-x\n"])
        #expect(settings.faults.isEmpty)
        #expect(settings.value("store") == "postgres://a:b@h/d")
        #expect(settings.value("secrets.openai_key") == "sk-x")
        let shown = Dictionary(
            uniqueKeysWithValues: settings.entries.map { ($0.key.name, $0.shown) })
        #expect(shown["store"] == "set, with a password")
        #expect(shown["secrets.openai_key"] == "set" && shown["secrets.service_key"] == "set")
        #expect(shown["load.seed"] == "0" && shown["load.files"] == "")
        let missing = try resolve(text, [:])
        #expect(
            missing.faults == [
                "etc/afterword.toml:1: store: DB is not set",
                "etc/afterword.toml:2: secrets.openai_key: its file cannot be read",
                "etc/afterword.toml:3: secrets.service_key: KEY is not set",
            ])
        #expect(missing.entries.first { $0.key.name == "secrets.openai_key" }?.shown == "not set")
        let plain = try resolve("store = 'postgres://h/d'").entries[0]
        #expect(plain.shown == "postgres://h/d")
        // No file is meant, in whatever folder.
        #expect(try resolve("store = 'host=h user=u'").value("store") == "host=h user=u")
    }

    @Test(
        "What is wrong is named with its line, and a secret is not repeated",
        arguments: [
            ("x = 1", "no setting is named x"), ("[load]\nsed = 1", "did you mean load.seed?"),
            ("[lod]\nseed = 1", "no setting is named lod"),
            ("load = 1", "no setting is named load"),
            ("load.seed = 'x'", "load.seed: it is not a string"),
            ("load.seed = -1", "it is a whole number, 0 or more"),
            ("load.threads = 0", "1 to 1000"), ("load.complete = 'some'", "none, products, all"),
            ("load.complete = true", "it is not true or false"),
            ("load.files = ''", "it is not a string"), ("load.shapes = [1]", "named by a string"),
            ("load.shapes = 'x'\nload.files = {}", "it is not a table"),
            ("budget.day_usd = '1.2.3'", "in quotes"), ("budget.day_usd = 5", "not a whole number"),
            ("secrets.openai_key = 'sk-hidden'", "never written here"),
            ("store = 'postgres://a:hidden@h/d'", "never written here"),
            ("store = 'postgres://h/d?password=hidden'", "never written here"),
            ("store = 'postgres://a:hid/hidden@h/d'", "never written here"),
            ("store = 'host=h password=hidden'", "never written here"),
            ("store = 'postgres:/a:hidden@h/d'", "never written here"),
            ("store = { env = '' }", "{ env = \"NAME\" }"),
            ("store = { env = 'A', file = 'b' }", "{ env = \"NAME\" }"),
            ("store = { url = 'hidden' }", "only env and file"),
            ("schedule = 1", "list of tables"), ("schedule = [1]", "list of tables"),
            ("[[schedule]]\nname = 'a'", "has name, cron and command"),
            ("[[schedule]]\nat = 'a'", "schedule.at"),
            ("[[schedule]]\nname = 1", "a text of one line"),
            ("[[schedule]]\nname = \"a\\nb\"", "a text of one line"),
            ("[[schedule]]\nname='a'\ncron='0 6 * *'\ncommand='run'", "five fields"),
            ("[[schedule]]\nname='a'\ncron='0 6 * * ;'\ncommand='run'", "five fields"),
        ])
    func faults(text: String, words: String) {
        do throws(TOMLFault) {
            _ = try SettingsFile(parsing: Array(text.utf8))
            Issue.record("\(text) was read")
        } catch {
            #expect(error.reason.contains(words), "\(text): \(error)")
            #expect(!error.reason.contains("hidden"))
        }
    }

    @Test("Values of the environment are checked too")
    func environment() {
        let settings = ResolvedSettings(
            environment: [
                "AFTERWORD_COMPLETE": "some", "AFTERWORD_SEED": "-1",
                "AFTERWORD_BUDGET_DAY_USD": "1.",
            ], file: nil
        ) { _ in nil }
        #expect(
            settings.faults == [
                "AFTERWORD_SEED: it is a whole number, 0 or more",
                "AFTERWORD_COMPLETE: it is one of none, products, all",
                "AFTERWORD_BUDGET_DAY_USD: it is an amount of dollars in quotes, as \"2.50\"",
            ])
    }

    @Test("A new file is read as the usual values, and with its comments taken off too")
    func template() throws {
        let text = settingsTemplate(
            values: ["load.shapes": "[\(tomlString("a \"b\"\\\u{1}.json"))]"],
            remarks: ["3 files\nof a dump"])
        #expect(text.contains("# 3 files of a dump\n"))
        let settings = try resolve(text, in: "")
        let own = settings.entries.filter { $0.origin != .fallback }
        #expect(own.map(\.key.name) == ["load.shapes"])
        #expect(settings.values("load.shapes") == ["a \"b\"\\\u{1}.json"])
        // Every example is valid: lines that hold a setting or begin a list.
        let examples = text.split(separator: "\n").map { line in
            let bare = line.hasPrefix("# ") ? line.dropFirst(2) : line
            let isSetting =
                bare.hasPrefix("[") || (bare.contains(" = ") && !bare.contains(":"))
            return isSetting && !bare.hasPrefix("A SQLite") ? String(bare) : String(line)
        }.joined(separator: "\n")
        let all = try file(examples)
        #expect(all.values.count == SettingKey.all.count, "\(examples)")
        #expect(all.schedules.map(\.name) == ["weekly"])
        #expect(try file(examples) == all)
        #expect(try file("") != all)
    }

    @Test("docs/settings.md has every setting")
    func documented() throws {
        let page = try String(contentsOfFile: "docs/settings.md", encoding: .utf8)
        let table = SettingKey.all.map { key in
            "| `\(key.name)` | `\(key.variable)` | \(key.option.map { "`\($0)`" } ?? "") | "
                + "\(key.fallback ?? "") | \(key.comment) |\n"
        }.joined()
        #expect(page.contains(table), "\(table)")
    }
}
