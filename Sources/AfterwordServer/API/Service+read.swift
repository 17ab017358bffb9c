import AfterwordCore
import AfterwordPipeline
import Hummingbird
import Synchronization

/// Reading texts that are given: `POST /api/v1/read` answers what `afterword read` prints for them.
extension Service {
    /// The POST operation that reads a review.
    static let reading = Operation(
        method: "post", path: "/api/v1/read",
        summary: "What the next reader reads in a given review. Nothing is read from the store or "
            + "kept.",
        tag: .themes, body: GivenReview.requestForm,
        answers: [
            .init(
                status: 200, comment: "What is read.",
                contents: [.init(type: "application/json", form: ReadGiven.form.form)],
                headers: [.requestID, .cacheControl])
        ] + Operation.Answer.problems([400, 401, 403, 413, 415, 421, 500, 503]))

    /// Adds its route. Any key that may read is enough; a body is read last.
    func addReading(to router: ListedRouter) {
        let group = router.group(context: ServiceContext.self)
        group.add(middleware: OriginCheck())
        group.add(middleware: authentication)
        group.add(middleware: ParameterCheck([]))
        group.add(middleware: JSONBody(limit: configuration.limits.bodyBytes))
        group.post(RouterPath(Self.reading.path)) { [givenReader] _, context -> Response in
            let body = Array(context.body.readableBytesView)
            guard let given = try? JSONValue(parsing: body), let review = GivenReview(given),
                hasWholeNumbers(given)
            else {
                throw Problem(
                    .badBody,
                    "an object with id (a text or a whole number), title and body (texts) and "
                        + "stars (1 to 5)")
            }
            return .json(givenReader.answer(review).canonical)
        }
    }
}

/// Whether id and stars, where they are numbers, are whole, as the description of the API says.
private func hasWholeNumbers(_ given: JSONValue) -> Bool {
    ["id", "stars"].allSatisfy { name in
        guard case .number(let written)? = given[name] else { return true }
        return Int64(written) != nil
    }
}

/// The frozen reader of a service. Reads one review at a time, of at most `bodyBytes`, which takes
/// two milliseconds at most; safe to use from any thread.
final class GivenReader: Sendable {
    /// Made at the first review, because the model takes memory.
    private let reader = Mutex<FrozenReader?>(nil)

    func answer(_ review: GivenReview) -> JSONValue {
        reader.withLock { reader in
            var own = reader.take() ?? FrozenReader()
            defer { reader = own }
            return review.answer(&own)
        }
    }
}
