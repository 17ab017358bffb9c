import AfterwordCore
import Foundation
import Testing

/// `read` on the command line: the frozen reader, without a store.
@Suite struct ReadCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func read(_ lines: [String]) throws -> (Program.Result, [JSONValue]) {
        try folder.write("in.jsonl", lines.joined(separator: "\n"))
        let result = try Program.run(["read", "in.jsonl"], in: folder.path)
        let answers = try result.output.split(separator: "\n").map {
            try JSONValue(parsing: Array($0.utf8))
        }
        return (result, answers)
    }

    private func ids(
        _ answer: JSONValue, _ list: String, _ polarity: String? = nil
    ) -> Set<String> {
        guard case .array(let all)? = answer[list] else { return [] }
        let own = all.filter { polarity == nil || $0["polarity"]?.text == polarity }
        return Set(own.compactMap { $0["id"]?.text })
    }

    @Test("Complaints, dangers and languages are read, with their places")
    func reads() throws {
        let body = "The bottle leaks everywhere. It caught fire while charging."
        let (result, answers) = try read([
            #"{"id": "a", "title": "Bad", "body": "\#(body)", "stars": 1}"#, "",
            #"{"id": 7, "body": "Sehr gute Flasche, ich bin zufrieden damit.", "stars": 5.0}"#,
            "{}",
        ])
        #expect(result.code == 0, "\(result.errors)")
        #expect(answers.count == 3)
        #expect(answers[0]["id"] == .string("a") && answers[1]["id"] == .number("7"))
        #expect(answers[2]["id"] == nil)
        #expect(answers.map { $0["language"]?.text } == ["en", "de", "unknown"])
        #expect(ids(answers[0], "aspects", "negative").contains("leaks"))
        #expect(ids(answers[0], "dangers") == ["fire"])
        #expect(ids(answers[1], "aspects", "negative").isEmpty)
        guard case .array(let dangers)? = answers[0]["dangers"], let fire = dangers.first else {
            return
        }
        #expect(fire["class"]?.text == "A" && fire["field"]?.text == "body")
        guard case .number(let start)? = fire["start"], case .number(let end)? = fire["end"],
            let first = Int(start), let last = Int(end)
        else {
            Issue.record("a danger has a place")
            return
        }
        let place = Array(body.utf8)[first..<last]
        #expect(String(decoding: place, as: UTF8.self) == fire["quote"]?.text)
        #expect(fire["quote"]?.text?.contains("caught fire") == true)
    }

    @Test("Standard input is read, and what is no review ends the command with its line")
    func refuses() throws {
        let piped = try Program.shell(
            #"echo '{"body": "It broke after a week."}' | afterword read -"#, in: folder.path)
        #expect(piped.code == 0 && piped.output.contains("breaks_early"), "\(piped.output)")
        for line in ["[]", "{", #"{"body": 3}"#, #"{"stars": 6}"#, #"{"stars": "5"}"#, "\u{FF}"] {
            let (result, answers) = try read(["{}", line])
            #expect(result.code == 2 && answers.count == 1, "\(line): \(result.errors)")
            #expect(result.errors.contains("line 2"), "\(result.errors)")
        }
        let missing = try Program.run(["read", "none.jsonl"], in: folder.path)
        #expect(missing.code == 2 && missing.errors.contains("none.jsonl"))
    }

    @Test("Lines of any length are read, however the file is cut into pieces")
    func long() throws {
        let long = String(repeating: "It is fine. ", count: 150_000)
        let (result, answers) = try read([
            #"{"id": 1, "body": "\#(long)"}"#, #"{"id": 2, "body": "It leaks."}"#,
        ])
        #expect(result.code == 0 && answers.map { $0["id"] } == [.number("1"), .number("2")])
        #expect(ids(answers[1], "aspects").contains("leaks"))
    }
}
