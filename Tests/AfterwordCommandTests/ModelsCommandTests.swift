import AfterwordCore
import Foundation
import Testing

/// `models`, as a user and a pipeline run it.
@Suite("afterword models") struct ModelsCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Loads a dump of `count` products of one brand with five reviews each.
    private func load(_ count: Int) throws {
        let texts = [
            "It leaked after two days and my bag was wet", "The paint is peeling off after a week",
            "Works great and it looks good", "The seam is leaking again", "Very good quality",
        ]
        let stars = [1, 2, 5, 1, 4]
        let records = (0..<count * 5).map { number in
            """
            {"CHILD_ASIN": "P\(number / 5)", "CUSTOMER_REVIEW_RATING": \(stars[number % 5]), \
            "CUSTOMER_REVIEW_TITLE": "A title", "PRODUCT_BRAND": "B", \
            "CUSTOMER_REVIEW_DESCRIPTION": "\(texts[number % 5]), said number \(number)."}
            """
        }
        try folder.write("dump/a.jsonl", records.joined(separator: "\n"))
        #expect(try run("run", "dump").code == 0)
    }

    private func run(_ arguments: String...) throws -> Program.Result {
        try Program.run(arguments, in: folder.path)
    }

    @Test("compare: the table, the document and JUnit; 1 where B is worse, 0 where it is not")
    func compare() throws {
        try load(12)
        let equal = try run("models", "compare", "fake", "fake:gullible", "--scopes", "top:12")
        #expect(equal.code == 0, "\(equal.errors)")
        for part in [
            "A is fake-1, B is fake-1-gullible", "12 scopes compared.", "claims grounded",
            "leading themes named", "aspects in common", "B is no worse than A beyond chance.",
        ] { #expect(equal.output.contains(part), "\(part): \(equal.output)") }
        let worse = try run(
            "models", "compare", "fake", "fake:lying:3", "--as-of", "1", "--junit", "out/gate.xml",
            "--least-grounded", "99.5", "--json")
        #expect(worse.code == 1)
        let document = try JSONValue(parsing: Array(worse.output.utf8))
        #expect(document["verdict"]?.text == "refused")
        #expect(document["faults"]?.elements?.count == 3)
        let xml = try String(contentsOfFile: folder.path + "/out/gate.xml", encoding: .utf8)
        #expect(xml.contains(#"tests="6" failures="3""#), "\(xml)")
        let few = try run("models", "compare", "fake", "fake:varied:1", "--scopes", "top:2")
        #expect(few.code == 1 && few.output.contains("A answered 2 scopes, at least 9 needed"))
        let silent = try run("models", "compare", "fake:refusal", "fake:lying:3")
        #expect(silent.code == 1 && silent.output.contains("A answered 0 scopes"))
        #expect(try run("runs", "--json").output.split(separator: "\n").count == 1)
    }

    @Test(
        "What cannot be compared is a usage error",
        arguments: [
            (["fake", "fake"], "the same model"), (["fake", "fake:odd"], "simulated models are"),
            (["fake", "fake:varied:x"], "the seed is a whole number"),
            (["fake", "gpt-6-luna"], "only with --real-llm"),
            (["fake", "fake:cut", "--scopes", "changed"], "--scopes is top:N"),
            (["fake", "fake:cut", "--least-grounded", "101"], "--least-grounded is per cent"),
            (["fake", "fake:cut", "--least-answered", "all"], "--least-answered is per cent"),
            (["fake", "fake:cut", "--least-scopes", "0"], "--least-scopes is 1 or more"),
        ])
    func usage(arguments: [String], words: String) throws {
        try load(1)
        let result = try Program.run(["models", "compare"] + arguments, in: folder.path)
        #expect(result.code == 2)
        #expect(result.errors.contains(words), "\(result.errors)")
    }

    @Test("list: prices, dates and a warning; a file of one's own comes beside")
    func list() throws {
        let known = try run("models")
        #expect(known.code == 0 && known.output.contains("2027-01-14"), "\(known.output)")
        #expect(try run("models", "list", "--json").output.split(separator: "\n").count == 7)
        try folder.write("own.json", #"{"models": [{"name": "llama3.1", "paid": false}]}"#)
        let own = try run("models", "list", "--models", "own.json")
        #expect(own.output.contains("llama3.1") && own.output.contains("free"))
        try folder.write("own.json", #"{"models": [{"name": "llama3.1", "paid": "no"}]}"#)
        for (arguments, words) in [
            (["--models", "own.json"], "the file of models: llama3.1 'paid' is true or false"),
            (["--models", "none.json"], "none.json cannot be read"),
            (["--provider", "azure"], "--provider is openai or compatible"),
            (["--dialect", "yaml"], "--dialect is strict, json_schema or json_object"),
            (
                ["--provider", "openai", "--plain-http", "gpu.example"],
                "--plain-http is for compatible servers"
            ),
        ] {
            let result = try Program.run(["models", "list"] + arguments, in: folder.path)
            #expect(result.code == 2 && result.errors.contains(words), "\(result.errors)")
        }
    }

    @Test(
        "Options of the server that are wrong are refused also where the simulated model answers",
        arguments: [
            ["insight", "portfolio"], ["insights", "make", "top:1"], ["plan", "dump"],
            ["run", "dump"], ["models", "compare", "fake", "fake:lying:7"],
            ["enrich", "--scope", "portfolio"], ["insights", "collect"],
        ])
    func unused(command: [String]) throws {
        try load(1)
        try folder.write("fake.json", #"{"models": [{"name": "fake:x", "paid": false}]}"#)
        for (options, words) in [
            (["--models", "none.json"], "none.json cannot be read"),
            (["--models", "fake.json"], "fake:x is the name of a simulated model"),
            (["--plain-http", "a b"], "--plain-http a b: a host's name alone"),
            (["--plain-http", "http://gpu"], "a host's name alone"),
            (["--plain-http", "gpu:8000"], "a host's name alone"),
            (["--dialect", "yaml"], "--dialect is strict"),
        ] {
            let result = try Program.run(command + options, in: folder.path)
            #expect(result.code == 2 && result.errors.contains(words), "\(result.errors)")
        }
    }

    @Test("A key with a line break, a free model far away, and a model's name for the terminal")
    func faults() throws {
        try load(1)
        try folder.write(
            "own.json",
            #"""
            {"models": [{"name": "a\u001b[2J", "paid": false, "shutdown": "2020-01-01"},
            {"name": "b", "paid": true, "provider": "compatible", "nanodollars_per_token":
            {"input": 1, "cached_input": 1, "output": 1}}]}
            """#)
        let result = try Program.shell(
            #"""
            insight() {
                "$AFTERWORD" insight brand:B --real-llm --models own.json --refresh "$@"
                echo "code $?"
            }
            export OPENAI_API_KEY="$(printf 'sk-1\nx')"
            insight
            "$AFTERWORD" doctor --real-llm --json | grep -c "OPENAI_API_KEY holds a line break"
            export OPENAI_API_KEY=sk-1
            insight --model b
            "$AFTERWORD" models list --models own.json > listed
            export OPENAI_BASE_URL=https://gateway.example/v1
            insight --model "$(printf 'a\033[2J')"
            """#, in: folder.path)
        #expect(result.output == "code 2\n1\ncode 2\ncode 2\n", "\(result)")
        for words in [
            "OPENAI_API_KEY holds a line break", "was shut down on 2020-01-01",
            "OPENAI_BASE_URL is OpenAI's own server, and the provider is compatible",
            "a model that costs nothing is asked on this machine",
        ] { #expect(result.errors.contains(words), "\(words): \(result.errors)") }
        #expect(!result.errors.contains("\u{1B}"))
    }

    @Test("A near compatible server: a model that is not listed costs nothing, others are refused")
    func compatible() throws {
        try load(3)
        try folder.write(
            "small.json",
            #"""
            {"models": [{"name": "gpt-4o", "paid": false, "provider": "compatible",
            "context_tokens": 4000}]}
            """#)
        let result = try Program.shell(
            """
            "$AFTERWORD" fake-llm --port 0 > said &
            server=$!
            while ! grep -q serves said; do sleep 0.05; done
            export OPENAI_BASE_URL=$(sed 's/.*serves on //' said) OPENAI_API_KEY=sk-any
            insight() {
                "$AFTERWORD" insight brand:B --real-llm --model gpt-4o --refresh "$@" > shown
                echo "code $?"
            }
            insight
            insight --provider compatible --evidence-tokens 5000
            grep -o 'by gpt-4o' shown
            insight --provider compatible --flex
            insight --models small.json
            insight --provider compatible --evidence-tokens 5
            "$AFTERWORD" costs
            export OPENAI_BASE_URL=http://gpu.example/v1
            insight --provider compatible
            kill -TERM $server
            wait $server
            """, in: folder.path)
        #expect(
            result.output == """
                code 2
                code 0
                by gpt-4o
                code 2
                code 2
                code 2
                No paid model was asked.
                code 2

                """, "\(result)")
        for words in [
            "the prices of gpt-4o are not known", "--flex is a tier of OpenAI's own servers",
            "the context of gpt-4o has no room for reviews", "--evidence-tokens is 500 to 1000000",
        ] { #expect(result.errors.contains(words), "\(words): \(result.errors)") }
    }

    @Test("compare over HTTP: two models of fake-llm, paid for once; the budget is kept")
    func overHTTP() throws {
        try load(3)
        let result = try Program.shell(
            """
            "$AFTERWORD" fake-llm --port 0 --api-key sk-one > said &
            server=$!
            while ! grep -q serves said; do sleep 0.05; done
            export OPENAI_BASE_URL=$(sed 's/.*serves on //' said) OPENAI_API_KEY=sk-one
            compare() {
                "$AFTERWORD" models compare gpt-4o-mini gpt-6-luna --real-llm --least-scopes 1 "$@"
                echo "code $?"
            }
            echo '<testsuites failures="0"/>' > gate.xml
            compare --budget-usd 0 --junit gate.xml
            compare
            compare
            compare --json > kept
            compare --refresh --record tape > /dev/null
            unset OPENAI_API_KEY
            "$AFTERWORD" models compare gpt-4o-mini gpt-6-luna --replay tape --least-scopes 1
            echo "code $?"
            export OPENAI_API_KEY=sk-one
            OPENAI_API_KEY=sk-other compare --refresh
            "$AFTERWORD" models compare fake gpt-6-luna --real-llm --least-scopes 1
            echo "code $?"
            for key in day model tier; do "$AFTERWORD" costs --by $key | head -1; done
            kill -TERM $server
            wait $server
            """, in: folder.path)
        let heads = result.output.split(separator: "\n").suffix(3).map {
            $0.split(separator: " ").prefix(2).joined(separator: " ")
        }
        #expect(heads == ["day model", "model calls", "tier calls"])
        let gate = try String(contentsOfFile: folder.path + "/gate.xml", encoding: .utf8)
        #expect(gate.contains(#"errors="1""#) && gate.contains("the budget of the run is"))
        let codes = result.output.split(separator: "\n").filter { $0.hasPrefix("code") }
        #expect(codes == ["code 5", "code 0", "code 0", "code 0", "code 4", "code 0"], "\(result)")
        let kept = try String(contentsOfFile: folder.path + "/kept", encoding: .utf8)
        let document = try JSONValue(parsing: Array(kept.split(separator: "\n")[0].utf8))
        #expect(document["a"]?["calls"]?.integer == 0 && document["b"]?["known"]?.integer == 4)
        #expect(document["b"]?["cost_nanodollars"]?.integer ?? 0 > 0)
    }
}
