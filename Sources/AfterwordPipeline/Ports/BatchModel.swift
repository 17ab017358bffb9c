package import AfterwordCore

/// A model whose server also answers batches: many questions in one file, within a day, at a price
/// of their own.
///
/// Requirements on an implementation, beside those of `LanguageModel`:
///
/// 1. `createBatch` sends its request again only where the first one cannot have made a batch. A
///    failure of it with `unknownTries` above 0 may have made one.
/// 2. All other calls may be made any number of times.
/// 3. For an id that the server does not have, the fault is `ModelFailure.Fault.notThere`.
package protocol BatchModel: LanguageModel {
    /// Uploads questions as one file.
    ///
    /// - Returns: The server's id of the file.
    func upload(
        _ questions: [BatchQuestion], named name: String
    ) async throws(ModelFailure) -> String
    /// Creates a batch of an uploaded file, under a name by which it is found again.
    func createBatch(
        ofFile file: String, named name: String
    ) async throws(ModelFailure) -> ServerBatch
    /// The batch of an id as it is now.
    func batch(_ id: String) async throws(ModelFailure) -> ServerBatch
    /// The batch of a name that was created since a moment; nil where the server has none.
    func batch(
        named name: String, since instant: Instant
    ) async throws(ModelFailure) -> ServerBatch?
    /// The answers of a batch that has ended, in any order, and each as often as the server gives
    /// it. Questions that were not answered may be missing.
    func answers(of batch: ServerBatch) async throws(ModelFailure) -> BatchAnswers
    /// Whether the server has an uploaded file for the key that is used now.
    func hasFile(_ id: String) async throws(ModelFailure) -> Bool
}

extension ModelFailure.Fault {
    /// The server has no batch or file of an id.
    package static let notThere = ModelFailure.Fault.badRequest("not_found")
}

/// A question in a batch.
package struct BatchQuestion: Sendable {
    /// Unique in its batch.
    package var id: String
    package var request: ModelRequest

    package init(id: String, request: ModelRequest) {
        self.id = id
        self.request = request
    }
}

/// A batch as its server describes it.
package struct ServerBatch: Equatable, Sendable {
    package var id: String
    /// The server's word: validating, in_progress, finalizing, completed, failed, expired,
    /// cancelling, cancelled, or one that this program does not know.
    package var status: String
    /// The server's ids of the files of answers and of refused questions; nil for none.
    package var output: String?
    package var errors: String?
    /// How many questions were answered or refused so far, and how many there are.
    package var done: Int64 = 0
    package var total: Int64 = 0
    /// How many of those done were answered: lines of the file of answers.
    package var completed: Int64 = 0
    /// What is wrong with its questions, in words of the provider: a failed batch's faults.
    package var faults: [String] = []

    package init(id: String, status: String, output: String? = nil, errors: String? = nil) {
        self.id = id
        self.status = status
        self.output = output
        self.errors = errors
    }

    /// How it ended; nil as long as it is under way.
    package var end: BatchEnd? {
        switch status {
        case "completed": .completed
        case "failed": .failed
        case "expired": .expired
        case "cancelled": .cancelled
        default: nil
        }
    }
}

/// How a batch ended.
package enum BatchEnd: Equatable, Sendable {
    case completed
    /// Nothing was asked: its questions were not of the form that the server takes.
    case failed
    case expired
    case cancelled
    /// It never came to the server.
    case notSent
}

/// What the files of a batch hold, as far as they could be read.
package struct BatchAnswers: Sendable {
    package var answers: [BatchAnswer]
    /// The ids that have a line in the file of answers.
    package var completed: Set<String>
    /// Lines that are not of the form: cut, or no line of such a file.
    package var unreadable: Int64

    /// - Parameter completed: Nil where all are from the file of answers.
    package init(
        _ answers: [BatchAnswer], completed: Set<String>? = nil, unreadable: Int64 = 0
    ) {
        self.answers = answers
        self.completed = completed ?? Set(answers.map(\.id))
        self.unreadable = unreadable
    }

    /// How many of these questions have a line.
    func read(of questions: Set<String>) -> Int64 {
        Int64(questions.intersection(answers.map(\.id)).count)
    }

    /// Whether this is all that the server says it has of these questions, the batch's own: lines
    /// that name others count for nothing. Without counts of the server every question of a
    /// completed batch needs a line; of one that ended early, every line must be readable.
    func isWhole(_ batch: ServerBatch, of questions: Set<String>) -> Bool {
        let read = read(of: questions)
        guard batch.total > 0 else {
            switch batch.end {
            case .expired, .cancelled, .failed, .notSent: return unreadable == 0
            case .completed, nil: return read == questions.count
            }
        }
        let completed = Int64(completed.intersection(questions).count)
        return completed >= batch.completed && read >= batch.done
    }
}

/// The answer to a question of a batch, or the failure in its place.
package struct BatchAnswer: Sendable {
    /// The question's id in its batch.
    package var id: String
    package var result: Result<ModelReply, ModelFailure>

    package init(id: String, result: Result<ModelReply, ModelFailure>) {
        self.id = id
        self.result = result
    }
}
