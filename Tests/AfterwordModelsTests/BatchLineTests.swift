import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Testing

@testable import AfterwordModels

@Suite struct BatchLineTests {
    @Test("Lines of a batch's files are read as answers are, and never dearer than they say")
    func lines() throws {
        func read(_ line: String) -> BatchAnswer? { BatchAnswer(line: Array(line.utf8)) }
        func outcome(_ line: String) -> String? {
            if case .failure(let failure)? = read(line)?.result { failure.outcome } else { nil }
        }
        #expect(read("{") == nil && read("{}") == nil)
        let body = chatAnswer("{}", input: 7, cached: 3, output: 2)
        let answer = read(
            """
            {"custom_id": "a", "response": \
            {"status_code": 200, "request_id": "r", "body": \(body)}}
            """
        )
        let reply = try #require(try answer?.result.get())
        #expect(answer?.id == "a" && reply.text == "{}" && reply.tier == .batch)
        #expect(reply.requestIDs.server == "r")
        let dear = body.replacing(#""object""#, with: #""service_tier": "turbo", "object""#)
        let kept = read(
            #"{"custom_id": "a", "response": {"status_code": 200, "body": \#(dear)}}"#)
        #expect(try kept?.result.get().tier == .priority || !dear.contains("turbo"))
        #expect(
            outcome(#"{"custom_id": "a", "response": {"status_code": 400, "body": {}}}"#)
                == "bad_request")
        for (code, word) in [
            ("batch_expired", "batch_expired"), ("batch_cancelled", "batch_cancelled"),
            ("odd", "bad_request"),
        ] {
            #expect(outcome(#"{"custom_id": "a", "error": {"code": "\#(code)"}}"#) == word)
        }
        let body200 = #""response": {"status_code": 200, "body": "none"}"#
        #expect(outcome(#"{"custom_id": "a", \#(body200)}"#) == "malformed")
        // Neither a response nor the code of an error.
        for rest in [
            #""response": null"#, #""response": {}, "error": null"#, #""error": {"code": ""}"#,
            #""response": {"status_code": 200}"#, #""response": {"body": {}}"#, #""error": "odd""#,
            #""error": {"message": "odd"}"#,
        ] { #expect(read(#"{"custom_id": "a", \#(rest)}"#) == nil, "\(rest)") }
    }
}
