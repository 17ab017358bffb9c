import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Foundation
import Testing

@testable import AfterwordServer

/// The Model Context Protocol without a store: lines, messages, errors, cancellation, batches.
@Suite struct MCPSessionTests {
    private var session: MCPSession

    init() { session = MCPSession(MCPConfiguration(version: "9.9") { ReviewHistory.start }) }

    /// What a line of text leads to: messages as JSON, calls as `call NAME`.
    private static func said(_ steps: [MCPSession.Step]) -> [String] {
        steps.map { step in
            switch step {
            case .send(let message): message.canonical
            case .call(let call): "call \(call.tool.name)"
            }
        }
    }

    private mutating func say(_ text: String) -> [String] {
        Self.said(session.receive(.message(Array(text.utf8))))
    }

    private mutating func begin(_ version: String = "2025-11-25") {
        _ = say(Self.initialize("\"i\"", version))
    }

    private static func initialize(_ id: String, _ version: String) -> String {
        #"{"jsonrpc":"2.0","id":\#(id),"method":"initialize","#
            + #""params":{"protocolVersion":"\#(version)","capabilities":{}}}"#
    }

    private static func error(_ id: String, _ code: Int, _ message: String) -> String {
        #"{"error":{"code":\#(code),"message":"\#(message)"},"id":\#(id),"jsonrpc":"2.0"}"#
    }

    private static func call(_ id: Int, _ more: String = #""name":"brands""#) -> String {
        #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{\#(more)}}"#
    }

    @Test(
        "The client's revision is agreed to where it is spoken, else the newest is offered",
        arguments: [
            ("2024-11-05", "2024-11-05"), ("2025-03-26", "2025-03-26"),
            ("2025-06-18", "2025-06-18"), ("2025-11-25", "2025-11-25"),
            ("2026-07-28", "2025-11-25"), ("1.0", "2025-11-25"),
        ])
    mutating func negotiation(asked: String, agreed: String) throws {
        let answer = try #require(say(Self.initialize("1", asked)).first)
        let result = try JSONValue(parsing: Array(answer.utf8))["result"]
        #expect(result?["protocolVersion"]?.text == agreed)
        #expect(result?["serverInfo"]?["version"]?.text == "9.9")
        #expect(result?["capabilities"]?["tools"]?.members?.isEmpty == true)
        #expect(say(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#) == [])
        let list = try #require(say(#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#).first)
        #expect(list.contains("outputSchema") == (agreed >= "2025-06-18"))
    }

