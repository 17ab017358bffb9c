import AfterwordCore
import AfterwordStores
import AfterwordTesting
import Foundation
import Synchronization
import Testing

/// Insights made on the command line, with the simulated model and with a paid model over a real
/// socket.
@Suite struct InsightCommandTests {
    private let folder: TemporaryFolder
    private static let key = "sk-THIS-IS-SECRET"

    init() throws { folder = try TemporaryFolder() }

    private func run(
        _ arguments: String..., environment: [String: String] = [:]
    ) async throws -> Program.Result {
        try await Program.runBeside(arguments, in: folder.path, environment: environment)
    }

    private func rows(_ result: Program.Result) throws -> [JSONValue] {
        try result.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
    }

    private func load() async throws {
        let dump = FileManager.default.currentDirectoryPath + "/Golden/insights/dumps/2026-05-04"
        #expect(try await run("run", dump).code == 0)
    }

    /// Writes a dump of `count` products of one brand with three reviews each.
    private func writeProducts(_ count: Int) throws {
        let records = (0..<count * 3).map { number in
            """
            {"CHILD_ASIN": "P\(number % count)", "CUSTOMER_REVIEW_RATING": \(1 + number % 5), \
            "CUSTOMER_REVIEW_TITLE": "A title", "PRODUCT_BRAND": "B", \
            "CUSTOMER_REVIEW_DESCRIPTION": "It leaked when I used it the \(number)th time"}
            """
        }
        try folder.write("dump/a.jsonl", records.joined(separator: "\n"))
    }

    private func paid(_ server: ScriptedServer, _ more: [String: String] = [:]) -> [String: String]
    {
        ["OPENAI_API_KEY": Self.key, "OPENAI_BASE_URL": server.url].merging(more) { $1 }
    }

    private static let emptyAnswer = chatAnswer(
        """
        {"issue_highlights": [], "strengths": [], "historical_standing": "", "recommendations": [], "limitations": []}
        """)

