import AfterwordCore

/// The protocol of one client: messages in, messages and calls of tools out. Pure: it knows no
/// stream, no thread and no store.
///
/// 1. Every request is answered once, unless it is cancelled; notifications never are.
/// 2. Before `initialize` only `ping` is answered.
/// 3. At most `MCPLimits.openCalls` calls are open; one more is refused, and so is a batch of more
///    messages.
struct MCPSession: Sendable {
    /// A call of a tool that is to be carried out.
    struct Call: Sendable {
        /// Names the call until it is finished.
        var number: Int
        var tool: MCPTool
        var arguments: JSONValue
        /// Whether the client reads `structuredContent`.
        var isStructured: Bool
    }

    /// What a message leads to.
    enum Step: Sendable {
        case send(JSONValue)
        case call(Call)
    }

    /// The revisions of the protocol that are spoken, oldest first.
    static let versions = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]
    /// The only revision with batches of messages.
    private static let batchVersion = "2025-03-26"
    /// The first revision with `structuredContent` and `outputSchema`.
    private static let structuredVersion = "2025-06-18"

    private struct OpenCall {
        var id: JSONValue
        var batch: Int?
    }

    private struct Batch {
        /// Calls that are not finished.
        var open = 0
        var answers: [JSONValue] = []
    }

    private enum Outcome {
        case nothing
        case answer(JSONValue)
        case call(MCPTool, JSONValue)
    }

    private let server: MCPConfiguration
    private let limits: MCPLimits
    /// The negotiated revision; nil before `initialize`.
    private(set) var version: String?
    private var open: [Int: OpenCall] = [:]
    private var batches: [Int: Batch] = [:]
    private var newest = 0

    init(_ server: MCPConfiguration) {
        self.server = server
        limits = server.limits
    }

    private var isStructured: Bool { (version ?? "") >= Self.structuredVersion }

    /// Whether no call is open.
    var isIdle: Bool { open.isEmpty }

    /// Whether a call is neither finished nor cancelled.
    func isOpen(_ call: Int) -> Bool { open[call] != nil }

    /// Takes a line of the client.
    mutating func receive(_ line: MessageLines.Line) -> [Step] {
        guard case .message(let bytes) = line else {
            let words = "A message has at most \(limits.messageBytes) bytes."
            return [.send(RPCError.invalidRequest(words).answer(to: .null))]
        }
        guard let value = try? JSONValue(parsing: bytes) else {
            return [.send(RPCError.notJSON.answer(to: .null))]
        }
        if case .array(let messages) = value { return receive(batch: messages) }
        return receive(RPCMessage(value))
    }

    private mutating func receive(_ message: RPCMessage) -> [Step] {
        switch outcome(of: message) {
        case .nothing: endBatches()
        case .answer(let answer): [.send(answer)]
        case .call(let tool, let params): [.call(begin(tool, message, params, batch: nil))]
        }
    }

    private mutating func receive(batch messages: [JSONValue]) -> [Step] {
        guard version == Self.batchVersion, !messages.isEmpty else {
            let words = "Batches of messages are only of revision \(Self.batchVersion)."
            return [.send(RPCError.invalidRequest(words).answer(to: .null))]
        }
        guard messages.count <= limits.openCalls else {
            let words = "A batch has at most \(limits.openCalls) messages."
            return [.send(RPCError.invalidRequest(words).answer(to: .null))]
        }
        newest += 1
        let number = newest
        batches[number] = Batch()
        var steps: [Step] = []
        for message in messages.map({ RPCMessage($0) }) {
            switch outcome(of: message) {
            case .nothing: break
            case .answer(let answer): batches[number]?.answers.append(answer)
            case .call(let tool, let params):
                batches[number]?.open += 1
                steps.append(.call(begin(tool, message, params, batch: number)))
            }
        }
        return steps + endBatches()
    }

    private mutating func begin(
        _ tool: MCPTool, _ message: RPCMessage, _ params: JSONValue, batch: Int?
    ) -> Call {
        newest += 1
        var id = JSONValue.null
        if case .request(let own, _, _) = message { id = own }
        open[newest] = OpenCall(id: id, batch: batch)
        return Call(
            number: newest, tool: tool, arguments: params["arguments"] ?? .null,
            isStructured: isStructured)
    }

    /// Ends a call with its result.
    ///
    /// - Returns: What is sent; nothing for a call that was cancelled, or while others of its batch
    ///   are open.
    mutating func finish(_ call: Int, _ result: JSONValue) -> [Step] {
        guard let ended = open.removeValue(forKey: call) else { return [] }
        let answer = Self.answer(to: ended.id, result)
        guard let batch = ended.batch else { return [.send(answer)] }
        batches[batch]?.open -= 1
        batches[batch]?.answers.append(answer)
        return endBatches()
    }

    /// Sends the answers of the batches of which no call is open.
    private mutating func endBatches() -> [Step] {
        let ended = batches.filter { $0.value.open == 0 }.sorted { $0.key < $1.key }
        for (number, _) in ended { batches[number] = nil }
        return ended.map(\.value.answers).filter { !$0.isEmpty }.map { .send(.array($0)) }
    }

    private static func answer(to id: JSONValue, _ result: JSONValue) -> JSONValue {
        .row(["jsonrpc": .string("2.0"), "id": id, "result": result])
    }

    // MARK: Methods

    private mutating func outcome(of message: RPCMessage) -> Outcome {
        switch message {
        case .response: return .nothing
        case .invalid(let id):
            return .answer(
                RPCError.invalidRequest("This is no JSON-RPC 2.0 message.").answer(to: id))
        case .withoutParams(let id):
            return .answer(RPCError.invalidParams("params: is an object.").answer(to: id))
        case .notification(let method, let params):
            if method == "notifications/cancelled", let id = params["requestId"] { cancel(id) }
            return .nothing
        case .request(let id, let method, let params):
            do throws(RPCError) {
                return try outcome(id, method, params)
            } catch {
                return .answer(error.answer(to: id))
            }
        }
    }

    private mutating func outcome(
        _ id: JSONValue, _ method: String, _ params: JSONValue
    ) throws(RPCError) -> Outcome {
        switch method {
        case "ping": return .answer(Self.answer(to: id, .row([:])))
        case "initialize": return .answer(Self.answer(to: id, try initialize(params)))
        case "tools/list", "tools/call": break
        default: throw .unknownMethod(method)
        }
        guard version != nil else { throw .invalidRequest("initialize comes first.") }
        guard !open.values.contains(where: { $0.id == id }) else {
            throw .invalidRequest("A request with this id is open.")
        }
        if method == "tools/call" { return .call(try tool(params), params) }
        guard [nil, .null].contains(params["cursor"]) else {
            throw .invalidParams("cursor: all tools are on one page.")
        }
        return .answer(Self.answer(to: id, MCPTool.list(isStructured: isStructured)))
    }

    private mutating func initialize(_ params: JSONValue) throws(RPCError) -> JSONValue {
        guard version == nil else { throw .invalidRequest("initialize was answered already.") }
        guard let asked = params["protocolVersion"]?.text else {
            throw .invalidParams("protocolVersion: is missing.")
        }
        let agreed = Self.versions.contains(asked) ? asked : Self.versions[Self.versions.count - 1]
        version = agreed
        return .row([
            "protocolVersion": .string(agreed),
            "capabilities": .row(["tools": .row([:])]),
            "serverInfo": .row([
                "name": .string("afterword"), "title": .string("Afterword"),
                "version": .string(server.version),
            ]),
            "instructions": .string(MCPTool.instructions),
        ])
    }

    private func tool(_ params: JSONValue) throws(RPCError) -> MCPTool {
        guard let name = params["name"]?.text else { throw .invalidParams("name: is missing.") }
        guard let tool = MCPTool.all.first(where: { $0.name == name }) else {
            throw .invalidParams("Unknown tool: \(name.prefix(100))")
        }
        guard [nil, .null].contains(params["arguments"]) || params["arguments"]?.members != nil
        else { throw .invalidParams("arguments: is an object.") }
        guard open.count < limits.openCalls else { throw .busy }
        return tool
    }

    /// Forgets a call; its result is dropped. An unknown id is ignored, as the protocol says: the
    /// answer may have been sent already.
    private mutating func cancel(_ id: JSONValue) {
        guard let (number, call) = open.first(where: { $0.value.id == id }) else { return }
        open[number] = nil
        if let batch = call.batch { batches[batch]?.open -= 1 }
    }
}
