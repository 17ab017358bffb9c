import AfterwordCore
import AfterwordPipeline

/// The text of `docs/answers.md`: every object of the answers, generated from the forms that write
/// them.
func answersDocument() -> String {
    let others = [
        RejectRow.answerForm.description, ModelCall.form.description, APIKeyRow.form.description,
        ScopeShift.form.description,
    ]
    var objects: [String: ObjectDescription] = [:]
    for object in describedObjects() + others { objects[object.name] = object }
    let sections = objects.values.sorted { Text($0.name) < Text($1.name) }.map { object in
        """
        ## \(object.name)

        \(object.comment)

        | member | is | says |
        | --- | --- | --- |
        \(object.members.map(line).joined(separator: "\n"))
        """
    }
    return ([answersIntroduction] + sections).joined(separator: "\n\n") + "\n"
}

private let answersIntroduction = """
    # Answers

    What `--json` and the API answer with. Made from the code that writes them
    (`AFTERWORD_ACCEPT=1 swift test --filter DescriptionTests`); do not edit.

    Numbers are whole, with their unit in the name. A number without one counts or numbers what
    it is named for.

    | name | unit |
    | --- | --- |
    | `…_tenths` | tenths of a star: a rating of 45 is 4.5 stars |
    | `star`, `star_before`, `star_after` | whole stars, 1 to 5, halves rounded up |
    | `…_thousandths` | thousandths of a star: a mean |
    | `…_millionths` | millionths: of a share, of a star, of a review |
    | `…_at_us` | microseconds since 1970-01-01T00:00:00Z |
    | `…_at_utc` | the same moment as text, as RFC 3339 writes it |
    | `…_seconds` | seconds |
    | `…_nanodollars` | nano-dollars |
    | `…_tokens` | tokens of a model |
    | `month` | year × 100 + month |
    | `byte_count`, `start`, `end`, `offset`, `length` | bytes |

    `rating`, `rating_before`, `rating_after` and `rating_sum` (tenths) and `…_at` (microseconds)
    say no unit. They stay as they are for one release beside the members that replace them.
    Tables (`Golden/`, the store, `report`) keep their own names: [tables.md](tables.md).
    """

private func line(_ member: ObjectDescription.Member) -> String {
    let name = "`\(member.name)`" + (member.isRequired ? "" : " (not always)")
    return "| \(name) | \(plainWords(member.form)) | \(member.sentence) |"
}

private func plainWords(_ form: ValueForm) -> String {
    switch form {
    case .flag: return "true or false"
    case .number(let range):
        if range == Int64.min...Int64.max { return "whole number" }
        if range.upperBound == Int64.max { return "whole number from \(range.lowerBound)" }
        return "\(range.lowerBound) to \(range.upperBound)"
    case .text(.any): return "text"
    case .text(.dateTime): return "moment"
    case .text(.date): return "date"
    case .text(.hexadecimal(let digits)): return "\(digits) hex digits"
    case .text(.integer): return "digits, as text"
    case .text(.address), .text(.uri): return "address"
    case .choice(let values): return values.map { "`\($0)`" }.joined(separator: ", ")
    case .list(let entry): return "list of \(plainWords(entry))"
    case .map(let value): return "names, each with \(plainWords(value))"
    case .object(let object): return "[\(object.name)](#\(object.name.lowercased()))"
    case .nullable(let form): return "\(plainWords(form)) or null"
    case .either(let forms): return forms.map(plainWords).joined(separator: " or ")
    case .anything: return "any value"
    }
}
