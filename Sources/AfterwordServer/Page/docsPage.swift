import AfterwordCore

/// The API documentation page, generated from the same operations as `/openapi.json`. It has no
/// script and loads nothing from other servers.
func docsPage() -> String {
    let tags = Operation.Tag.allCases.filter { tag in
        Operation.all.contains { $0.tag == tag }
    }
    let parts =
        [
            "<h1>The API</h1>", introduction,
            "<nav aria-label=\"Parts\"><p>"
                + tags.map { "<a href=\"#\($0.rawValue)\">\($0.rawValue)</a>" }
                .joined(separator: " · ") + " · <a href=\"#objects\">objects</a></p></nav>",
        ] + tags.map(section) + [
            "<section><h2 id=\"objects\">Objects</h2>"
        ] + describedObjects().map(objectSection) + ["</section>"]
    return """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>The API · Afterword</title>
        <link rel="icon" href="/static/icon.svg">
        <link rel="stylesheet" href="/static/page.css">
        </head>
        <body>
        <a class="skip" href="#main">Skip to content</a>
        <header><a class="brandmark" href="/">Afterword</a></header>
        <main id="main">
        \(parts.joined(separator: "\n"))
        </main>
        <footer><a href="/openapi.json">The same for programs</a></footer>
        </body>
        </html>
        """
}

/// Every object of the answers and bodies, once, by name.
func describedObjects() -> [ObjectDescription] {
    var found: [String: ObjectDescription] = [:]
    for operation in Operation.all {
        let forms =
            operation.answers.flatMap(\.contents).map(\.form)
            + (operation.body.map { [$0] } ?? [])
        for object in forms.flatMap(\.objects) { found[object.name] = object }
    }
    return found.values.sorted { Text($0.name) < Text($1.name) }
}

private let introduction = """
    <p>Answers are JSON. Numbers are whole, with their unit in the name: \
    <code>rating_tenths</code>, <code>mean_thousandths</code>, <code>negative_millionths</code>, \
    <code>created_at_us</code>, <code>age_seconds</code>; a number without a unit counts or \
    numbers what it is named for. <code>created_at_utc</code> is the same moment as RFC 3339 \
    writes it. Deprecated members stay for one release.</p>
    <p>Every answer says in <code>as_of</code> which run it is as of; with the parameter \
    <code>as_of</code> or <code>as_observed</code> it is as it was then. A list goes on with \
    <code>cursor</code>. Problems are <a href="#Problem">RFC 9457</a>.</p>
    <p>Where keys are asked for, send <code>Authorization: Bearer KEY</code>.</p>
    """

private func section(_ tag: Operation.Tag) -> String {
    let operations = Operation.all.filter { $0.tag == tag }
    return "<section><h2 id=\"\(tag.rawValue)\">\(tag.rawValue.capitalizedFirst)</h2>\n"
        + "<p>\(escaped(tag.comment))</p>\n"
        + operations.map(operationSection).joined(separator: "\n") + "\n</section>"
}

private func operationSection(_ operation: Operation) -> String {
    var html =
        "<h3 id=\"\(operation.id)\"><code>\(operation.method.uppercased()) "
        + "\(escaped(operation.path))</code></h3>\n<p>\(escaped(operation.summary))</p>\n"
    if !operation.parameters.isEmpty {
        html += table(
            ["Parameter", "In", "Is", "What it does"],
            operation.parameters.map { parameter in
                [
                    "<code>\(escaped(parameter.name))</code>"
                        + (parameter.isRequired ? " (required)" : ""), parameter.place,
                    escaped(parameter.words), escaped(parameter.comment),
                ]
            }, of: operation.id + " parameters")
    }
    if let body = operation.body { html += "<p>Sent as JSON: \(words(body)).</p>\n" }
    html += table(
        ["Status", "What it says", "Body", "Headers"],
        operation.answers.map { answer in
            [
                String(answer.status), escaped(answer.comment),
                answer.contents.map { "\($0.type): \(words($0.form))" }.joined(separator: "<br>"),
                answer.headers.map { escaped($0.rawValue) }.joined(separator: ", "),
            ]
        }, of: operation.id + " answers")
    return html
}

private func objectSection(_ object: ObjectDescription) -> String {
    "<h3 id=\"\(object.name)\">\(object.name)</h3>\n<p>\(escaped(object.comment))</p>\n"
        + table(
            ["Member", "Is", "What it says"],
            object.members.map { member in
                [
                    "<code>\(escaped(member.name))</code>"
                        + (member.isRequired ? "" : " (not always)"),
                    words(member.form), escaped(member.sentence),
                ]
            }, of: object.name)
}

private func table(_ head: [String], _ rows: [[String]], of name: String) -> String {
    let columns = head.map { "<th scope=\"col\">\($0)</th>" }.joined()
    let lines = rows.map { row in
        "<tr>" + row.map { "<td>\($0)</td>" }.joined() + "</tr>"
    }
    return "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"\(escaped(name))\">"
        + "<table class=\"data\"><thead><tr>\(columns)</tr></thead><tbody>"
        + lines.joined(separator: "\n") + "</tbody></table></div>\n"
}

/// A value's form in a few words; objects link to their descriptions.
private func words(_ form: ValueForm) -> String {
    switch form {
    case .flag: return "true or false"
    case .number(let range):
        if range == Int64.min...Int64.max { return "whole number" }
        if range.upperBound == Int64.max { return "whole number from \(range.lowerBound)" }
        return "whole number from \(range.lowerBound) to \(range.upperBound)"
    case .text(.any): return "text"
    case .text(.dateTime): return "moment in UTC (RFC 3339)"
    case .text(.date): return "date"
    case .text(.hexadecimal(let digits)): return "\(digits) hexadecimal digits"
    case .text(.integer): return "whole number of any size, as text"
    case .text(.address), .text(.uri): return "address"
    case .choice(let values):
        return values.map { "<code>\(escaped($0))</code>" }.joined(separator: " or ")
    case .list(let entry): return "list of: \(words(entry))"
    case .map(let value): return "object of names, each with: \(words(value))"
    case .object(let object): return "<a href=\"#\(object.name)\">\(object.name)</a>"
    case .nullable(let form): return "\(words(form)), or null"
    case .either(let forms): return forms.map(words).joined(separator: ", or ")
    case .anything: return "any value"
    }
}

extension Parameter {
    /// The value's form in a few words.
    fileprivate var words: String {
        switch form {
        case .text: "text"
        case .header: "text"
        case .number(let range): "whole number from \(range.lowerBound) to \(range.upperBound)"
        case .choice(let values): values.joined(separator: ", ")
        case .moment: "run or instant"
        case .date: "date"
        case .names: "names with commas between them"
        case .cursor, .token: "text"
        }
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}

private func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
        .replacing("\"", with: "&quot;")
}
