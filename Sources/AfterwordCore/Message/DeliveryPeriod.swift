/// What a recipient is due: one message for each dump, and, where no dump comes, one for each time
/// that one was expected.
package struct DeliveryPeriod: Equatable, Sendable {
    /// The kinds of messages.
    package enum Kind: String, CaseIterable, Sendable {
        /// The report of a dump in which there is something new.
        case news
        /// A dump came, with nothing new in it.
        case nothingNew = "nothing_new"
        /// No dump came when one was expected.
        case noDump = "no_dump"
    }

    /// The period's name: a recipient gets one message a name.
    package var name: String
    /// False where no dump came.
    package var isOfDump: Bool

    /// The period for which a recipient should have a message by now.
    ///
    /// - Parameters:
    ///   - newest: The dump that was taken last.
    ///   - expected: After how many seconds without a dump that is said, and said again; nil where
    ///     nothing is expected.
    ///   - had: Names of periods that the recipient has messages for.
    /// - Returns: Nil where nothing is due.
    package static func due(
        newest: LoadedDump, at now: Instant, expected: Int64?, had: Set<String>
    ) -> DeliveryPeriod? {
        let own = newest.label.map { "dump \"\($0)\"" } ?? "dump of \(newest.day)"
        if !had.contains(own) { return DeliveryPeriod(name: own, isOfDump: true) }
        guard let expected, expected > 0 else { return nil }
        let seconds = (now.microseconds - newest.observedAt.microseconds) / 1_000_000
        // Of several times that have passed meanwhile only the last one is said.
        let missed = seconds / expected
        guard missed > 0 else { return nil }
        let name = "none since \(newest.observedAt), \(missed)"
        return had.contains(name) ? nil : DeliveryPeriod(name: name, isOfDump: false)
    }
}
