import AfterwordPipeline

/// A failure that a command itself detected.
struct CommandFault: Error {
    var failure: Failure

    init(_ failure: Failure) { self.failure = failure }

    init(_ code: Failure.Code, _ message: String) { failure = Failure(code, message) }
}

/// Says of an interruption what it left, where that is no run.
func saying<Result>(ofInterruption left: String, _ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch StoreFault.interrupted {
        throw CommandFault(.interrupted, "interrupted; \(left)")
    }
}
