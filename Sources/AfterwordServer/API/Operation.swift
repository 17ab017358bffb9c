import AfterwordCore
import AfterwordPipeline
import HTTPTypes

/// One method of one path, as documented. `/openapi.json`, `/docs` and the API index are generated
/// from these values.
struct Operation: Sendable {
    /// A documented response with its status code.
    struct Answer: Sendable {
        var status: Int
        var comment: String
        /// The media types of the body, each with its form; empty for a response without a body.
        var contents: [Content] = []
        var headers: [Header] = []
    }

    /// A response body of one media type.
    struct Content: Sendable {
        var type: String
        var form: ValueForm

        static let problem = Content(type: "application/problem+json", form: Problem.form.form)
        static let html = Content(type: "text/html", form: .string)
    }

    /// A documented response header.
    enum Header: String, CaseIterable, Sendable {
        case requestID = "X-Request-Id"
        case etag = "ETag"
        case cacheControl = "Cache-Control"
        case location = "Location"
        case retryAfter = "Retry-After"
        case rateLimit = "RateLimit"
        case rateLimitPolicy = "RateLimit-Policy"
        case challenge = "WWW-Authenticate"
        case disposition = "Content-Disposition"

        var comment: String {
            switch self {
            case .requestID: "Names the request; the log has it."
            case .etag: "Says everything the answer depends on; send it back as `If-None-Match`."
            case .cacheControl: "How the answer may be kept."
            case .location: "The job, which says what becomes of the work."
            case .retryAfter: "Seconds after which asking again can help."
            case .rateLimit: "What is left of the quota, and seconds until some of it comes back."
            case .rateLimitPolicy: "The quota: questions to a model, and the seconds they count."
            case .challenge: "How a key is given."
            case .disposition: "The name of the file."
            }
        }

        var form: ValueForm {
            switch self {
            case .retryAfter: .number(1...86_400)
            case .location: .text(.address)
            default: .string
            }
        }
    }

    var method: String
    var path: String
    var summary: String
    var tag: Tag
    var parameters: [Parameter] = []
    /// The form of the JSON request body; nil without one.
    var body: ValueForm?
    var answers: [Answer]
    var needsKey = true

    /// The groups of `/docs`.
    enum Tag: String, CaseIterable, Sendable {
        case products, reviews, brands, themes, new, work, insights, runs, tables, pages, service

        var comment: String {
            switch self {
            case .products: "Products with their sums, by impact."
            case .reviews: "Reviews and their versions."
            case .brands: "Brands, alone and side by side."
            case .themes: "What reviews complain of, praise, or warn of."
            case .new: "What came since a run."
            case .work: "What people did about issues and reviews."
            case .insights: "What is said of products and brands, and how it is made."
            case .runs: "Runs, and how the store stands."
            case .tables: "Tables to download, for a spreadsheet."
            case .pages: "Pages for people."
            case .service: "The service itself."
            }
        }
    }

    /// The `operationId`, such as `get_products_product_reviews`.
    var id: String {
        var words = path.split { !$0.isLetter }.map(String.init)
        if words.starts(with: ["api", "v"]) { words.removeFirst(2) }
        if tag == .pages { words.insert("page", at: 0) }
        return ([method] + (words.isEmpty ? ["index"] : words)).joined(separator: "_")
    }

    /// Whether a request path matches this operation's path.
    func isAt(_ path: String) -> Bool {
        let (own, asked) = (self.path.split(separator: "/"), path.split(separator: "/"))
        return own.count == asked.count
            && zip(own, asked).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
    }

    /// Every operation of the service, in the order of `/docs`.
    static let all: [Operation] = {
        var all: [Operation] = []
        for endpoint in Endpoint.all {
            all.append(endpoint.operation)
            if endpoint.makesInsights { all.append(endpoint.making) }
        }
        all.append(Service.reading)
        all.append(JobItem.operation)
        all.append(RecordedMarks.operation)
        all += CSVTable.operations
        all += PageRoute.all.map(\.operation)
        return all + serviceOperations
    }()
}

