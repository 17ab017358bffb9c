import AfterwordCore
import AfterwordPipeline
import NIOCore

/// The marks that a POST recorded.
struct RecordedMarks: Sendable {
    var marks: [ListedMark]

    static let path = "/api/v1/work/marks"

    static let form = ObjectForm<RecordedMarks>("RecordedMarks", "What was recorded.") { form in
        form.list("items", ListedMark.form, "The marks that changed something.") { $0.marks }
    }

    static let operation = Operation(
        method: "post", path: path,
        summary: "Record what a person did: seen, noted, assigned, acknowledged, fixed.",
        tag: .work, body: bodyForm,
        answers: [
            .init(
                status: 200, comment: "What was recorded, as one run.",
                contents: [.init(type: "application/json", form: form.form)],
                headers: [.requestID, .cacheControl])
        ] + Operation.Answer.problems([400, 401, 403, 404, 409, 413, 415, 421, 500, 503]))

    /// The body of the POST.
    private static let bodyForm: ValueForm = {
        func member(
            _ name: String, _ form: ValueForm, _ comment: String, isRequired: Bool = false
        ) -> ObjectDescription.Member {
            .init(name: name, form: form, comment: comment, isRequired: isRequired)
        }
        let mark = member(
            "mark", .choice(WorkMark.allCases.map(\.rawValue)), "What was done.",
            isRequired: true)
        let more = [
            member("text", .string, "A note, or who is to see to it: one line."),
            member("fixed_on", .text(.date), "Since when it is fixed; today when left out."),
        ]
        let theme = ObjectDescription(
            name: "NewThemeMark", comment: "A mark of a theme.",
            members: [
                mark, member("theme", .string, "The theme.", isRequired: true),
                member(
                    "scope", .string, "`portfolio`, `brand:NAME`, `product:ID` and so on.",
                    isRequired: true),
            ] + more, isClosed: true)
        let review = ObjectDescription(
            name: "NewReviewMark", comment: "A mark of a review.",
            members: [
                mark, member("product_id", .string, "The product.", isRequired: true),
                member("review_id", .string, "The review.", isRequired: true),
                member(
                    "version", .number(1...Int64.max),
                    "The version that was looked at; 409 where it is no longer the current one."),
            ] + more, isClosed: true)
        let marks = member(
            "marks", .list(.either([.object(theme), .object(review)])), "The marks.",
            isRequired: true)
        return .object(
            ObjectDescription(
                name: "WorkRequest", comment: "What a person did.", members: [marks],
                isClosed: true))
    }()
}

/// Reads the marks of a JSON body.
///
/// - Throws: `Problem` of kind `badBody`, which names the member.
func newMarks(json buffer: ByteBuffer) throws(Problem) -> [NewMark] {
    guard let body = try? JSONValue(parsing: Array(buffer.readableBytesView)),
        let members = body.members, members.count == 1, members[0].key == "marks",
        let marks = members[0].value.elements
    else { throw Problem(.badBody, "a JSON object with marks, a list, and nothing else") }
    var all: [NewMark] = []
    for mark in marks { all.append(try newMark(mark)) }
    return all
}

private func newMark(_ json: JSONValue) throws(Problem) -> NewMark {
    var values: [String: String] = [:]
    for (name, value) in json.members ?? [] {
        guard markFields.contains(where: { $0.name == name }), values[name] == nil else {
            throw Problem(.badBody, "a member that is not known, or there twice")
        }
        let text = name == "version" ? value.wholeDigits : value.text
        guard let text else { throw Problem(.badBody, "\(name): cannot be read") }
        values[name] = text
    }
    return try newMark(values)
}

/// The fields of a mark.
let markFields: [Parameter] = [
    .choice("mark", WorkMark.allCases.map(\.rawValue), "What was done."),
    .text("theme", "A theme."), .text("scope", "What the theme is of."),
    .text("product_id", "A product."), .text("review_id", "A review."),
    .number("version", 1...Int64.max, "The version that was looked at."),
    Parameter(
        name: "text", form: .text, comment: "A note, or who is to see to it.",
        maxLength: NewMark.textLimit),
    Parameter(name: "fixed_on", form: .date, comment: "Since when it is fixed."),
]

/// What to mend about the day of a fix.
let dayAdvice = "Say since which day it is fixed, such as 2026-03-20: today or earlier."

/// A mark from its fields. Whether its texts fit, and what it names is there, is decided where it
/// is recorded.
func newMark(_ values: [String: String]) throws(Problem) -> NewMark {
    for field in markFields where ["mark", "version", "fixed_on"].contains(field.name) {
        guard let value = values[field.name] else { continue }
        guard field.isRead(value) else {
            let problem = Problem(.badBody, "\(field.name): cannot be read; \(field.allowed)")
            throw field.name == "fixed_on" ? problem.advising(dayAdvice) : problem
        }
    }
    guard let mark = values["mark"].flatMap({ WorkMark(rawValue: $0) }) else {
        throw Problem(.badBody, "mark: is missing")
    }
    var new = NewMark(mark, try subject(values), version: values["version"].flatMap { Int64($0) })
    new.text = values["text"].map { Text($0) }
    new.fixedOn = values["fixed_on"].flatMap { Instant(iso8601: $0) }
    return new
}

private func subject(_ values: [String: String]) throws(Problem) -> WorkSubject {
    switch (values["theme"], values["scope"], values["product_id"], values["review_id"]) {
    case (let theme?, let written?, nil, nil):
        guard values["version"] == nil else { break }
        guard let scope = ReviewScope(written) else { throw MarkFault.noSuchScope.problem }
        return .theme(theme, of: scope)
    case (nil, nil, let product?, let review?):
        return .review(product: Text(product), id: Text(review))
    default: break
    }
    throw Problem(.badBody, "theme and scope, or product_id and review_id")
}

extension MarkFault {
    /// The problem that the client gets.
    var problem: Problem {
        switch self {
        case .noSuchTheme: Problem(.notFound, "no such theme")
        case .noSuchReview: Problem(.notFound, "no such review")
        case .noSuchScope: Problem(.notFound, "no such product, brand or other scope")
        case .changed:
            Problem(.conflict, "version: the review has changed since")
                .advising("The review has changed since the page was shown: read it again first.")
        case .unfitText(let name):
            Problem(.conflict, "\(name): one line that is not too long")
                .advising(
                    "Write one line that says something, of at most "
                        + "\(grouped(NewMark.textLimit)) bytes.")
        case .misplaced(let name): Problem(.conflict, "\(name): does not go with that mark")
        case .daysAhead:
            Problem(.conflict, "fixed_on: lies ahead")
                .advising("The day lies ahead. \(dayAdvice)")
        case .unfitCount: Problem(.conflict, "marks: 1 to \(NewMark.limit)")
        }
    }
}
