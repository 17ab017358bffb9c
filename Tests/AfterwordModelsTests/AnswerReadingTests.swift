import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Testing

@testable import AfterwordModels

/// What is read of a server's answer, booked for it and kept of it.
@Suite struct AnswerReadingTests {
    private static let usage = ModelUsage(input: 1_000, cachedInput: 0, output: 100)

    private func read(_ body: String) -> Result<ModelReply, ModelFailure> {
        do throws(ModelFailure) {
            return .success(try readChat(Exchange(kind: .answered(200), body: Array(body.utf8))))
        } catch {
            return .failure(error)
        }
    }

    private func failure(_ body: String) throws -> ModelFailure {
        guard case .failure(let failure) = read(body) else {
            throw ModelFailure(.badRequest("no failure"))
        }
        return failure
    }

    @Test("Of a cut answer its text is kept, of one that ended in another way all that came")
    func kept() throws {
        let cut = try failure(chatAnswer(#"{"half": "#, finish: "length"))
        #expect(cut.fault == .cut && cut.answer == #"{"half": "# && cut.usage == Self.usage)
        let empty = chatAnswer("", finish: "length")
        #expect(try failure(empty).answer == empty)
        let whole = chatAnswer("{}")
        for body in [
            chatAnswer("{}", finish: "eos"),
            whole.replacing(#"_reason": "stop""#, with: #"_reason": null"#),
            whole.replacing(#""finish_reason": "stop", "#, with: ""),
        ] {
            let other = try failure(body)
            #expect(other.fault == .malformed && other.answer == body)
            #expect(other.usage == Self.usage && other.unknownTries == 0)
        }
    }

    @Test("An answer without a choice costs what it says that it used; without usage, the most")
    func withoutChoice() throws {
        let usage = #""usage": {"prompt_tokens": 1000, "completion_tokens": 100}"#
        for choices in [#""choices": [], "#, #""choices": null, "#, ""] {
            let body = #"{"model": "m", \#(choices)\#(usage)}"#
            let known = try failure(body)
            #expect(known.fault == .malformed && known.usage == Self.usage)
            #expect(known.unknownTries == 0 && known.answer == body && known.servedModel == "m")
        }
        let unknown = try failure(#"{"choices": [], "usage": {"prompt_tokens": -1}}"#)
        #expect(unknown.usage == nil && unknown.unknownTries == 1)
    }

    @Test(
        "Counts are whole numbers however they are written",
        arguments: [
            ("2907", 2_907), ("2907.0", 2_907), ("2.907e3", 2_907), ("2.907E+3", 2_907),
            ("29070e-1", 2_907), ("2907.000000", 2_907), ("0.0", 0), ("-1.0", -1), ("1e2", 100),
            ("2907.5", nil), ("2.9071e3", nil), ("1e-1", nil), ("1e19", nil), ("1e300", nil),
            ("1e-9223372036854775808", nil), ("1e99999999999999999999", nil),
        ] as [(String, Int64?)])
    func wholeNumbers(written: String, expect: Int64?) {
        #expect(JSONValue.number(written).wholeNumber == expect)
        #expect(JSONValue.string(written).wholeNumber == nil)
        let body = chatAnswer("{}").replacing(": 1000,", with: ": \(written),")
        let used = try? read(body).get().usage.input
        #expect(used == (expect.map { $0 > 0 ? $0 : 0 } ?? 0))
    }

    @Test(
        "The one object of an answer is read, whatever a model writes around it",
        arguments: [
            "\u{FEFF}{\"a\": 1}", "<think>Is {\"b\": 2} meant?\n</think>\n\n{\"a\": 1}",
            " \n<think></think>{\"a\": 1}", "```json\n{\"a\": 1}\n```",
            "Here is the JSON:\n```json\n{\"a\": 1}\n```",
            "Here is the JSON:\n\n```\n{\"a\": 1}\n```\nI hope this helps!",
            "\u{FEFF}<think>So.</think>\nHere it is:\n```json\n{\"a\": 1}\n```\n",
            "{\"a\": 1}",
        ])
    func text(written: String) throws {
        for mark in ["", "\u{FEFF}"] {
            let reply = try read(mark + chatAnswer(written)).get()
            #expect(json(reply.text)["a"]?.integer == 1 && reply.usage == Self.usage)
        }
    }

    @Test(
        "Where several objects may be meant, none is taken, and all that came is kept",
        arguments: [
            "```json\n{\"a\": 1}\n```\nor\n```json\n{\"a\": 2}\n```",
            "{\"a\": 1} is better than\n```json\n{\"a\": 2}\n```",
            "Here:\n```json\n{\"a\": 1}\n```\nor {\"a\": 2}", "{\"a\": 1}{\"a\": 2}",
            "Here:\n```json\n{\"a\": 1}{\"a\": 2}\n```", "Here: {\"a\": 1}",
            "Here:\n```json\n[1]\n```", "<think>{\"a\": 1}", "<think>So.</think>no",
            "<think>So.</think>{\"a\": 1} or {\"a\": 2}", "{\"a\": 1}<think>So.</think>",
        ])
    func ambiguous(written: String) throws {
        let text = try read(chatAnswer(written)).get().text
        #expect(text == written)
        #expect((try? JSONValue(parsing: Array(text.utf8))) == nil)
    }
}
