import AfterwordCore
import Synchronization
import Testing

@testable import AfterwordModels

/// A fake API with a clock that a test moves, and what a client does with it.
final class FakeAPI: Sendable {
    static let start: Int64 = 1_796_000_000

    let api: FakeOpenAI
    let shelf: any Shelf
    private let key: String

    init(
        on shelf: any Shelf = MemoryShelf(), key: String = "sk-test",
        _ change: (inout FakeOpenAI.Configuration) -> Void = { _ in }
    ) throws {
        var configuration = FakeOpenAI.Configuration()
        change(&configuration)
        self.shelf = shelf
        self.key = key
        api = try FakeOpenAI(configuration, on: shelf) { Self.start * 1_000_000 }
    }

    @discardableResult
    func call(
        _ method: String, _ target: String, _ body: String = "", fault: String? = nil,
        key: String? = nil
    ) -> WireAnswer {
        var headers = ["authorization": "Bearer \(key ?? self.key)"]
        if let fault { headers["x-fake-fault"] = fault }
        return api.answer(WireRequest(method, target, headers: headers, body: Array(body.utf8)))
    }

    func chat(_ more: String = "", fault: String? = nil, key: String? = nil) -> WireAnswer {
        call("POST", "/v1/chat/completions", Self.body(more), fault: fault, key: key)
    }

    /// The body of a chat request with further members.
    static func body(_ more: String = "") -> String {
        #"{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Hello there."}]"#
            + (more.isEmpty ? "" : ",\(more)") + "}"
    }

    func advance(_ seconds: Int) {
        call("POST", "/_fake/clock", #"{"advance":\#(seconds)}"#)
    }

    /// Uploads a file for a batch and returns its id.
    func upload(_ content: String, name: String = "in.jsonl", purpose: String = "batch") -> String {
        let form = """
            --mark\r\nContent-Disposition: form-data; name="purpose"\r\n\r\n\
            \(purpose)\r\n--mark\r\n\
            Content-Disposition: form-data; name="file"; filename="\(name)"\r\n\
            Content-Type: application/octet-stream\r\n\r\n\(content)\r\n--mark--\r\n
            """
        let answer = api.answer(
            WireRequest(
                "POST", "/v1/files",
                headers: [
                    "authorization": "Bearer \(key)",
                    "content-type": "multipart/form-data; boundary=mark",
                ], body: Array(form.utf8)))
        return answer.json["id"]?.text ?? ""
    }

    func createBatch(_ content: String, fault: String? = nil) -> String {
        let file = upload(content)
        let answer = call(
            "POST", "/v1/batches",
            #"{"input_file_id":"\#(file)","endpoint":"/v1/chat/completions","#
                + #""completion_window":"24h"}"#, fault: fault)
        return answer.json["id"]?.text ?? ""
    }

    func batch(_ id: String) -> JSONValue { call("GET", "/v1/batches/\(id)").json }

    /// The lines of a stored file.
    func lines(_ id: JSONValue?) throws -> [JSONValue] {
        try bytes(id).split(separator: 0x0A).map { try JSONValue(parsing: Array($0)) }
    }

    /// A stored file as text.
    func text(_ id: JSONValue?) throws -> String {
        String(decoding: try bytes(id), as: UTF8.self)
    }

    private func bytes(_ id: JSONValue?) throws -> [UInt8] {
        let answer = call("GET", "/v1/files/\(id?.text ?? "")/content")
        guard case .stored(let name, let count) = answer.body else { return [] }
        return try api.stored(name, from: 0, count: count)
    }

    /// A line of a batch's input.
    static func line(_ id: String, _ more: String = "") -> String {
        #"{"custom_id":"\#(id)","method":"POST","url":"/v1/chat/completions","body":"#
            + body(more) + "}\n"
    }
}

extension WireAnswer {
    /// The body as JSON; null where it is none.
    var json: JSONValue { (try? JSONValue(parsing: bytes)) ?? .null }
    var error: JSONValue { json["error"] ?? .null }
    var text: String { String(decoding: bytes, as: UTF8.self) }
    /// The content of the first choice.
    var content: String? {
        json["choices"]?.elements?.first?["message"]?["content"]?.text
    }
    /// The contents of a stream's first choice.
    var streamed: String {
        text.split(separator: "\n\n").compactMap { event in
            let document = try? JSONValue(parsing: Array(event.dropFirst(6).utf8))
            return document?["choices"]?.elements?.first?["delta"]?["content"]?.text
        }.joined()
    }
}
