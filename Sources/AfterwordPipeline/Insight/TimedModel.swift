import AfterwordCore
import Synchronization

/// A model that passes requests on to another one and measures how long each takes. Thread-safe.
final class TimedModel: LanguageModel {
    private let model: any LanguageModel
    private let now: @Sendable () -> Instant
    private let measured = Mutex<[Digest256: Int64]>([:])

    init(_ model: any LanguageModel, now: @escaping @Sendable () -> Instant) {
        self.model = model
        self.now = now
    }

    var name: String { model.name }
    var place: String? { model.place }
    var facts: ModelFacts? { model.facts }
    var tries: Int { model.tries }
    var terms: PriceTerms { model.terms }

    func answer(_ request: ModelRequest) async throws(ModelFailure) -> ModelReply {
        let start = now()
        defer {
            let (passed, overflow) = now().microseconds.subtractingReportingOverflow(
                start.microseconds)
            let digest = Self.key(request)
            measured.withLock { $0[digest, default: 0] += overflow ? 0 : max(passed, 0) }
        }
        return try await model.answer(request)
    }

    /// How long a request took, with a second one for a better answer; nil if it was not sent.
    func microseconds(_ request: ModelRequest) -> Int64? {
        let digest = Self.key(request)
        return measured.withLock { $0[digest] }
    }

    private static func key(_ request: ModelRequest) -> Digest256 {
        var first = request
        first.hint = nil
        return first.digest
    }
}
