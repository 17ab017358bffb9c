import AfterwordServer
import Testing

private struct Inner: PageRow {
    var name: String
    var note: String?

    static let members: KeyValuePairs<String, Member<Inner>> = [
        "name": .text { $0.name }, "note": .maybe { $0.note },
    ]
}

private struct Outer: PageRow {
    var name = "outer"
    var note: String? = "outer note"
    var isOpen = false
    var rows: [Inner] = []

    static let members: KeyValuePairs<String, Member<Outer>> = [
        "name": .text { $0.name }, "note": .maybe { $0.note }, "is_open": .flag { $0.isOpen },
        "rows": .rows { $0.rows }, "only_outer": .text { _ in "outer's own" },
    ]
}

/// Templates can use the members of their own row, and nothing else.
@Suite struct TemplateTests {
    private func check(
        _ text: String, _ row: Outer = Outer(), is expected: String,
        at location: SourceLocation = #_sourceLocation
    ) throws {
        let page = try Template<Outer>(text).render(row).page.text
        #expect(page == expected, sourceLocation: location)
    }

    private func check(
        _ text: String, fails fault: TemplateFault,
        at location: SourceLocation = #_sourceLocation
    ) {
        #expect(throws: fault, sourceLocation: location) { try Template<Outer>(text) }
    }

    @Test("A name shows its row's member, escaped; sections go by flag, by what is there, by row")
    func shows() throws {
        try check("<{{name}}>", Outer(name: "<&\"'>"), is: "<&lt;&amp;&quot;&#39;&gt;>")
        try check("{{#is_open}}yes{{/is_open}}{{^is_open}}no{{/is_open}}", is: "no")
        try check("{{#note}}({{note}}){{/note}}", is: "(outer note)")
        try check(
            "{{#note}}({{note}}){{/note}}{{^note}}none{{/note}}", Outer(note: nil), is: "none")
        try check("{{^rows}}no rows{{/rows}}", is: "no rows")
        let rows = [Inner(name: "a", note: nil), Inner(name: "b", note: "c")]
        try check(
            "{{#rows}}{{name}}{{#note}}{{note}}{{/note}};{{/rows}}", Outer(rows: rows), is: "a;bc;")
    }

    @Test("page-debug-leak: a name that a row lacks is a fault when the template is read")
    func faults() {
        check("{{nothing}}", fails: .unknownMember("nothing", row: "Outer"))
        check("{{#rows}}{{only_outer}}{{/rows}}", fails: .unknownMember("only_outer", row: "Inner"))
        check(
            "{{#rows}}{{#is_open}}{{/is_open}}{{/rows}}",
            fails: .unknownMember("is_open", row: "Inner"))
        check("{{note}}", fails: .mayBeMissing("note", row: "Outer"))
        check("{{^note}}{{note}}{{/note}}", fails: .mayBeMissing("note", row: "Outer"))
        // A member that is present in the outer row need not be present in the inner one.
        check(
            "{{#note}}{{#rows}}{{note}}{{/rows}}{{/note}}",
            fails: .mayBeMissing("note", row: "Inner"))
        check("{{rows}}", fails: .wrongUse("rows", row: "Outer"))
        check("{{#name}}{{/name}}", fails: .wrongUse("name", row: "Outer"))
        check("{{> part}}", fails: .unknownPart("part"))
        check("{{#is_open}}", fails: .notClosed("is_open"))
        check("{{#is_open}}{{/rows}}", fails: .notClosed("is_open"))
        check("{{name", fails: .notClosed("name"))
        #expect(throws: TemplateFault.unknownPart("part")) {
            try Template<Outer>("{{> part}}", parts: ["part": "{{> part}}"])
        }
        #expect(throws: TemplateFault.unknownMember("is_open", row: "Inner")) {
            try Template<Outer>(
                "{{#rows}}{{> part}}{{/rows}}", parts: ["part": "{{#is_open}}{{/is_open}}"])
        }
    }

    @Test("A text that is empty or cannot be seen shows as a dash and is named")
    func empty() throws {
        for blank in ["", "  ", "\u{200B}\u{FEFF}", "\n"] {
            let made = try Template<Outer>("{{name}}").render(Outer(name: blank))
            #expect(made.page.text == "–" && made.empty == ["Outer.name"])
            let row = Outer(note: blank)
            #expect(try Template<Outer>("{{#note}}{{note}}{{/note}}").render(row).page.text == "")
        }
    }

    @Test("Every member that a row of the page declares is shown by a template")
    func used() { #expect(Templates.shared.unused == []) }
}
