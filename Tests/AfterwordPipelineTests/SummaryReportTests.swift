import AfterwordPipeline
import Testing

/// The summary of a job in Markdown, and the annotations of a pull request.
@Suite struct SummaryReportTests {
    private let report = JUnitReport(
        name: "verify on SQLite",
        cases: [
            .init(className: "golden.a", name: "runs.jsonl"),
            .init(
                className: "golden.a", name: "reviews.jsonl",
                place: .init(path: "Golden/a,b/expected/reviews.jsonl", line: 7),
                outcome: .failed(
                    message: "2 rows differ", type: "difference",
                    text: "~ key\n    body: ``` → 100 %")),
            .init(
                className: "golden.b", name: "case.json",
                outcome: .errored(message: "no\ncase: 5 %", type: "case", text: "")),
            .init(className: "golden.c", name: "x", outcome: .skipped(message: "no server")),
        ])

    @Test("The summary counts, then shows what failed with its place, texts as code")
    func summary() {
        #expect(
            report.markdown == """
                ## ❌ `verify on SQLite`

                | passed | failed | skipped |
                | ---: | ---: | ---: |
                | 1 | 2 | 1 |

                ### `golden.a reviews.jsonl` (`Golden/a,b/expected/reviews.jsonl:7`)

                `2 rows differ`

                ````
                ~ key
                    body: ``` → 100 %
                ````

                ### `golden.b case.json`

                `no case: 5 %`

                """)
        #expect(JUnitReport(name: "`all`", cases: []).markdown.hasPrefix("## ✅ `` `all` ``\n"))
    }

    @Test("Annotations are workflow commands: one line each, separators escaped")
    func annotations() {
        #expect(
            report.annotations == [
                "::error file=Golden/a%2Cb/expected/reviews.jsonl,line=7,"
                    + "title=golden.a reviews.jsonl::2 rows differ",
                "::error title=golden.b case.json::no%0Acase: 5 %25",
            ])
    }

    @Test("Many failures and long texts are cut, and the rest is counted")
    func many() {
        let long = (0..<100).map { "line \($0)" }.joined(separator: "\n")
        let cases = (0..<60).map {
            JUnitReport.Case(
                className: "c", name: "\($0)",
                outcome: .failed(message: "m", type: "t", text: long))
        }
        let report = JUnitReport(name: "n", cases: cases)
        #expect(report.markdown.hasSuffix("\n… and 10 more that failed\n"))
        #expect(report.markdown.contains("line 19\n… 80 more lines"))
        #expect(!report.markdown.contains("line 20"))
        #expect(report.annotations.count == JUnitReport.shownFailures)
    }
}
