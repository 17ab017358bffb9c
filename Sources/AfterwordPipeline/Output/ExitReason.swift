/// The exit codes of the program. `docs/exit-codes.md` has the same table, and a test compares.
package enum ExitReason: Int32, CaseIterable, Sendable {
    case done = 0
    case check = 1
    case usage = 2
    case store = 3
    case model = 4
    case budget = 5
    case alert = 6
    case locked = 7
    case interrupted = 130

    /// The word for it, as in events.
    package var word: String {
        switch self {
        case .done: "done"
        case .check: "check"
        case .usage: "usage"
        case .store: "store"
        case .model: "model"
        case .budget: "budget"
        case .alert: "alert"
        case .locked: "locked"
        case .interrupted: "interrupted"
        }
    }

    /// What it means.
    package var meaning: String {
        switch self {
        case .done: "Done."
        case .check: "A check failed: `verify`, `audit`, `status`, `doctor`, `deliver` (gave up)."
        case .usage: "The command or its input is wrong. Nothing was stored."
        case .store:
            "The store, an object storage or an output failed. Nothing of the stage was stored."
        case .model: "The model gave no answer that can be used. What was made before is stored."
        case .budget: "A budget is used up. What was made before is stored."
        case .alert: "Dangers that a person must look at. The command did its work."
        case .locked: "Another run holds the store. Nothing was stored."
        case .interrupted:
            "A signal ended the command. Nothing of the stage was stored, but for what was sent."
        }
    }

    /// Whether the same command may succeed later, without a person's help.
    package var isRetryable: Bool {
        switch self {
        case .store, .model, .locked, .interrupted: true
        case .done, .check, .usage, .budget, .alert: false
        }
    }

    /// When to repeat the command, or what to do instead.
    package var advice: String {
        switch self {
        case .done: "–"
        case .check: "Look at what it prints: a repeat says the same."
        case .usage: "Mend the input; a repeat fails again."
        case .store:
            "After a pause: a server was away, a disk full. Not where the event says "
                + "`is_retryable` false (a damaged store, a store of a newer program)."
        case .model: "After a pause: answers that were paid for are kept and not asked for again."
        case .budget: "Not before the day or month is over, or the budget is raised."
        case .alert: "Mail the report; do not repeat."
        case .locked: "After a pause, or with `--wait`."
        case .interrupted: "At once."
        }
    }

    /// The rows of the table in Markdown.
    package static var table: String {
        allCases.map { status in
            "| \(status.rawValue) | `\(status.word)` | \(status.meaning) | "
                + "\(status.isRetryable ? "yes" : "no") | \(status.advice) |\n"
        }.joined()
    }
}

extension StoreFault {
    /// The exit code of a store's failure.
    package var exitReason: ExitReason {
        switch self {
        case .locked: .locked
        case .interrupted: .interrupted
        default: .store
        }
    }

    /// Whether the same command may succeed later, without a person's help.
    package var isRetryable: Bool {
        switch self {
        case .schemaNewer, .digestRulesUnknown, .identityRulesUnknown, .readerUnknown, .unreadable,
            .damaged, .readOnly:
            false
        case .locked, .unreachable, .timedOut, .interrupted, .diskFull, .failed: true
        }
    }
}
