import AfterwordCore
import AfterwordPipeline
import NIOCore
import Synchronization

/// How an answer is written.
struct AnswerForm: Sendable {
    var type: String
    /// It depends on the clock, so that it has no tag.
    var isTimed = false
    /// The name of a table to download.
    var table: String?

    static let page = AnswerForm(type: "text/html; charset=utf-8")

    static func csv(_ table: String) -> AnswerForm {
        AnswerForm(type: "text/csv; charset=utf-8", table: table)
    }
}

/// An answer with the tag that says everything it depends on.
struct Answered: Sendable {
    var tag: String
    /// The run that it is as of.
    var run: RunRecord
    /// Nil where the client has it already.
    var body: ByteBuffer?
    var isZipped = false

    /// The run and its day, for the name of a file.
    var moment: String { "\(day(run.observedAt))-run-\(run.run)" }
}

/// Answers that were given, to be given again while their tag holds: so many bytes of them, those asked for last.
final class AnswerCache: Sendable {
    private struct Key: Hashable {
        var tag: String
        var zipped: Bool
    }

    private struct State {
        var answers: [Key: (answer: Answered, used: UInt64)] = [:]
        var bytes = 0
        var clock: UInt64 = 0
        var runs: [RunRecord] = []
    }

    private let limit: Int
    private let state = Mutex(State())

    init(bytes: Int) { limit = bytes }

    func kept(_ tag: String, zipped: Bool) -> Answered? {
        state.withLock { state in
            let key = Key(tag: tag, zipped: zipped)
            guard let found = state.answers[key] else { return nil }
            state.clock += 1
            state.answers[key]?.used = state.clock
            return found.answer
        }
    }

    /// Keeps an answer; when there are too many bytes, the half that was not asked for longest goes.
    func keep(_ answer: Answered, zipped: Bool) {
        let size = (answer.body?.readableBytes ?? 0) + 256
        guard size * 16 <= limit else { return }
        state.withLock { state in
            state.clock += 1
            let key = Key(tag: answer.tag, zipped: zipped)
            guard state.answers.updateValue((answer, state.clock), forKey: key) == nil else {
                return
            }
            state.bytes += size
            guard state.bytes > limit else { return }
            for (key, entry) in state.answers.sorted(by: { $0.value.used < $1.value.used }) {
                guard state.bytes > limit / 2 else { return }
                state.answers[key] = nil
                state.bytes -= (entry.answer.body?.readableBytes ?? 0) + 256
            }
        }
    }

    /// The ledger up to that run; nil where it was not kept.
    func runs(upTo newest: RunRecord) -> [RunRecord]? {
        state.withLock { $0.runs.last == newest ? $0.runs : nil }
    }

    func keep(_ runs: [RunRecord]) { state.withLock { $0.runs = runs } }
}