    @Test(
        "run --insights makes them, the second time nothing; insight shows one, quotes and numbers")
    func story() async throws {
        let dump = FileManager.default.currentDirectoryPath + "/Golden/insights/dumps/2026-05-04"
        let first = try await run("run", dump, "--insights", "top:2")
        #expect(first.code == 0 && first.output.contains("2 made, 0 standing; 2 questions asked"))
        let second = try await run("run", dump, "--insights", "top:2")
        #expect(second.output.contains("0 made, 2 standing; 0 questions asked, 0 known."))
        let shown = try await run("insight", "brand:Lumora")
        #expect(shown.code == 0)
        for part in [
            "brand:Lumora", "Leaks or bursts", "“Leaks” ✓",
            "“The paint is peeling off after a month, it flakes into the water” ✓",
            "the portfolio:", "The source tells no review times", "act on: product",
            "run 2 by fake-1",
        ] { #expect(shown.output.contains(part), "\(part)") }
        // Items of too few reviews stand behind the numbered ones, without a number.
        let lines = shown.output.split(separator: "\n").map { String($0) }
        let apart = try #require(lines.firstIndex(of: "Too few reviews to rank:"))
        #expect(lines[..<apart].contains { $0.hasPrefix("1. Leaks or bursts") })
        #expect(lines[(apart + 1)...].first?.first?.isNumber == false)
        let german = try await run("insight", "brand:Lumora", "--language", "de")
        #expect(german.output.contains("Undicht oder geplatzt"))
        let few = try await run("insight", "product:B0LAMP0003")
        #expect(few.code == 0 && few.output.contains("not_enough_data"))
        #expect(few.output.contains("afterword insight 'brand:Knokke'"))
        #expect(try await run("insight", "brand:Nobody").code == 2)
        #expect(try await run("insight", "nonsense").code == 2)
        let listed = try rows(try await run("insights", "--json"))
        #expect(listed.map { $0["language"]?.text } == ["de", "en", "en"])
        #expect(try await run("audit").code == 0)
    }

    @Test(
        "As of a run the insight is that of then; a refresh is a new one, and they can be compared")
    func past() async throws {
        try await load()
        _ = try await run("insight", "brand:Lumora")
        _ = try await run("insight", "brand:Lumora", "--refresh", "--fake-llm", "ungrounded")
        let then = try rows(try await run("insight", "brand:Lumora", "--as-of", "2", "--json"))
        #expect(then.first?["made_run"]?.integer == 2)
        #expect(then.first?["model"]?.text == "fake-1")
        let now = try rows(try await run("insight", "brand:Lumora", "--json"))
        #expect(now.first?["made_run"]?.integer == 3)
        // As of a dump: the insight made from that dump before the next one was loaded.
        let ofDump = try rows(try await run("insight", "brand:Lumora", "--as-of", "1", "--json"))
        #expect(ofDump == now)
        #expect(try await run("insight", "brand:Lumora", "--as-of", "2", "--refresh").code == 2)
        let history = try rows(try await run("insights", "history", "brand:Lumora", "--json"))
        #expect(history.map { $0["made_run"]?.integer } == [2, 3])
        let diff = try rows(try await run("insights", "diff", "brand:Lumora", "--json"))
        let leaks = diff.first { $0["aspect"]?.text == "leaks" }
        #expect(leaks?["mentions_before"]?.integer == 4)
        // If the second model's quotes cannot be verified, the program's own count still stands.
        #expect(leaks?["mentions_after"]?.integer == 4)
    }

    @Test("A paid model is asked with a key only, not in CI, not over plain http elsewhere")
    func leave() async throws {
        try await load()
        let server = try await ScriptedServer { _, _ in .answer(200, body: Self.emptyAnswer) }
        func ask(_ environment: [String: String]) async throws -> Program.Result {
            try await run("insight", "brand:Lumora", "--real-llm", environment: environment)
        }
        let noKey = try await ask(["OPENAI_BASE_URL": server.url])
        #expect(noKey.code == 2 && noKey.errors.contains("OPENAI_API_KEY"))
        let inCI = try await ask(paid(server, ["CI": "true"]))
        #expect(inCI.code == 2 && inCI.errors.contains("AFTERWORD_ALLOW_REAL_LLM"))
        let plain = try await ask(paid(server, ["OPENAI_BASE_URL": "http://models.example/v1"]))
        #expect(plain.code == 2 && plain.errors.contains("https"))
        #expect(server.requests.isEmpty)
        let allowed = try await ask(paid(server, ["CI": "true", "AFTERWORD_ALLOW_REAL_LLM": "1"]))
        #expect(allowed.code == 0 && server.requests.count == 1)
        for result in [noKey, inCI, plain, allowed] {
            #expect(!result.errors.contains(Self.key) && !result.output.contains(Self.key))
        }
        await server.stop()
    }

    @Test(
        "Nothing personal leaves: names, addresses, order numbers, authors; quotes come back whole")
    func masked() async throws {
        try await load()
        let server = try await ScriptedServer { request, _ in
            // Quotes the masked sentence exactly as it was sent.
            let text = request.body
            let document = try? JSONValue(parsing: Array(text.utf8))
            let user = document?["messages"]?.elements?.last?["content"]?.text ?? ""
            let reviews = (try? JSONValue(parsing: Array(user.utf8)))?["reviews"]?.elements ?? []
            let own = reviews.first { $0["text"]?.text?.contains("⟦ORDER1⟧") == true }
            let id = own?["id"]?.text ?? ""
            return .answer(
                200,
                body: chatAnswer(
                    """
                    {"issue_highlights": [{"aspect": "after_sales", "summary": "The seller does not answer people.", \
                    "severity": "high", "polarity": "negative", "evidence": [{"review_id": "\(id)", "version": 1, \
                    "quote": "My order ⟦ORDER1⟧, mail to ⟦MAIL1⟧ please", "translation": null}]}], "strengths": [], \
                    "historical_standing": "", "recommendations": [], "limitations": []}
                    """))
        }
        let shown = try await run(
            "insight", "brand:Knokke", "--real-llm", environment: paid(server))
        #expect(shown.code == 0, "\(shown.errors)")
        #expect(
            shown.output.contains(
                "“My order 303-1234567-1234567, mail to jo.doe@example.org please”"))
        let sent = try #require(server.requests.first?.body)
        for secret in ["303-1234567", "jo.doe", "Konrad", Self.key] {
            #expect(!sent.contains(secret), "\(secret)")
        }
        #expect(sent.contains("⟦NAME1⟧"))
        let costs = try rows(try await run("costs", "--json"))
        // 1,000 input tokens at 125 each, because they may have been written to a cache, and 100
        // output tokens at 500.
        #expect(costs.first?["cost_nanodollars"]?.integer == 175_000)
        let text = try await run("costs", "--calls")
        #expect(text.output.contains("answered") && !text.output.contains("order"))
        await server.stop()
    }

    @Test("A spent budget ends with 5, a failing model with 4; what was made before is stored")
    func endings() async throws {
        try await load()
        let server = try await ScriptedServer { _, count in
            count == 0
                ? .answer(200, body: Self.emptyAnswer)
                : .answer(429, body: chatError("insufficient_quota", type: "insufficient_quota"))
        }
        let none = try await run(
            "insights", "make", "top:2", "--real-llm", "--budget-usd", "0.001",
            environment: paid(server))
        #expect(none.code == 5 && none.errors.contains("the budget of the run is $0.0010"))
        #expect(server.requests.isEmpty)
        let quota = try await run(
            "insights", "make", "top:2", "--real-llm", "--parallel", "1", environment: paid(server))
        #expect(quota.code == 4 && quota.errors.contains("insufficient_quota"))
        #expect(try rows(try await run("insights", "--json")).count == 1)
        let day = try await run(
            "insights", "make", "top:2", "--real-llm",
            environment: paid(server, ["AFTERWORD_BUDGET_DAY_USD": "0.0001"]))
        #expect(day.code == 5 && day.errors.contains("the budget of the day"))
        for wrong in ["", "-1", "1e3", "1.2345678901", "ten"] {
            let refused = try await run("insights", "make", "top:2", "--budget-usd", wrong)
            #expect(refused.code == 2, "\(wrong)")
        }
        await server.stop()
    }

