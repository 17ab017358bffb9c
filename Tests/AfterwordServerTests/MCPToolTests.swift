import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import Foundation
import Synchronization
import Testing

@testable import AfterwordServer

/// A client of a server in this process: bytes in, bytes out.
private final class MCPClient: Sendable {
    private final class Outbox: Sendable { let sent = Mutex<[UInt8]>([]) }

    private let server: MCPServer
    private let box = Outbox()

    init(_ path: String, _ change: (inout MCPConfiguration) -> Void = { _ in }) throws {
        var configuration = MCPConfiguration(version: "9.9") { ReviewHistory.start }
        change(&configuration)
        let store = try SQLiteStore(path: path, opening: .existing)
        server = MCPServer(configuration, store: store) { [box] bytes in
            box.sent.withLock { $0 += bytes }
        }
    }

    var keyFault: String? { get throws { try server.keyFault() } }

    /// Sends calls of tools, and ends the stream.
    ///
    /// - Returns: The results, in the order of the calls.
    func call(_ calls: [(String, JSONValue)]) async throws -> [JSONValue] {
        let begin = JSONValue.row([
            "jsonrpc": .string("2.0"), "id": JSONValue(0), "method": .string("initialize"),
            "params": .row(["protocolVersion": .string("2025-11-25")]),
        ])
        server.take(Array((begin.canonical + "\n").utf8))
        for (index, (name, arguments)) in calls.enumerated() {
            let message = JSONValue.row([
                "jsonrpc": .string("2.0"), "id": JSONValue(index + 1),
                "method": .string("tools/call"),
                "params": .row(["name": .string(name), "arguments": arguments]),
            ])
            server.take(Array((message.canonical + "\n").utf8))
        }
        await server.finish()
        let lines = box.sent.withLock { $0 }.split(separator: UInt8(ascii: "\n"))
        let messages = try lines.map { try JSONValue(parsing: Array($0)) }
        #expect(messages.count == calls.count + 1)
        return try calls.indices.map { index in
            let answer = messages.first { $0["id"]?.integer == Int64(index + 1) }
            return try #require(answer?["result"])
        }
    }
}

extension JSONValue {
    /// The text of a tool's result.
    fileprivate var words: String { self["content"]?.elements?.first?["text"]?.text ?? "" }
    fileprivate var answer: JSONValue { self["structuredContent"] ?? .null }
    fileprivate var items: [JSONValue] { answer["items"]?.elements ?? [] }
    fileprivate var isError: Bool { self["isError"] == .bool(true) }

    /// Every object within, this one too.
    fileprivate var objects: [JSONValue] {
        switch self {
        case .array(let elements): elements.flatMap(\.objects)
        case .object(let members): [self] + members.flatMap(\.value.objects)
        default: []
        }
    }
}

/// The tools over a store: answers as they are described, links, pages, moments, keys, bounds.
@Suite struct MCPToolTests {
    private static let calls: [(String, JSONValue)] = [
        ("brands", .row([:])), ("brands", .row(["q": .string("lum"), "limit": JSONValue(1)])),
        ("products", .row(["sort": .string("impact"), "brand": .string("lumora")])),
        ("themes", .row([:])), ("themes", .row(["side": .string("strengths")])),
        ("reviews", .row(["product": .string("B0FLASK001"), "deleted": .bool(true)])),
        ("reviews", .row(["theme": .string("leaks")])),
        ("reviews", .row(["theme": .string("leaks"), "product": .string("B0FLASK001")])),
        ("insight", .row(["brand": .string("Lumora")])),
        ("insight", .row(["product": .string("B0FLASK003")])),
        ("insight", .row(["brand": .string("Lumora"), "language": .string("ja")])),
        ("changes", .row(["brand": .string("Lumora")])),
        ("changes", .row(["product": .string("B0FLASK001"), "from": JSONValue(1)])),
        ("safety", .row([:])), ("safety", .row(["since": .string("3"), "brand": .null])),
        ("search", .row(["q": .string("the")])), ("inbox", .row([:])),
        ("inbox", .row(["since": JSONValue(0), "as_of": JSONValue(1)])),
    ]