    @Test("Before initialize only ping is answered; a second one is refused")
    mutating func lifecycle() {
        let early = Self.error("1", -32_600, "initialize comes first.")
        #expect(say(#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#) == [early])
        #expect(say(Self.call(1)) == [early])
        #expect(
            say(#"{"jsonrpc":"2.0","id":"p","method":"ping"}"#)
                == [#"{"id":"p","jsonrpc":"2.0","result":{}}"#])
        #expect(
            say(#"{"jsonrpc":"2.0","id":3,"method":"initialize","params":{}}"#)
                == [Self.error("3", -32_602, "protocolVersion: is missing.")])
        begin()
        #expect(
            say(#"{"jsonrpc":"2.0","id":4,"method":"initialize","params":{"protocolVersion":"x"}}"#)
                == [Self.error("4", -32_600, "initialize was answered already.")])
    }

    @Test("What is no message is an error with the id that can be read")
    mutating func invalid() {
        begin()
        let words = "This is no JSON-RPC 2.0 message."
        for (text, id) in [
            (#"{"id":1,"method":"ping"}"#, "1"),
            (#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, "1"),
            (#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, "null"),
            (#"{"jsonrpc":"2.0","id":"a"}"#, #""a""#), ("7", "null"),
            (#"{"jsonrpc":"2.0","id":2,"method":7}"#, "2"),
        ] { #expect(say(text) == [Self.error(id, -32_600, words)], "\(text)") }
        for text in ["{", "ping", #"{"a":1}{"#, "\u{FEFF}{}"] {
            #expect(say(text) == [Self.error("null", -32_700, "The message is not JSON.")])
        }
        #expect(
            Self.said(session.receive(.tooLong))
                == [Self.error("null", -32_600, "A message has at most 1048576 bytes.")])
        #expect(say(#"{"jsonrpc":"2.0","id":9,"result":{}}"#) == [])
        #expect(say(#"{"jsonrpc":"2.0","method":"notifications/unknown"}"#) == [])
        #expect(say(#"{"jsonrpc":"2.0","method":"notifications/unknown","params":[]}"#) == [])
    }

    @Test("Any number is an id; parameters that are null are left out; others are an object")
    mutating func identified() {
        for id in ["1.5", "1.0", "-3", "99999999999999999999"] {
            #expect(
                say(#"{"jsonrpc":"2.0","id":\#(id),"method":"ping","params":null}"#)
                    == [#"{"id":\#(id),"jsonrpc":"2.0","result":{}}"#])
        }
        #expect(
            say(#"{"jsonrpc":"2.0","id":2,"method":"ping","params":[]}"#)
                == [Self.error("2", -32_602, "params: is an object.")])
        begin()
        let list = #"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":null}}"#
        #expect(say(list).first?.contains(#""result":{"tools""#) == true)
    }

    @Test("Unknown methods, tools and parameters have the codes of the specification")
    mutating func refused() {
        begin()
        for (text, id, code, words) in [
            (
                #"{"jsonrpc":"2.0","id":1,"method":"resources/list"}"#, "1", -32_601,
                "Method not found: resources/list"
            ),
            (
                #"{"jsonrpc":"2.0","id":2,"method":"tools/list","params":{"cursor":"x"}}"#, "2",
                -32_602, "cursor: all tools are on one page."
            ), (Self.call(3, ""), "3", -32_602, "name: is missing."),
            (Self.call(4, #""name":"drop""#), "4", -32_602, "Unknown tool: drop"),
            (
                Self.call(5, #""name":"brands","arguments":[]"#), "5", -32_602,
                "arguments: is an object."
            ),
        ] { #expect(say(text) == [Self.error(id, code, words)], "\(text)") }
        #expect(say(Self.call(6, #""name":"brands","arguments":null"#)) == ["call brands"])
    }

    @Test("A call is answered once, by its id; a second with that id is refused while it is open")
    mutating func answers() throws {
        begin()
        guard
            case .call(let call) = try #require(
                session.receive(.message(Array(Self.call(7).utf8))).first)
        else { throw MCPTestFault() }
        #expect(!session.isIdle && session.isOpen(call.number) && call.isStructured)
        #expect(say(Self.call(7)) == [Self.error("7", -32_600, "A request with this id is open.")])
        #expect(
            Self.said(session.finish(call.number, .row(["a": .null])))
                == [#"{"id":7,"jsonrpc":"2.0","result":{"a":null}}"#])
        #expect(session.isIdle && session.finish(call.number, .null).isEmpty)
    }

    @Test("A cancelled call is never answered; an unknown one is ignored")
    mutating func cancellation() throws {
        begin()
        guard
            case .call(let call) = try #require(
                session.receive(.message(Array(Self.call(7).utf8))).first)
        else { throw MCPTestFault() }
        func cancel(_ id: String) -> String {
            #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":\#(id)}}"#
        }
        #expect(say(cancel("8")) == [] && session.isOpen(call.number))
        #expect(say(cancel("7")) == [] && !session.isOpen(call.number))
        #expect(session.finish(call.number, .row([:])).isEmpty)
        #expect(say(Self.call(7)) == ["call brands"])
    }

    @Test("More calls than may be open are refused")
    mutating func busy() {
        begin()
        for id in 1...64 { #expect(say(Self.call(id)) == ["call brands"]) }
        #expect(
            say(Self.call(65))
                == [Self.error("65", -32_000, "Too many calls are open; ask again later.")])
    }

    @Test("A batch is answered as one message when its last call has ended or was cancelled")
    mutating func batches() throws {
        let both = "[\(Self.call(1)),\(Self.call(2))]"
        let refused = Self.error(
            "null", -32_600, "Batches of messages are only of revision 2025-03-26.")
        #expect(say(both) == [refused])
        begin("2025-03-26")
        #expect(say("[]") == [refused])
        let ping = #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#
        let many = "[" + Array(repeating: ping, count: 65).joined(separator: ",") + "]"
        #expect(say(many) == [Self.error("null", -32_600, "A batch has at most 64 messages.")])
        #expect(say(#"[{"jsonrpc":"2.0","method":"notifications/initialized"}]"#) == [])
        let text =
            #"[{"jsonrpc":"2.0","id":"p","method":"ping"},\#(Self.call(1)),\#(Self.call(2)),7]"#
        let calls = session.receive(.message(Array(text.utf8))).compactMap { step in
            if case .call(let call) = step { call } else { nil }
        }
        #expect(calls.count == 2 && calls.allSatisfy { !$0.isStructured })
        #expect(session.finish(calls[1].number, .row([:])).isEmpty)
        let sent = say(
            #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#)
        let answers = try JSONValue(parsing: Array(try #require(sent.first).utf8)).elements
        #expect(sent.count == 1)
        #expect(answers?.map { $0["id"]?.canonical } == ["\"p\"", "null", "2"])
    }

    @Test("Lines are cut at any place; a line that is too long costs only itself")
    func lines() {
        let text = "{\"a\":1}\r\n\n  \n" + String(repeating: "x", count: 40) + "\n{}\nlast"
        for size in [1, 3, 7, 1_000] {
            var lines = MessageLines(limit: 20)
            var found: [MessageLines.Line] = []
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                found += lines.take(rest.prefix(size))
                rest = rest.dropFirst(size)
            }
            if let line = lines.finish() { found.append(line) }
            #expect(
                found == [
                    .message(Array("{\"a\":1}\r".utf8)), .tooLong, .message(Array("{}".utf8)),
                    .message(Array("last".utf8)),
                ], "\(size)")
            #expect(lines.finish() == nil)
        }
    }
}

/// A step of another kind than the test needs.
private struct MCPTestFault: Error {}
