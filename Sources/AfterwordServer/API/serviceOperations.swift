import AfterwordCore

/// Operations about the service itself, documented as needing no key.
let serviceOperations: [Operation] = {
    func operation(
        _ path: String, _ summary: String, _ content: Operation.Content, problems: [Int] = [421]
    ) -> Operation {
        Operation(
            method: "get", path: path, summary: summary, tag: .service,
            answers: [
                .init(
                    status: 200, comment: summary, contents: [content],
                    headers: [.requestID, .cacheControl])
            ] + Operation.Answer.problems(problems), needsKey: false)
    }
    let text = Operation.Content(type: "text/plain", form: .string)
    let json = Operation.Content(type: "application/json", form: .anything)
    return [
        operation(
            "/api/v1", "What the API has, with an address for each.",
            .init(type: "application/json", form: APIIndex.form.form)),
        operation("/openapi.json", "This description, of OpenAPI 3.1.", json),
        operation("/docs", "The same for people.", .html),
        operation("/healthz", "Whether the process runs.", text),
        operation("/readyz", "Whether the store can be read now.", text, problems: [421, 503]),
        operation(
            "/metrics", "Counts and times, as Prometheus reads them.", text,
            problems: [401, 404, 421, 503]),
    ]
}()

/// The index of the API at `/api/v1`.
struct APIIndex: Sendable {
    private static let entryForm = ObjectForm<Operation>("IndexEntry", "A method of an address.") {
        $0.text("method", "The method.") { $0.method.uppercased() }
        $0.text("path", "The address; names in braces stand for values.") { $0.path }
        $0.text("operation", "Its `operationId` in the description.") { $0.id }
        $0.text("summary", "What it answers.") { $0.summary }
    }

    static let form = ObjectForm<APIIndex>("Index", "What the API has.") { form in
        form.text("title", "What it is.") { _ in "Afterword" }
        form.text("version", "The version of the API.") { _ in "1" }
        form.value("description", .text(.address), "What describes it for programs.") { _ in
            .string("/openapi.json")
        }
        form.value("docs", .text(.address), "What describes it for people.") { _ in
            .string("/docs")
        }
        form.list("operations", entryForm, "Every method of every address of the API.") { _ in
            Operation.all.filter { $0.path.hasPrefix("/api/v1/") }
        }
    }
}