    private func client(
        _ golden: String = "insights", _ change: (inout MCPConfiguration) -> Void = { _ in }
    ) async throws -> (MCPClient, ServedStore) {
        let store = try await ServedStore(golden)
        return (try MCPClient(store.path, change), store)
    }

    @Test("Every tool's answer is as its schema says, and the text is the same as the structure")
    func forms() async throws {
        let (client, store) = try await client()
        let results = try await client.call(Self.calls)
        for ((name, arguments), result) in zip(Self.calls, results) {
            let tool = try #require(MCPTool.all.first { $0.name == name })
            #expect(!result.isError, "\(name) \(arguments.canonical): \(result.words)")
            #expect(formFault(result.answer, as: tool.form, at: name) == nil)
            #expect(result.words == result.answer.canonical)
        }
        #expect(Set(Self.calls.map(\.0)) == Set(MCPTool.all.map(\.name)))
        _ = store
    }

    @Test("Answers are those of the API but for deprecated members, links and what was cut")
    func sameAsAPI() async throws {
        let (client, store) = try await client()
        let results = try await client.call(Self.calls)
        let path = store.path
        try await serving(at: path, { _ in }) { service in
            for (address, index) in [
                ("brands", 0), ("products?sort=impact&brand=lumora", 2), ("themes", 3),
                ("products/B0FLASK001/reviews?deleted=true", 5), ("themes/leaks", 6),
                ("brands/Lumora/changes", 11), ("safety", 13), ("search?q=the", 15),
                ("inbox", 16),
            ] {
                let asked = try await service.get(
                    "/api/v1/\(address)\(address.contains("?") ? "&" : "?")limit=20")
                guard case .object(let own) = results[index].answer,
                    let theirs = asked.json?.members
                else { throw StoreFault.timedOut }
                let shower = AnswerShower(
                    run: results[index].answer["as_of"]?["run"]?.integer ?? 0, base: "")
                for (key, value) in theirs where key != "next" {
                    #expect(
                        own.first { $0.key == key }?.value == shower.shown(value),
                        "\(address) \(key)")
                }
            }
        }
    }

    @Test("Every quote has its review's version and a link to its page, as of the run")
    func links() async throws {
        let (client, store) = try await client("insights") {
            $0.linkBase = "https://reviews.example.com"
        }
        let results = try await client.call(Self.calls)
        var quotes = 0
        for object in results.flatMap(\.answer.objects) where object["review_id"] != nil {
            quotes += 1
            #expect(object["version"]?.integer != nil, "\(object.canonical)")
            let link = object["link"]?.text ?? ""
            #expect(link.hasPrefix("https://reviews.example.com/reviews/B0"), "\(link)")
            #expect(link.contains("?as_of="))
        }
        #expect(quotes > 40)
        let link = results[6].items.first?["link"]?.text ?? ""
        try await serving(at: store.path, { _ in }) { service in
            let page = try await service.get(
                String(link.dropFirst("https://reviews.example.com".count)))
            #expect(page.status == 200, "\(link)")
        }
        let product = results[2].items.first
        #expect(
            product?["link"]?.text?.hasPrefix("https://reviews.example.com/products/") == true)
        #expect(product?["rating_sum"] == nil && product?["rating_sum_tenths"] != nil)
    }

    @Test("Pages follow one another as of the run of the first, and a default moment holds")
    func pages() async throws {
        let store = try await ServedStore("insights")
        func ask(_ arguments: JSONValue) async throws -> JSONValue {
            let client = try MCPClient(store.path) { $0.asOf = "1" }
            return try await client.call([("search", arguments)])[0]
        }
        let all = try await ask(.row(["q": .string("the"), "limit": JSONValue(200)]))
        #expect(all.items.count > 2 && all.answer["as_of"]?["run"]?.integer == 1)
        var found: [JSONValue] = []
        var asked = JSONValue.row(["q": .string("the"), "limit": .string("2")])
        while true {
            let page = try await ask(asked)
            found += page.items
            guard let next = page.answer["next"]?.text else { break }
            asked = .row([
                "q": .string("the"), "limit": JSONValue(2), "cursor": .string(next),
            ])
        }
        #expect(found == all.items)
        let now = try await ask(.row(["q": .string("the"), "as_of": .string("last")]))
        #expect(now.answer["as_of"]?["run"]?.integer ?? 0 > 1)
        let other = try await ask(.row(["q": .string("leaks"), "cursor": asked["cursor"]!]))
        #expect(other.isError && other.words.contains("cursor: is of another list"))
    }

    @Test(
        "What a tool cannot answer is an error of the tool, which says what is wrong",
        arguments: [
            ("brands", #"{"colour":"red"}"#, "colour: is not known; known are as_observed"),
            ("brands", #"{"limit":0}"#, "limit: cannot be read; 1 to 200"),
            ("brands", #"{"q":["a"]}"#, "q: cannot be read"),
            ("reviews", "{}", "one of product and theme is needed"),
            ("reviews", #"{"star":1}"#, "one of product and theme is needed"),
            ("reviews", #"{"theme":"leaks","star":1}"#, "star: does not go with theme"),
            ("reviews", #"{"theme":"none"}"#, "There is no such thing: no such theme"),
            ("changes", #"{"brand":"Lumora","product":"B0FLASK001"}"#, "brand: does not go with"),
            ("search", "{}", "q: is missing"), ("insight", #"{"brand":"Nobody"}"#, "Nobody"),
            ("brands", #"{"as_of":99}"#, "as_of: there is no run"),
            ("brands", #"{"as_of":1,"as_observed":"2026-01-01"}"#, "are two ways to say it"),
        ])
    func refused(tool: String, arguments: String, words: String) async throws {
        let (client, store) = try await client()
        let value = try JSONValue(parsing: Array(arguments.utf8))
        let result = try await client.call([(tool, value)])[0]
        #expect(result.isError && result["structuredContent"] == nil)
        #expect(result.words.contains(words), "\(result.words)")
        _ = store
    }

    @Test("A key limits what is seen to its brands, and one that does not hold sees nothing")
    func keys() async throws {
        let store = try await ServedStore("insights")
        try addKey("lumora", brands: ["Lumora"], to: store.path)
        try addKey("blind", [.insight], to: store.path)
        let calls: [(String, JSONValue)] = [
            ("brands", .row([:])), ("reviews", .row(["product": .string("B0FLASK001")])),
            ("search", .row(["q": .string("the")])),
            ("changes", .row(["brand": .string("Knokke")])),
            ("insight", .row(["brand": .string("Knokke")])),
        ]
        let own = try MCPClient(store.path) { $0.key = "key-lumora" }
        #expect(try own.keyFault == nil)
        let seen = try await own.call(calls)
        #expect(seen[0].items.map { $0["brand"]?.text } == ["Lumora"])
        #expect(seen[2].items.allSatisfy { $0["brand"]?.text == "Lumora" })
        #expect(seen[3].isError && seen[4].isError)
        for (key, words) in [
            ("key-nobody", "unknown or revoked"), (nil, "unknown or revoked"),
            ("key-blind", "may not read"),
        ] {
            let client = try MCPClient(store.path) {
                $0.key = key
                $0.asksForKeys = true
            }
            #expect(try client.keyFault?.contains(words) == true)
            for result in try await client.call(calls) {
                #expect(result.isError && result.words.contains(words), "\(result.words)")
            }
        }
        let anybody = try MCPClient(store.path)
        #expect(try anybody.keyFault == nil)
        #expect(try await anybody.call(calls)[0].items.count > 1)
    }

    @Test("Answers are bounded: pages become shorter and go on, then texts and lists are cut")
    func bounds() async throws {
        let store = try await ServedStore("insights")
        func ask(
            _ bytes: Int, _ tool: String, _ arguments: JSONValue
        ) async throws -> JSONValue {
            let client = try MCPClient(store.path) { $0.limits.answerBytes = bytes }
            return try await client.call([(tool, arguments)])[0]
        }
        let all = try await ask(1 << 20, "search", .row(["q": .string("the")]))
        var found: [JSONValue] = []
        var cursor = JSONValue.null
        repeat {
            let page = try await ask(
                1_500, "search", .row(["q": .string("the"), "cursor": cursor]))
            #expect(!page.isError && page.words.utf8.count <= 1_500, "\(page.words)")
            #expect(page.answer["cut_texts"]?.integer == 0 && !page.items.isEmpty)
            found += page.items
            cursor = page.answer["next"] ?? .null
        } while cursor != .null
        #expect(found == all.items && found.count > 4)
        let insight = try await ask(6_000, "insight", .row(["brand": .string("Lumora")]))
        #expect(!insight.isError && insight.words.utf8.count <= 6_000, "\(insight.words)")
        #expect(insight.answer["cut_lists"]?.integer ?? 0 > 0)
        let none = try await ask(100, "brands", .row([:]))
        #expect(none.isError && none.words.contains("ask for less of it"))
    }

    @Test("Cut texts end at a character; the entries of a page are kept")
    func cutting() {
        var cutter = AnswerCutter(AnswerCutter.Bounds(bytes: 4, elements: 2))
        let answer = JSONValue.row([
            "items": .array([.string("äöü"), .string("abcd"), .string("abc€")]),
            "more": .array([.null, .bool(true), JSONValue(3)]),
        ])
        #expect(
            cutter.cut(answer: answer).canonical
                == #"{"cut_lists":1,"cut_texts":2,"items":["äö…","abcd","abc…"],"#
                + #""more":[null,true]}"#)
    }

    @Test("A store without runs, and one whose file was replaced, are errors of the tool")
    func stores() async throws {
        let empty = try EmptyStore()
        _ = try SQLiteStore(path: empty.path)
        let result = try await MCPClient(empty.path).call([("brands", .row([:]))])[0]
        #expect(result.isError && result.words.contains("nothing was loaded yet"))
        let client = try MCPClient(empty.path)
        try FileManager.default.removeItem(atPath: empty.path)
        let gone = try await client.call([("brands", .row([:]))])[0]
        #expect(gone.isError && gone.words == "The store cannot be read: the store does not answer")
    }

    @Test("A schema refers only to its own definitions, and every argument is described")
    func schemas() throws {
        let tools = try #require(MCPTool.list(isStructured: true)["tools"]?.elements)
        #expect(tools.map { $0["name"]?.text } == MCPTool.all.map(\.name))
        for tool in tools {
            let output = tool["outputSchema"] ?? .null
            #expect(output["type"]?.text == "object")
            let names = Set(output["$defs"]?.members?.map(\.key) ?? [])
            for reference in output.objects.compactMap({ $0["$ref"]?.text }) {
                #expect(reference.hasPrefix("#/$defs/"))
                #expect(names.contains(String(reference.dropFirst(8))), "\(reference)")
            }
            let input = tool["inputSchema"] ?? .null
            for (name, schema) in input["properties"]?.members ?? [] {
                #expect(schema["description"]?.text?.isEmpty == false, "\(name)")
            }
            #expect(input["properties"]?["as_of"] != nil)
            #expect(tool["annotations"]?["readOnlyHint"] == .bool(true))
        }
        #expect(MCPTool.list(isStructured: false).canonical.contains("outputSchema") == false)
    }
}
