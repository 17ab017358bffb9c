import AfterwordCore
import AfterwordPipeline
import NIOCore

/// The body of a POST that makes an insight.
let insightRequestForm: ValueForm = {
    let languages = Language.allCases.filter { $0 != .unknown }.map(\.rawValue)
    let language = ObjectDescription.Member(
        name: "language", form: .choice(languages), comment: languageParameter.comment,
        isRequired: false)
    return .object(
        ObjectDescription(
            name: "InsightRequest", comment: "What is asked for.", members: [language],
            isClosed: true))
}()

/// The answer to a POST that makes an insight.
struct MadeInsight: Sendable {
    var row: InsightRow

    static let form = ObjectForm<MadeInsight>("MadeInsight", "The insight of a POST.") { form in
        form.object("item", InsightRow.answerForm, "The insight.") { $0.row }
    }
}

extension Parameter {
    static let ifNoneMatch = Parameter(
        name: "If-None-Match", form: .header, isInHeader: true,
        comment: "`ETag` of an earlier answer: 304 without a body where it still holds.")
    static let idempotencyKey = Parameter(
        name: "Idempotency-Key", form: .token, isInHeader: true,
        comment: "A name of your own for the request: for a day the same is answered the same.")
}

/// The `wait` parameter of a POST that makes an insight.
let waitParameter = Parameter.number(
    "wait", 0...60, "Seconds to wait for it before the answer is 202; 10 when left out.")
/// The `language` member of that POST's body.
let languageParameter = Parameter.choice(
    "language", Language.allCases.filter { $0 != .unknown }.map(\.rawValue),
    "The language it is written in; en when left out.")

/// Reads the language of an insight from the body of a POST; English when it names none.
///
/// - Throws: `Problem` of kind `badBody`.
func insightLanguage(_ buffer: ByteBuffer) throws(Problem) -> Language {
    guard let body = try? JSONValue(parsing: Array(buffer.readableBytesView)),
        let members = body.members
    else { throw Problem(.badBody, "a JSON object") }
    guard members.allSatisfy({ $0.key == "language" }), members.count < 2 else {
        throw Problem(.badBody, "language: and nothing else")
    }
    guard let member = members.first else { return .english }
    guard let text = member.value.text, languageParameter.isRead(text),
        let language = Language(rawValue: text)
    else { throw Problem(.badBody, "language: cannot be read") }
    return language
}