extension Operation.Answer {
    /// The error responses for the given statuses, as JSON for programs and HTML for browsers.
    static func problems(_ statuses: [Int]) -> [Operation.Answer] {
        statuses.map { status in
            let kinds = Problem.Kind.allCases.filter { Problem($0, "").status.code == status }
            let titles = kinds.map { Problem($0, "").title }
            var headers: [Operation.Header] = [.requestID]
            if status == 401 { headers.append(.challenge) }
            if status == 429 || status == 503 { headers.append(.retryAfter) }
            return Operation.Answer(
                status: status, comment: titles.joined(separator: ", or ") + ".",
                contents: [.problem, .html], headers: headers)
        }
    }

    /// The 304 response of every operation that has an entity tag.
    static let unchanged = Operation.Answer(
        status: 304, comment: "The answer is the one of the tag that was sent.",
        headers: [.requestID, .etag, .cacheControl])
    /// Error statuses that any answer read from the store can have.
    static let readingProblems = [400, 401, 403, 404, 409, 421, 431, 500, 503]
}

// MARK: Endpoints

extension Endpoint {
    /// The form of the whole answer: its content plus `as_of`, the run that it is as of.
    var form: ValueForm {
        let asOf = ObjectDescription.Member(
            name: "as_of", form: RunRecord.asOfForm.form, comment: "The run it is as of.")
        switch shape {
        case .item(let entry):
            let item = ObjectDescription.Member(name: "item", form: entry, comment: summary)
            return .object(
                ObjectDescription(
                    name: operationName, comment: summary, members: [asOf, item]))
        case .list(let entry, let beside):
            let total = ObjectDescription.Member(
                name: "total", form: .count, comment: "Entries of all pages.")
            return page(of: entry, [asOf], [total], beside)
        case .found(let entry): return page(of: entry, [asOf], [], [])
        }
    }

    /// The form of a page of a list: its first members, `items`, its total, `next`, the others.
    private func page(
        of entry: ValueForm, _ first: [ObjectDescription.Member],
        _ total: [ObjectDescription.Member], _ beside: [ObjectDescription.Member]
    ) -> ValueForm {
        let items = ObjectDescription.Member(
            name: "items", form: .list(entry), comment: "The page.")
        let next = ObjectDescription.Member(
            name: "next", form: .nullable(.string),
            comment: "`cursor` of the page after; null on the last.")
        return .object(
            ObjectDescription(
                name: operationName, comment: summary,
                members: first + [items] + total + [next] + beside))
    }

    /// The schema name of the answer, such as `BrandsBrandChangesAnswer`.
    private var operationName: String {
        path.split { !$0.isLetter }.dropFirst(2).map { $0.prefix(1).uppercased() + $0.dropFirst() }
            .joined() + "Answer"
    }

    /// The GET operation.
    var operation: Operation {
        let body = Operation.Content(type: "application/json", form: form)
        let headers: [Operation.Header] =
            isTimed ? [.requestID, .cacheControl] : [.requestID, .etag, .cacheControl]
        return Operation(
            method: "get", path: path, summary: summary, tag: tag,
            parameters: parameters + (isTimed ? [] : [.ifNoneMatch]),
            answers: [.init(status: 200, comment: summary, contents: [body], headers: headers)]
                + (isTimed ? [] : [.unchanged])
                + Operation.Answer.problems(Operation.Answer.readingProblems))
    }

    /// The POST operation that makes an insight.
    var making: Operation {
        let quota: [Operation.Header] = [.requestID, .rateLimit, .rateLimitPolicy]
        let made = Operation.Content(type: "application/json", form: MadeInsight.form.form)
        let accepted = Operation.Content(type: "application/json", form: AcceptedJob.form.form)
        return Operation(
            method: "post", path: path,
            summary: "Have an insight made, where its reviews changed. The one way to spend money.",
            tag: .insights,
            parameters: makingParameters,
            body: insightRequestForm,
            answers: [
                .init(
                    status: 200, comment: "The insight: made now, or as it stands.",
                    contents: [made], headers: quota),
                .init(
                    status: 202, comment: "It is being made; the job says what becomes of it.",
                    contents: [accepted], headers: quota + [.location]),
            ]
                + Operation.Answer.problems([
                    400, 401, 402, 403, 404, 409, 413, 415, 421, 422, 429, 500, 502, 503,
                ]))
    }
}
