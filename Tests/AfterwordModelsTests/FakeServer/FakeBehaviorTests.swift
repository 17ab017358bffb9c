import AfterwordCore
import Foundation
import Testing

@testable import AfterwordModels

/// Behavior 1 stays byte-equal from release to release: the answers to fixed requests are those of
/// `Expected/fake-behavior-1.txt`. A change of an answer needs a new behavior beside this one.
@Suite("Behavior 1 of the fake API")
struct FakeBehaviorTests {
    private static let expected = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Expected/fake-behavior-1.txt")

    private static let person =
        #"{"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer","#
        + #""minimum":1},"mail":{"type":"string","format":"email"},"code":{"type":"string","#
        + #""pattern":"^[A-Z]{3}-\\d{4}$"},"mood":{"type":"string","enum":["good","bad"]},"#
        + #""scores":{"type":"array","items":{"type":"number","multipleOf":0.5,"maximum":5},"#
        + ##""minItems":2},"boss":{"anyOf":[{"$ref":"#"},{"type":"null"}]}},"required":["name","##
        + #""age","mail","code","mood","scores","boss"],"additionalProperties":false}"#

    private static func format(_ schema: String) -> String {
        #""response_format":{"type":"json_schema","json_schema":{"name":"person","strict":true,"#
            + #""schema":\#(schema)}}"#
    }

    private static let tool =
        #""tools":[{"type":"function","function":{"name":"get_weather","parameters":{"type":"#
        + #""object","properties":{"city":{"type":"string"}},"required":["city"]}}}],"#
        + #""tool_choice":"required""#

    private static func exchanges() throws -> String {
        let api = try FakeAPI { $0.batchSeconds = 400 }
        var text = ""
        func note(_ what: String, _ answer: WireAnswer) {
            text += "== \(what)\n\(answer.status)\n"
            for header in answer.headers { text += "\(header.name): \(header.value)\n" }
            text += "\n" + answer.text
            if !text.hasSuffix("\n") { text += "\n" }
        }
        for more in [
            "", #""n":2,"seed":9"#, #""max_tokens":6"#, #""stream":true"#,
            #""stream":true,"stream_options":{"include_usage":true},"max_tokens":3"#,
            #""logprobs":true,"top_logprobs":2,"max_tokens":2"#, format(person), tool,
            #""temperature":3"#, #""foo":1"#, format(#"{"type":"object"}"#),
        ] { note("chat \(more)", api.chat(more)) }
        for fault in ["refusal", "content_filter", "status=429;retry_after=1", "malformed"] {
            note("fault \(fault)", api.chat(fault: fault))
        }
        note("models", api.call("GET", "/v1/models/gpt-4o-mini"))
        let id = api.createBatch(
            (0..<5).map { FakeAPI.line("r\($0)", #""seed":\#($0)"#) }.joined()
                + FakeAPI.line("bad", #""n":0"#))
        api.advance(500)
        let batch = api.batch(id)
        note("batch", api.call("GET", "/v1/batches/\(id)"))
        for name in ["output_file_id", "error_file_id"] {
            text += "== \(name)\n"
            for line in try api.lines(batch[name]) { text += line.writtenText + "\n" }
        }
        return text
    }

    @Test("The answers are those of the first release, byte for byte")
    func golden() throws {
        let text = try Self.exchanges()
        let actual = Self.expected.appendingPathExtension("actual")
        let kept = (try? String(contentsOf: Self.expected, encoding: .utf8)) ?? ""
        guard text != kept else {
            try? FileManager.default.removeItem(at: actual)
            return
        }
        try text.write(to: actual, atomically: true, encoding: .utf8)
        Issue.record("\(actual.path) differs from \(Self.expected.lastPathComponent)")
    }
}
