/// A failure that a command itself detected.
struct CommandFault: Error {
    var failure: Failure

    init(_ failure: Failure) { self.failure = failure }

    init(_ code: Failure.Code, _ message: String) { failure = Failure(code, message) }
}