    @Test("plan tells what insights would cost at most, and asks nothing")
    func price() async throws {
        try writeProducts(4)
        let server = try await ScriptedServer { _, _ in .answer(200, body: Self.emptyAnswer) }
        let plan = try await run(
            "plan", "dump", "--insights", "top:3", "--real-llm", environment: paid(server))
        #expect(plan.code == 0, "\(plan.errors)")
        #expect(plan.output.contains("3 are to be asked for from gpt-6-luna"))
        #expect(plan.output.contains("at most $0.0"))
        #expect(server.requests.isEmpty)
        let free = try await run("plan", "dump", "--insights", "changed")
        #expect(free.output.contains("5 are to be asked for from fake-1"))
        #expect(free.output.contains("at no cost"))
        await server.stop()
    }

    // MARK: Two programs at once

    /// An answer that reports the maximum usage possible for the request.
    private static func dearestAnswer(_ request: ScriptedServer.Request) -> String {
        let body = try? JSONValue(parsing: Array(request.body.utf8))
        let texts = (body?["messages"]?.elements ?? []).compactMap { $0["content"]?.text }
        let schema = body?["response_format"]?["json_schema"]?["schema"]?.canonical ?? ""
        let input = (texts + [schema]).reduce(9) { $0 + tokenBound($1) }
        return emptyAnswer.replacing(
            #""prompt_tokens": 1000, "completion_tokens": 100"#,
            with: #""prompt_tokens": \#(input), "completion_tokens": 6000"#)
    }

    @Test(
        "Two programs with 64 first questions each never pass the ceiling",
        arguments: CrashTests.stores)
    func race(kind: String) async throws {
        try writeProducts(70)
        let store = try TestStore(kind, folder)
        #expect(try await run("run", "dump", "--store", store.url).code == 0)
        let server = try await ScriptedServer { request, _ in
            .answer(200, body: Self.dearestAnswer(request))
        }
        let environment = paid(server, ["AFTERWORD_BUDGET_DAY_USD": "0.1"])
        let arguments = [
            "insights", "make", "top:64", "--real-llm", "--parallel", "64", "--store", store.url,
        ]
        let path = folder.path
        async let first = Program.runBeside(arguments, in: path, environment: environment)
        async let second = Program.runBeside(arguments, in: path, environment: environment)
        let results = try await [first, second]
        for result in results { #expect(result.code == 5, "\(result.errors)") }
        let calls = try rows(try await run("costs", "--calls", "--json", "--store", store.url))
        let spent = calls.compactMap { $0["cost_nanodollars"]?.integer }.reduce(0, +)
        let each = calls.compactMap { $0["reserved_nanodollars"]?.integer }
        let dearest = try #require(each.max())
        // Every call cost its maximum: the total stays within the ceiling, and one more call could
        // exceed it.
        #expect(
            calls.allSatisfy {
                3 * ($0["cost_nanodollars"]?.integer ?? 0) == $0["reserved_nanodollars"]?.integer
            })
        #expect(spent <= 100_000_000 && spent + dearest > 100_000_000, "\(spent)")
        #expect(server.requests.count == calls.count)
        await server.stop()
    }

    @Test("Two programs that ask the same ask once", arguments: CrashTests.stores)
    func flight(kind: String) async throws {
        try writeProducts(70)
        let store = try TestStore(kind, folder)
        #expect(try await run("run", "dump", "--store", store.url).code == 0)
        let server = try await ScriptedServer { _, _ in .answer(200, body: Self.emptyAnswer) }
        let environment = paid(server)
        let arguments = [
            "insights", "make", "top:64", "--real-llm", "--parallel", "64", "--budget-usd", "5",
            "--store", store.url,
        ]
        let path = folder.path
        async let first = Program.runBeside(arguments, in: path, environment: environment)
        async let second = Program.runBeside(arguments, in: path, environment: environment)
        for result in try await [first, second] { #expect(result.code == 0, "\(result.errors)") }
        #expect(server.requests.count == 64)
        #expect(Set(server.requests.map(\.body)).count == 64)
        #expect(try await run("audit", "--store", store.url).code == 0)
        await server.stop()
    }
}

/// A store for one test, removed when the test ends.
private final class TestStore {
    let url: String
    private let schema: String?
    private let server: String?

    init(_ kind: String, _ folder: TemporaryFolder) throws {
        guard kind == "postgres", let server = CrashTests.server else {
            url = folder.path + "/race.sqlite"
            schema = nil
            server = nil
            return
        }
        let name = "t_" + UUID().uuidString.lowercased().replacing("-", with: "_")
        try PostgresConnection(url: server).runAll("CREATE SCHEMA \(name)")
        self.server = server
        schema = name
        url = server + "&options=-csearch_path%3D" + name
    }

    deinit {
        guard let schema, let server else { return }
        try? PostgresConnection(url: server).runAll(
            "SET client_min_messages = warning; DROP SCHEMA IF EXISTS \(schema) CASCADE; "
                + "DROP SCHEMA IF EXISTS \(schema)_report CASCADE")
    }
}
