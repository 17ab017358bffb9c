import AfterwordCore
import AfterwordPipeline

/// A GET endpoint of the API. Its route, request checks, documentation and tests all follow from
/// its entry in `Endpoint.all`.
struct Endpoint: Sendable {
    /// The form of the answer: one entry, or a page of a list.
    enum Shape: Sendable {
        case item(ValueForm)
        /// `beside` declares further members next to the page members (`items`, `total`, `next`).
        case list(ValueForm, beside: [ObjectDescription.Member] = [])
        /// A page of a list whose entries are not counted (`items`, `next`).
        case found(ValueForm)

        var isList: Bool { if case .item = self { false } else { true } }
    }

    /// The whole address; names in braces stand for values of the path.
    var path: String
    /// The group of `/docs` that it is in.
    var tag: Operation.Tag
    var summary: String
    /// Its own parameters; those of a page and of a moment are added to them.
    var own: [Parameter] = []
    var shape: Shape
    /// The answer depends on the clock, so it has no entity tag.
    var isTimed = false
    /// A POST to the same path makes an insight of the product or brand in it.
    var makesInsights = false
    /// Makes the answer, without `as_of`. Runs on a worker thread.
    var answer: @Sendable (Call) throws -> JSONValue

    private static let page = [
        Parameter.number("limit", 1...200, "Entries of a page; 50 when left out."),
        Parameter(name: "cursor", form: .cursor, comment: "`next` of the page before."),
    ]

    /// `as_of` and `as_observed`, the parameters of every endpoint.
    static let moments = [
        Parameter(
            name: "as_of", form: .moment,
            comment: "As it was at a run, a date, an instant, a dump's label, or last."),
        Parameter(
            name: "as_observed", form: .date,
            comment: "As it was by the dumps taken until the end of that day in UTC."),
    ]

    /// All parameters that a GET may have.
    var parameters: [Parameter] { own + (shape.isList ? Self.page : []) + Self.moments }

    /// All parameters that a POST to the same path may have.
    var makingParameters: [Parameter] {
        own.filter(\.isInPath) + [waitParameter, .idempotencyKey]
    }

    /// Its GET route.
    var route: SnapshotRoute {
        SnapshotRoute(
            path: path, parameters: parameters,
            form: AnswerForm(type: "application/json", isTimed: isTimed)
        ) { call in
            let asOf = RunRecord.asOfForm.json(call.run)
            return Array(try answer(call).with("as_of", asOf).canonical.utf8)
        }
    }
}
