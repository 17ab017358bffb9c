/// A moment of a store's history as people write it: a run, a date, an instant, a dump's label, or
/// `last`.
package struct Moment: Equatable, Sendable {
    /// What kind of moment is written.
    package enum Form: Equatable, Sendable {
        /// The newest state; as the beginning of a window, the dump before.
        case last
        /// A run number; 0 is before the first run.
        case run(Int64)
        /// A date: the newest dump taken by the end of that UTC day.
        case day(Instant)
        /// An instant: the newest run recorded by then.
        case instant(Instant)
        /// Anything else: a label given by `--dump`.
        case label
    }

    package let written: String
    package let form: Form

    /// Nil for a text that cannot be a moment: empty, more than 100 characters, control characters,
    /// or white space at an end.
    package init?(_ written: String) {
        guard Moment.isPlain(written) else { return nil }
        self.written = written
        if written == "last" {
            form = .last
        } else if Moment.isNumber(written) {
            guard let run = Int64(written) else { return nil }
            form = .run(run)
        } else if let instant = Instant(iso8601: written) {
            form = written.utf8.count <= 10 ? .day(instant) : .instant(instant)
        } else {
            form = .label
        }
    }

    /// Why a text cannot be a dump's label; nil for one that can.
    package static func labelFault(_ label: String) -> String? {
        if label.isEmpty { return "it is empty" }
        if !isPlain(label) {
            return "it has more than 100 characters, control characters, or space at an end"
        }
        if label == "last" { return "'last' is the newest dump" }
        if isNumber(label) { return "a number is a run; write 'week \(label)'" }
        return nil
    }

    /// The end of every error message about a moment.
    package static let examples =
        "give a run (3), a date (2026-03-09), an instant (2026-03-09T12:00Z), "
        + "a dump's label, or last"

    private static func isNumber(_ text: String) -> Bool {
        (1...7).contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    private static func isPlain(_ text: String) -> Bool {
        let scalars = text.unicodeScalars
        guard let first = scalars.first, let last = scalars.last else { return false }
        return scalars.count <= 100 && !first.properties.isWhitespace
            && !last.properties.isWhitespace
            && scalars.allSatisfy { $0.properties.generalCategory != .control }
    }
}

/// Why a moment cannot be resolved.
package enum AsOfFault: Error, Equatable, Sendable {
    case noSuchRun(Int64)
    /// Runs may still be recorded up to that time.
    case afterNewestRun(Instant)
    case beforeFirstRun
    /// A dump loaded after newer ones: no state of the store shows it alone.
    case noStateOfItsOwn(String)
    /// Not a run, date or instant, and no dump has that label.
    case unknownMoment(String, labels: [Text])
    /// The window ends before it begins.
    case backwards
}

extension AsOfFault {
    /// Whether the input is not a moment at all, as opposed to one that does not exist.
    package var isUnreadable: Bool {
        if case .unknownMoment = self { true } else { false }
    }

    /// In words; for an unknown moment with examples of valid ones.
    package var words: String {
        switch self {
        case .noSuchRun(let run): "there is no run \(run)"
        case .afterNewestRun(let instant):
            "\(instant) is after the newest run: what it will have been is not known yet"
        case .beforeFirstRun: "there was no run yet"
        case .noStateOfItsOwn(let dump):
            "the dump \(dump) was loaded after newer ones and has no state of its own; "
                + "a run or an instant says what the store knew then"
        case .unknownMoment(let written, let labels):
            "no dump is called '\(written)'"
                + (labels.isEmpty
                    ? "" : " (labels: \(labels.suffix(5).map(\.string).joined(separator: ", ")))")
                + "; " + Moment.examples
        case .backwards: "the earlier of the two moments comes first"
        }
    }
}
