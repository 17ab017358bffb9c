/// A moment of a store's history as people write it: a run, a date, an instant, a dump's label, or
/// `last`.
package struct Moment: Equatable, Sendable {
    package enum Form: Equatable, Sendable {
        /// The newest dump; as the beginning of a window the dump before.
        case last
        /// A run's number; 0 stands for before the first.
        case run(Int64)
        /// A date: the newest dump taken by the end of that day in UTC.
        case day(Instant)
        /// A time: the newest run recorded by then.
        case instant(Instant)
        /// Anything else: what `--dump` called a dump.
        case label
    }

    package let written: String
    package let form: Form

    /// Nil for what can be none of them: nothing, or a number that no run has.
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

    /// What every error about a moment ends with.
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

/// Why a moment cannot be answered for.
package enum AsOfFault: Error, Equatable, Sendable {
    case noSuchRun(Int64)
    /// Later runs may still be recorded with that time.
    case afterNewestRun(Instant)
    case beforeFirstRun
    /// A dump that was loaded after newer ones: the store never said what it alone says.
    case noStateOfItsOwn(String)
    /// Neither a run, a date nor an instant, and no dump has that label.
    case unknownMoment(String, labels: [Text])
    /// A window ends before it begins.
    case backwards
}

extension AsOfFault {
    /// What was asked for is no moment, rather than one that is not there.
    package var isUnreadable: Bool {
        if case .unknownMoment = self { true } else { false }
    }

    /// In words, with an example of what can be asked for.
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
