import AfterwordPipeline

extension StoreFault {
    /// What the log is told: a message and SQL of the store, its SQLSTATE; never data.
    var cause: String {
        switch self {
        case .unreachable(let what): "the store cannot be read: \(what)"
        case .failed(let what): "the store failed: \(what)"
        default: "the store: \(self)"
        }
    }

    /// The client is told no more than that.
    var problem: Problem {
        if self == .readOnly {
            return Problem(.readOnly, "nothing can be written to the store here")
        }
        return Problem(.storeUnavailable, "the store does not answer", cause: cause)
    }
}
