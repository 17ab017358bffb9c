import AfterwordPipeline
import NIOCore
import Synchronization

/// An in-memory LRU cache of answers, by entity tag, limited to a number of bytes. Also caches the
/// runs of the ledger. Safe to use from any thread.
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

    /// - Parameter bytes: Maximum size of all cached answers, counting 256 bytes for each besides
    ///   its body.
    init(bytes: Int) { limit = bytes }

    /// The cached answer for a tag; nil on a miss.
    func kept(_ tag: String, zipped: Bool) -> Answered? {
        state.withLock { state in
            let key = Key(tag: tag, zipped: zipped)
            guard let found = state.answers[key] else { return nil }
            state.clock += 1
            state.answers[key]?.used = state.clock
            return found.answer
        }
    }

    /// Caches an answer unless it takes more than a sixteenth of the limit. When the limit is
    /// exceeded, the least recently used answers are removed until half of it is in use.
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

    /// All runs up to `newest`; nil when the cached list does not end there.
    func runs(upTo newest: RunRecord) -> [RunRecord]? {
        state.withLock { $0.runs.last == newest ? $0.runs : nil }
    }

    /// Replaces the cached list of runs.
    func keep(_ runs: [RunRecord]) { state.withLock { $0.runs = runs } }
}
