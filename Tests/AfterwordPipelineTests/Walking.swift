import AfterwordPipeline
import AfterwordTesting

/// Answers as where no lists and no readings are kept.
final class Walking: ForwardingReader {
    private let reader: any StoreReader
    init(_ reader: any StoreReader) { self.reader = reader }
    func target() throws -> any StoreReader { reader }
    func hasLists(by reader: Int64) throws -> Bool { false }
    func runs() throws -> [RunRecord] {
        try reader.runs().map { run in
            var run = run
            run.reader = nil
            return run
        }
    }
    func newestRun() throws -> RunRecord? { try runs().last }
}
