import AfterwordPipeline

extension StoreFault {
    /// The description for the log: the store's message, SQL and SQLSTATE, never data.
    var cause: String {
        switch self {
        case .unreachable(let what): "the store cannot be read: \(what)"
        case .failed(let what): "the store failed: \(what)"
        default: "the store: \(self)"
        }
    }

    /// The problem that the client gets, without the cause.
    var problem: Problem {
        if self == .readOnly {
            return Problem(.readOnly, "nothing can be written to the store here")
        }
        return Problem(.storeUnavailable, "the store does not answer", cause: cause)
    }
}
