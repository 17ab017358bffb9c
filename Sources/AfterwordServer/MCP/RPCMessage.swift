import AfterwordCore

/// A JSON-RPC 2.0 message from a client, as far as it can be read.
enum RPCMessage: Sendable {
    case request(id: JSONValue, method: String, params: JSONValue)
    case notification(method: String, params: JSONValue)
    /// An answer to a request of this side, which sends none, or a notification that cannot be
    /// read: ignored.
    case response
    /// No message; `id` is the id of the request where it can be read, else null.
    case invalid(id: JSONValue)
    /// A request whose parameters are no object.
    case withoutParams(id: JSONValue)

    /// Reads one message; `params` are an empty object where they are left out or null. A
    /// notification that cannot be read is ignored: none is ever answered.
    init(_ value: JSONValue) {
        let id = value["id"]
        let known = id.flatMap { Self.isID($0) ? $0 : nil } ?? .null
        guard value.members != nil, value["jsonrpc"]?.text == "2.0" else {
            self = .invalid(id: known)
            return
        }
        guard let method = value["method"]?.text else {
            let isAnswer = value["result"] != nil || value["error"] != nil
            self = isAnswer && value["method"] == nil ? .response : .invalid(id: known)
            return
        }
        let given = value["params"] ?? .null
        let params = given == .null ? JSONValue.object([]) : given
        guard id == nil || known != .null else {
            self = .invalid(id: known)
            return
        }
        guard params.members != nil else {
            self = id == nil ? .response : .withoutParams(id: known)
            return
        }
        self =
            id == nil
            ? .notification(method: method, params: params)
            : .request(id: known, method: method, params: params)
    }

    /// Whether a value may be the id of a request: a text or a number.
    static func isID(_ value: JSONValue) -> Bool {
        if case .number = value { return true }
        return value.text != nil
    }
}

/// An error of the protocol. What goes wrong within a tool is an answer of the tool instead.
struct RPCError: Error, Equatable, Sendable {
    var code: Int
    var message: String

    static let notJSON = RPCError(code: -32_700, message: "The message is not JSON.")

    static func invalidRequest(_ message: String) -> RPCError {
        RPCError(code: -32_600, message: message)
    }

    static func unknownMethod(_ method: String) -> RPCError {
        RPCError(code: -32_601, message: "Method not found: \(method.prefix(100))")
    }

    static func invalidParams(_ message: String) -> RPCError {
        RPCError(code: -32_602, message: message)
    }

    static let busy = RPCError(code: -32_000, message: "Too many calls are open; ask again later.")

    /// The message that answers the request with this id.
    func answer(to id: JSONValue) -> JSONValue {
        .row([
            "jsonrpc": .string("2.0"), "id": id,
            "error": .row(["code": JSONValue(code), "message": .string(message)]),
        ])
    }
}
