package import AfterwordCore

/// A stage that a scheduler starts by itself and repeats when it failed.
package enum Stage: String, CaseIterable, Sendable {
    case load, insights, report, deliver
}

/// What a stage says of itself while it works: one line of `--events`.
package struct StageEvent: Equatable, Sendable {
    /// The kinds of events: a stage is `begun`, has progress, and is `done` or `failed`.
    package enum Kind: String, CaseIterable, Sendable {
        case begun, progress, done, failed
    }

    /// How far a stage is, in one unit.
    package struct Progress: Equatable, Sendable {
        package var done: Int64
        package var total: Int64
        /// `bytes`, `products`, `scopes` or `messages`.
        package var unit: String

        package init(done: Int64, total: Int64, unit: String) {
            self.done = done
            self.total = total
            self.unit = unit
        }
    }

    /// Why a stage failed.
    package struct Failure: Equatable, Sendable {
        package var status: ExitReason
        package var message: String
        package var isRetryable: Bool

        package init(status: ExitReason, message: String, isRetryable: Bool) {
            self.status = status
            self.message = message
            self.isRetryable = isRetryable
        }
    }

    /// The version of this form; it rises when a member changes its meaning or goes.
    package static let version: Int64 = 1

    package var at: Instant
    package var stage: Stage
    package var kind: Kind
    /// What the stage works on: a dump's name, a scope, a file; "" where there is one thing only.
    package var subject = ""
    package var progress: Progress?
    /// The run that a load wrote.
    package var run: Int64?
    package var failure: Failure?

    package init(at: Instant, stage: Stage, kind: Kind) {
        self.at = at
        self.stage = stage
        self.kind = kind
    }

    /// The members of every event, in the order of the documentation.
    package static let form = ObjectForm<StageEvent>(
        "Event", "What a stage says of itself while it works."
    ) { form in
        form.count("event_version", "The version of this form: 1.") { _ in version }
        form.instant("at", "When it was written.", hasOld: false) { $0.at }
        form.choice("stage", Stage.allCases.map(\.rawValue), "The stage.") { $0.stage.rawValue }
        form.choice("event", Kind.allCases.map(\.rawValue), "What became of it.") {
            $0.kind.rawValue
        }
        form.text("subject", "What it works on; empty where there is one thing only.") {
            $0.subject
        }
        form.optionalCount("done", "How much is done, of `progress`.") { $0.progress?.done }
        form.optionalCount("total", "How much there is, of `progress`.") { $0.progress?.total }
        form.optionalString("unit", "What is counted: bytes, products, scopes or messages.") {
            $0.progress?.unit
        }
        form.optionalCount("run", "The run that a load wrote, of `done`.") { $0.run }
        form.optionalCount("exit_code", "The exit code, of `failed`.") {
            $0.failure.map { Int64($0.status.rawValue) }
        }
        form.optionalString("message", "Why, of `failed`.") { $0.failure?.message }
        form.optionalFlag("is_retryable", "Whether a repeat may succeed, of `failed`.") {
            $0.failure?.isRetryable
        }
    }

    package var json: JSONValue { Self.form.json(self) }
}
