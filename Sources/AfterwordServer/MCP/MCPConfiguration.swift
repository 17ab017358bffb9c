package import AfterwordCore

/// What a program that serves the Model Context Protocol decides.
package struct MCPConfiguration: Sendable {
    /// The program's version, as clients show it.
    package var version: String
    /// The key whose rights hold; nil for none.
    package var key: String?
    /// Nothing is answered without a valid key.
    package var asksForKeys = false
    /// The moment of calls that name none, written as `as_of`; nil for now.
    package var asOf: String?
    /// What links begin with: the address of the service, without a slash at its end.
    package var linkBase = ""
    package var limits = MCPLimits()
    /// The current instant.
    package var now: @Sendable () -> Instant

    package init(version: String, now: @escaping @Sendable () -> Instant) {
        self.version = version
        self.now = now
    }
}

/// Upper bounds on what a client can make the program hold, and on what it is sent.
package struct MCPLimits: Sendable {
    /// Bytes of a message of the client.
    package var messageBytes = 1 << 20
    /// Calls of tools that are carried out or wait for it.
    package var openCalls = 64
    /// Threads that read the store.
    package var threads = 4
    /// Bytes of an answer as JSON. A message has it twice, as text and as a structure.
    package var answerBytes = 64 << 10
    /// Entries of a page without `limit`.
    package var pageSize = 20

    package init() {}
}
