import AfterwordCore
import HTTPTypes
import Hummingbird

/// Why a request is not answered, as RFC 9457 writes it. Types are stable; details name fields, never data.
struct Problem: Error, Equatable {
    enum Kind: String, CaseIterable {
        case badParameter = "bad-parameter"
        case badBody = "bad-body"
        /// What no service of HTTP/1.1 takes.
        case badRequest = "bad-request"
        case headersTooLarge = "headers-too-large"
        case notFound = "not-found"
        /// Each parameter can be read, and together they say nothing.
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
        /// Of a job: its process ended before its work did.
        case jobLost = "job-lost"
        case notEnoughData = "not-enough-data"
        case budgetSpent = "budget-spent"
        case modelFailed = "model-failed"
        case storeUnavailable = "store-unavailable"
        /// The store may be read, and nothing else.
        case readOnly = "read-only"
        case overloaded
        /// The client has gone: nobody reads this, but the log and the counts.
        case clientLeft = "client-left"
        case internalError = "internal"
    }

    var kind: Kind
    var detail: String
    /// Seconds after which asking again can help, where they are known.
    var retryAfter: Int64?
    /// Why, for the log alone: no data, no key, no text of a review.
    var cause: String?

    init(_ kind: Kind, _ detail: String, retryAfter: Int64? = nil, cause: String? = nil) {
        self.kind = kind
        self.detail = detail
        self.retryAfter = retryAfter
        self.cause = cause
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

    /// Seconds after which asking again is worth it; nil where it is not.
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
