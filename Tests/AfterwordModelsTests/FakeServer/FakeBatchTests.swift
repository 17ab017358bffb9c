import AfterwordCore
import Testing

@testable import AfterwordModels

@Suite("Files and batches of the fake API")
struct FakeBatchTests {
    private static let ten = (0..<10).map { FakeAPI.line("r\($0)") }.joined()

    @Test("A batch goes through its states by the clock")
    func states() throws {
        let api = try FakeAPI { $0.batchSeconds = 400 }
        let id = api.createBatch(Self.ten)
        var seen: [String] = []
        for _ in 0..<9 {
            seen.append(api.batch(id)["status"]?.text ?? "")
            api.advance(50)
        }
        #expect(
            seen == [
                "validating", "validating", "in_progress", "in_progress", "in_progress",
                "in_progress", "finalizing", "finalizing", "completed",
            ])
        let batch = api.batch(id)
        #expect(batch["in_progress_at"]?.whole == Int(FakeAPI.start) + 100)
        #expect(batch["finalizing_at"]?.whole == Int(FakeAPI.start) + 300)
        #expect(batch["completed_at"]?.whole == Int(FakeAPI.start) + 400)
        #expect(batch["request_counts"]?["completed"]?.whole == 10)
        #expect(batch["error_file_id"] == .null)
        let ids = try api.lines(batch["output_file_id"]).compactMap { $0["custom_id"]?.text }
        #expect(ids != ids.sorted() && ids.sorted() == (0..<10).map { "r\($0)" })
    }

    @Test("The seed decides the order of the output, and nothing else")
    func order() throws {
        func order(_ seed: UInt64) throws -> [String] {
            let api = try FakeAPI { $0.seed = seed }
            let id = api.createBatch(Self.ten)
            api.advance(10)
            return try api.lines(api.batch(id)["output_file_id"]).compactMap {
                $0["custom_id"]?.text
            }
        }
        #expect(try order(1) == order(1))
        #expect(try order(1) != order(2))
    }

    @Test("Cancelled and expired batches keep what was done")
    func partial() throws {
        let api = try FakeAPI { $0.batchSeconds = 400 }
        let cancelled = api.createBatch(Self.ten)
        let expired = api.createBatch(Self.ten, fault: "batch=expire;done=0.3")
        api.advance(200)
        #expect(api.batch(cancelled)["request_counts"]?["completed"]?.whole == 5)
        let answer = api.call("POST", "/v1/batches/\(cancelled)/cancel")
        #expect(answer.json["status"]?.text == "cancelling")
        api.advance(100)
        let ended = api.batch(cancelled)
        #expect(ended["status"]?.text == "cancelled")
        #expect(try api.lines(ended["output_file_id"]).count == 5)
        #expect(try api.lines(ended["error_file_id"]).count == 5)
        #expect(api.call("POST", "/v1/batches/\(cancelled)/cancel").status == 409)
        #expect(api.batch(expired)["status"]?.text == "in_progress")
        api.advance(86_400)
        let late = api.batch(expired)
        #expect(late["status"]?.text == "expired")
        #expect(late["expired_at"] == late["expires_at"])
        #expect(try api.lines(late["output_file_id"]).count == 3)
        let rest = try api.lines(late["error_file_id"])
        #expect(rest.allSatisfy { $0["error"]?["code"]?.text == "batch_expired" })
        #expect(rest.count == 7)
    }

    @Test(
        "Faults of lines fail a batch",
        arguments: [
            ("", "empty_file"), ("oops\n", "invalid_json_line"),
            (FakeAPI.line("a") + FakeAPI.line("a"), "duplicate_custom_id"),
            (FakeAPI.line("a").replacing("/v1/chat", with: "/v1/chit"), "url_mismatch"),
            (FakeAPI.line("a") + FakeAPI.line("b").replacing("-mini", with: ""), "model_mismatch"),
        ])
    func faults(content: String, code: String) throws {
        let api = try FakeAPI()
        let id = api.createBatch(content)
        api.advance(10)
        let batch = api.batch(id)
        #expect(batch["status"]?.text == "failed")
        #expect(batch["errors"]?["data"]?.elements?.first?["code"]?.text == code)
        #expect(batch["output_file_id"] == .null)
    }

    @Test("Faults of rules bend the usage of a batch's lines, leave it out, or break the line")
    func rules() throws {
        let faults = ["usage=zero", "usage=missing", "malformed", "status=503;malformed"]
        let rules = faults.enumerated().map { number, fault in
            #"{"match":{"custom_id":"r\#(number)"},"answers":[{"fault":"\#(fault)"}]}"#
        }
        let book = try RuleBook(Array(#"{"rules":[\#(rules.joined(separator: ","))]}"#.utf8))
        let api = try FakeAPI { $0.rules = book }
        let id = api.createBatch((0..<5).map { FakeAPI.line("r\($0)") }.joined())
        api.advance(10)
        let batch = api.batch(id)
        #expect(batch["request_counts"]?["completed"]?.whole == 4)
        #expect(batch["request_counts"]?["failed"]?.whole == 1)
        let own = api.chat().json["usage"]?["total_tokens"]?.whole ?? 0
        #expect(own > 0 && batch["usage"]?["total_tokens"]?.whole == 4 * own)
        func lines(_ member: String) throws -> [(id: String, body: JSONValue?)] {
            try api.text(batch[member]).split(separator: "\n").map { line in
                let document = try? JSONValue(parsing: Array(line.utf8))
                #expect((document == nil) == line.hasSuffix("<oops>"), "\(line)")
                return (document?["custom_id"]?.text ?? "", document?["response"]?["body"])
            }
        }
        let output = try lines("output_file_id")
        #expect(output.map(\.id).sorted() == ["", "r0", "r1", "r4"])
        let bodies = Dictionary(output.map { ($0.id, $0.body) }, uniquingKeysWith: { $1 })
        #expect(bodies["r0"]??["usage"]?["total_tokens"]?.whole == 0)
        #expect(bodies["r1"]??["usage"] == nil && bodies["r1"]??["choices"] != nil)
        #expect(bodies["r4"]??["usage"]?["total_tokens"]?.whole == own)
        #expect(try lines("error_file_id").map(\.id) == [""])
    }

    @Test("A batch that is made to fail is completed, with a 500 for every line")
    func failing() throws {
        let api = try FakeAPI()
        let id = api.createBatch(Self.ten, fault: "batch=fail")
        api.advance(10)
        let batch = api.batch(id)
        #expect(batch["status"]?.text == "completed" && batch["output_file_id"] == .null)
        #expect(batch["request_counts"]?["failed"]?.whole == 10)
        let lines = try api.lines(batch["error_file_id"])
        #expect(lines.count == 10)
        #expect(lines.allSatisfy { $0["response"]?["status_code"]?.whole == 500 })
    }

    @Test("What lies on the shelf is taken over, at any moment of a batch")
    func restart() throws {
        for moment in [0, 150, 350, 500] {
            let shelf = MemoryShelf()
            let id: String
            do {
                let api = try FakeAPI(on: shelf) { $0.batchSeconds = 400 }
                id = api.createBatch(Self.ten)
                api.advance(moment)
                _ = api.batch(id)
            }
            let api = try FakeAPI(on: shelf) { $0.batchSeconds = 400 }
            api.advance(500 - moment)
            let batch = api.batch(id)
            #expect(batch["status"]?.text == "completed", "moment \(moment)")
            #expect(try api.lines(batch["output_file_id"]).count == 10)
            #expect(api.upload("{}") != batch["input_file_id"]?.text)
        }
    }

    @Test("A form with any content comes apart as it was put together")
    func forms() throws {
        var random = SplitMix64(seed: 3)
        for _ in 0..<200 {
            let content = (0..<Int(random.draw(below: 60))).map { _ in
                "-\r\nmark:x".utf8.randomElement(using: &random) ?? 0
            }
            guard !String(decoding: content, as: UTF8.self).contains("\r\n--mark") else { continue }
            let body =
                Array("--mark\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\n".utf8)
                + content + Array("\r\n--mark--\r\n".utf8)
            let parts = try readForm(
                FormBody(body), contentType: "multipart/form-data; boundary=\"mark\"")
            #expect(parts?.count == 1)
            #expect(parts.map { Array(body[$0[0].bytes]) } == content)
        }
        let bytes = FormBody([1, 2])
        #expect(try readForm(bytes, contentType: "application/json") == nil)
        #expect(try readForm(bytes, contentType: "multipart/form-data; boundary=x") == nil)
    }

    @Test("A form larger than its parts of a megabyte comes apart too")
    func largeForm() throws {
        let filler = [UInt8](repeating: 0x0D, count: 1 << 20)
        for shift in [-4, -3, -2, -1, 0, 1] {
            let head = Array("--mark\r\nContent-Disposition: form-data; name=f\r\n\r\n".utf8)
            let content = filler.dropLast(head.count - shift)
            let body = head + content + Array("\r\n--mark--".utf8)
            let parts = try readForm(
                FormBody(body), contentType: "multipart/form-data; boundary=mark")
            #expect(parts?.first?.bytes == head.count..<head.count + content.count)
        }
    }
}
