import AfterwordCore
import HTTPTypes
import Hummingbird

/// An error response in the format of RFC 9457. Types are stable; details name fields and never
/// contain data.
struct Problem: Error, Equatable {
    /// The error type; its raw value ends the type URN.
    enum Kind: String, CaseIterable {
        case badParameter = "bad-parameter"
        case badBody = "bad-body"
        /// The request is malformed as HTTP/1.1.
        case badRequest = "bad-request"
        case headersTooLarge = "headers-too-large"
        case notFound = "not-found"
        /// Each parameter is valid, but the combination is contradictory.
        case conflict = "conflicting-parameters"
        case methodNotAllowed = "method-not-allowed"
        case notAcceptable = "wrong-host"
        case unauthorized
        case forbidden
        case unsupportedMediaType = "unsupported-media-type"
        case tooLarge = "too-large"
        case tooManyRequests = "too-many-requests"
        case idempotencyKeyReused = "idempotency-key-reused"
        case busy
        /// The process that ran the job ended before the job did.
        case jobLost = "job-lost"
        case notEnoughData = "not-enough-data"
        case budgetSpent = "budget-spent"
        case modelFailed = "model-failed"
        case storeUnavailable = "store-unavailable"
        /// The store is open for reading only.
        case readOnly = "read-only"
        case overloaded
        /// The client disconnected: this status appears only in the log and the metrics.
        case clientLeft = "client-left"
        case internalError = "internal"
    }

    var kind: Kind
    var detail: String
    /// Seconds after which a retry may succeed; nil when unknown.
    var retryAfter: Int64?
    /// The cause, written to the log only. Contains no data, no key and no review text.
    var cause: String?
    /// What a person who sent a form mends, in place of the detail; nil where nothing can be.
    var advice: String?
    /// The page that a form was on; nil where there was none.
    var back: String?

    init(_ kind: Kind, _ detail: String, retryAfter: Int64? = nil, cause: String? = nil) {
        self.kind = kind
        self.detail = detail
        self.retryAfter = retryAfter
        self.cause = cause
    }

    /// The problem of an unexpected error. The error may contain data, so only its type is logged.
    init(unexpected error: any Error) {
        self.init(.internalError, "see the log", cause: "\(type(of: error))")
    }

    /// The same of a form.
    ///
    /// - Parameter back: The page that the form was on.
    func ofForm(on back: String?) -> Problem {
        var problem = self
        problem.back = back
        return problem
    }

    /// The same with what a person mends.
    func advising(_ advice: String) -> Problem {
        var problem = self
        problem.advice = advice
        return problem
    }

    static let nothingLoaded = Problem(.notFound, "nothing was loaded yet")

    var status: HTTPResponse.Status {
        switch kind {
        case .badParameter, .badBody, .badRequest: .badRequest
        case .headersTooLarge: .requestHeaderFieldsTooLarge
        case .notFound: .notFound
        case .conflict: .conflict
        case .methodNotAllowed: .methodNotAllowed
        case .notAcceptable: .misdirectedRequest
        case .unauthorized: .unauthorized
        case .forbidden: .forbidden
        case .unsupportedMediaType: .unsupportedMediaType
        case .tooLarge: .contentTooLarge
        case .tooManyRequests: .tooManyRequests
        case .idempotencyKeyReused: .conflict
        case .busy: .serviceUnavailable
        case .jobLost: .internalServerError
        case .notEnoughData: .conflict
        case .budgetSpent: .init(code: 402, reasonPhrase: "Payment Required")
        case .modelFailed: .badGateway
        case .storeUnavailable, .readOnly, .overloaded: .serviceUnavailable
        case .clientLeft: .init(code: 499, reasonPhrase: "Client Closed Request")
        case .internalError: .internalServerError
        }
    }

    var title: String {
        switch kind {
        case .badParameter: "A parameter cannot be read"
        case .badBody: "The body cannot be read"
        case .badRequest: "The request cannot be read"
        case .headersTooLarge: "The head of the request is too large"
        case .notFound: "There is no such thing"
        case .conflict: "Parameters contradict one another"
        case .methodNotAllowed: "The method is not one of this address"
        case .notAcceptable: "The request is not for this service"
        case .unauthorized: "A key is needed"
        case .forbidden: "The key does not allow it"
        case .unsupportedMediaType: "The body has to be JSON"
        case .tooLarge: "The body is too large"
        case .tooManyRequests: "Too many requests"
        case .idempotencyKeyReused: "The name is another request's"
        case .busy: "Too much is under way"
        case .jobLost: "The work was lost"
        case .notEnoughData: "There is too little to say"
        case .budgetSpent: "The budget is spent"
        case .modelFailed: "The model gave no answer"
        case .storeUnavailable: "The store cannot be read"
        case .readOnly: "The store may only be read"
        case .overloaded: "There is too much to do at once"
        case .clientLeft: "The client has gone"
        case .internalError: "Something went wrong here"
        }
    }

    /// The `Retry-After` value in seconds; nil when a retry is not useful.
    private var seconds: Int64? {
        if let retryAfter { return retryAfter }
        return switch kind {
        case .tooManyRequests: 60
        case .busy: 10
        case .storeUnavailable: 5
        case .overloaded: 1
        default: nil
        }
    }

    /// The JSON body, with the id of the request that it answers.
    func document(id: String) -> String {
        Self.form.json(Written(problem: self, requestID: id)).canonical
    }

    func response(id: String) -> Response {
        let body = document(id: id)
        var headers: HTTPFields = [.contentType: "application/problem+json"]
        if kind == .unauthorized { headers[.wwwAuthenticate] = "Bearer" }
        if let seconds { headers[.retryAfter] = "\(seconds)" }
        return Response(
            status: status, headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
    }
}
