import AfterwordCore
import AfterwordPipeline
import HTTPTypes
import Hummingbird
import NIOCore

/// How an answer is sent: its media type, caching and file name.
struct AnswerForm: Sendable {
    var type: String
    /// The answer depends on the clock, so it has no entity tag.
    var isTimed = false
    /// The name of a downloadable table; nil for other answers.
    var table: String?

    /// The end of the table's file name.
    var ending: String { type.hasPrefix("text/csv") ? "csv" : "json" }

    static let page = AnswerForm(type: "text/html; charset=utf-8")

    static func csv(_ table: String) -> AnswerForm {
        AnswerForm(type: "text/csv; charset=utf-8", table: table)
    }
}

/// An answer with an entity tag that covers everything it depends on.
struct Answered: Sendable {
    /// Empty for an answer that depends on the clock.
    var tag: String
    /// The run that the answer is as of.
    var run: RunRecord
    /// Nil when the client already has the answer (304).
    var body: ByteBuffer?
    var isZipped = false

    /// The day and number of the run, for a file name.
    private var moment: String { "\(day(run.observedAt))-run-\(run.run)" }

    /// The HTTP response: 200 with the body, or 304 without one.
    func response(_ form: AnswerForm) -> Response {
        var headers: HTTPFields = [
            .cacheControl: tag.isEmpty ? "no-store" : "private, no-cache",
            .vary: "Accept-Encoding, Authorization",
        ]
        if !tag.isEmpty { headers[.eTag] = tag }
        guard let body else { return Response(status: .notModified, headers: headers) }
        headers[.contentType] = form.type
        if let table = form.table {
            headers[.contentDisposition] =
                "attachment; filename=\"afterword-\(table)-\(moment).\(form.ending)\""
        }
        if isZipped { headers[.contentEncoding] = "gzip" }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
    }
}
