/// A request to a model's server.
struct ServerCall: Sendable {
    /// The largest file that is read, in bytes: as large as the server takes one.
    static let fileBytes = 200 << 20

    var method: String
    /// With its query, after the base address.
    var path: String
    var body: [UInt8]?
    var contentType = "application/json"
    /// The largest answer in bytes; nil for that of the configuration.
    var answerBytes: Int?
    /// Whether it is sent again only if the first request cannot have been carried out.
    var isSentOnce = false

    init(_ method: String, _ path: String) {
        self.method = method
        self.path = path
    }

    /// A question.
    init(asking body: [UInt8]) {
        self.init("POST", "/chat/completions")
        self.body = body
    }
}

extension OpenAIModel {
    /// Sends one request: a POST with a body, or a GET without one.
    func send(
        _ body: [UInt8]?, _ id: String, path: String = "/chat/completions"
    ) async -> Exchange {
        var call = ServerCall(body == nil ? "GET" : "POST", path)
        call.body = body
        return await send(call, id)
    }
}
