import AfterwordCore
import AfterwordPipeline
import HTTPTypes

/// A job as the API returns it.
struct JobAnswer: Sendable {
    var row: JobRow
    /// Why the job failed; nil if it did not.
    var problem: Problem?

    /// A job whose lease has run out and that is not running in this process is returned as failed
    /// with `jobLost`.
    ///
    /// - Parameter isAlive: Whether this process is running the job's work.
    init(_ row: JobRow, now: Instant, isAlive: Bool) {
        self.row = row
        if row.isLost(at: now), !isAlive {
            self.row.status = .failed
            problem = Problem(.jobLost, "its process ended; ask again")
        } else if row.status == .failed {
            problem = row.kept
        }
    }

    /// Seconds after which a client should poll a job again.
    static let pollSeconds = 2

    /// The address of a job.
    static func path(_ job: String) -> String { "/api/v1/jobs/\(job)" }

    private static let problemForm = ObjectForm<Problem>(
        "JobProblem", "Why a job failed, as RFC 9457 writes it."
    ) { form in
        form.value("type", .choice(Problem.Kind.allCases.map(\.type)), "What it is.") {
            .string($0.kind.type)
        }
        form.text("title", "The same in words.") { $0.title }
        form.value("status", .number(400...599), "The status that a waiting request gets.") {
            JSONValue($0.status.code)
        }
        form.text("detail", "What is wrong: names of fields, never data.") { $0.detail }
    }

    private static let linksForm = ObjectForm<JobRow>("JobLinks", "Where to go on.") { form in
        form.value("self", .text(.address), "The job.") { .string(path($0.job)) }
        form.value("insights", .nullable(.text(.address)), "The insights of its scope.") { row in
            let names = ["product": "products", "brand": "brands"]
            return JSONValue(
                names[row.scope.kind].map {
                    "/api/v1/\($0)/\(encoded(row.scope.id.string))/insights"
                })
        }
    }

    static let form = ObjectForm<JobAnswer>("Job", "Work that was asked for.") { form in
        form.value("job", .text(.hexadecimal(32)), "Its id.") { .string($0.row.job) }
        form.choice(
            "status", JobRow.Status.allCases.map(\.rawValue),
            "Where it stands; one whose process ended is `failed`."
        ) { $0.row.status.rawValue }
        form.text("scope_kind", "The kind of what it makes an insight of.") { $0.row.scope.kind }
        form.id("scope_id", "The product or brand.") { $0.row.scope.id }
        form.text("language", "The language of the insight.") { $0.row.language }
        form.instant("created_at", "When it was asked for.", hasOld: false) { $0.row.createdAt }
        form.optionalInstant("started_at", "When it began.", hasOld: false) { $0.row.startedAt }
        form.optionalInstant("ended_at", "When it ended.", hasOld: false) { $0.row.endedAt }
        form.optionalCount("made_run", "`done`: the run that made the insight.") {
            $0.row.madeRun
        }
        form.optionalObject("problem", problemForm, "`failed`: why.") { $0.problem }
        form.object("links", linksForm, "Where to go on.") { $0.row }
    }
}

extension JobRow {
    /// The stored problem of a failed job.
    var kept: Problem {
        Problem(
            problem.flatMap { Problem.Kind(rawValue: $0) } ?? .internalError,
            detail ?? "see the log")
    }
}

/// The body of a 202 answer: a job that is still running.
struct AcceptedJob: Sendable {
    var job: JobAnswer

    static let form = ObjectForm<AcceptedJob>("AcceptedJob", "Work that goes on.") { form in
        form.deprecated(
            "status", .choice(["being_made"]), "It is being made.", by: "item"
        ) { _ in .string("being_made") }
        form.object("item", JobAnswer.form, "The job.") { $0.job }
    }
}

/// The answer to a GET of a job.
struct JobItem: Sendable {
    var job: JobAnswer

    static let form = ObjectForm<JobItem>("JobsJobAnswer", "A job.") { form in
        form.object("item", JobAnswer.form, "The job.") { $0.job }
    }

    static let parameters = [Parameter.path("job", "The job's id, from a `202`.")]

    static let operation = Operation(
        method: "get", path: JobAnswer.path("{job}"),
        summary: "What became of work that was asked for; kept for a day after its end.",
        tag: .insights, parameters: parameters,
        answers: [
            .init(
                status: 200, comment: "The job.",
                contents: [.init(type: "application/json", form: form.form)],
                headers: [.requestID, .cacheControl, .retryAfter])
        ] + Operation.Answer.problems([400, 401, 403, 404, 421, 500, 503]))
}
