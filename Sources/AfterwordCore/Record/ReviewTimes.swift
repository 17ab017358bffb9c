/// Where a time comes from.
package enum TimeOrigin: String, Sendable {
    case source
    case mock
    /// From a date that the source writes as a distance from the moment of the dump ("2 days ago").
    case estimated

    /// The raw value as static bytes, for digests of millions of rows.
    var word: StaticString {
        switch self {
        case .source: "source"
        case .mock: "mock"
        case .estimated: "estimated"
        }
    }
}

/// The times of a review as stored: the source's, or estimates or mock times in their place.
package struct ReviewTimes: Equatable, Sendable {
    package var createdAt: Instant
    package var createdOrigin: TimeOrigin
    package var updatedAt: Instant
    package var updatedOrigin: TimeOrigin

    package init(
        createdAt: Instant, createdOrigin: TimeOrigin, updatedAt: Instant,
        updatedOrigin: TimeOrigin
    ) {
        self.createdAt = createdAt
        self.createdOrigin = createdOrigin
        self.updatedAt = updatedAt
        self.updatedOrigin = updatedOrigin
    }

    /// The stored time of a field of form `instant`; any other field traps.
    package func instant(of field: TrackedField) -> Instant {
        switch field {
        case .createdAt: createdAt
        case .updatedAt: updatedAt
        default: preconditionFailure("the field is no instant")
        }
    }

    /// Where the time of a field of form `instant` comes from; any other field traps.
    package func origin(of field: TrackedField) -> TimeOrigin {
        switch field {
        case .createdAt: createdOrigin
        case .updatedAt: updatedOrigin
        default: preconditionFailure("the field is no instant")
        }
    }
}
