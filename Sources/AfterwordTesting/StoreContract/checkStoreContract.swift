package import AfterwordPipeline

/// The place of one store in a test, removed together with this object. Thread-safe.
package protocol StorePlace: AnyObject, Sendable {
    /// Opens the store, making it first if necessary. Each call returns an object of its own;
    /// where the store is one object of this process, all calls return that object.
    func openStore() throws -> any ReviewStore
    /// Opens the store for many threads that read; nil for a store that is never served.
    func openForServing() throws -> (any ReadingStore)?
}

extension StorePlace {
    package func openForServing() throws -> (any ReadingStore)? { nil }
}

/// A numbered requirement of a port, with the check that a store meets it.
package struct StoreRequirement: Sendable, CustomStringConvertible {
    package let port: String
    package let number: Int
    /// What the store promises, as a sentence.
    package let promise: String
    let check: @Sendable (StoreCheck) throws -> Void

    init(
        _ port: String, _ number: Int, _ promise: String,
        _ check: @escaping @Sendable (StoreCheck) throws -> Void
    ) {
        self.port = port
        self.number = number
        self.promise = promise
        self.check = check
    }

    package var description: String { "\(port) \(number): \(promise)" }

    /// Every requirement, port by port.
    package static let all = reviewStore + storeLoad + storeReader + modelLedger + readingStore
}

/// Checks that a store keeps the contract of its ports: `ReviewStore`, `StoreLoad`, `StoreReader`,
/// `ModelLedger`, and `ReadingStore` where it can be served.
///
/// The laws (`Laws`) say what loads make of dumps on any store; the contract says what a store
/// owes to its callers. A new store is held to it by one line:
///
///     #expect(checkStoreContract { try MyPlace() } == [])
///
/// - Parameter requirements: What to check; everything when left out.
/// - Parameter make: Makes the place of a new, empty store at each call.
/// - Returns: The broken requirements with what happened, one string for each; empty where the
///   store keeps all of them.
package func checkStoreContract(
    _ requirements: [StoreRequirement] = StoreRequirement.all,
    make: @escaping () throws -> any StorePlace
) -> [String] {
    requirements.compactMap { requirement in
        do {
            try requirement.check(StoreCheck(make: make))
            return nil
        } catch let broken as BrokenPromise {
            return "\(requirement): \(broken.what)"
        } catch {
            return "\(requirement): threw \(error)"
        }
    }
}

/// What a check found instead of what the requirement promises.
struct BrokenPromise: Error {
    let what: String
}

/// What a check throws inside a load or a ledger transaction, to end it.
struct Stop: Error {}

/// The stores of one check, removed together with this object, and the dumps to load into them.
final class StoreCheck {
    /// Reviews that are written, edited, deleted and restored, in dumps of all kinds.
    let history = ReviewHistory(seed: 3)
    private let make: () throws -> any StorePlace
    private var places: [any StorePlace] = []

    init(make: @escaping () throws -> any StorePlace) { self.make = make }

    /// The place of a new store.
    func place() throws -> any StorePlace {
        let place = try make()
        places.append(place)
        return place
    }

    /// A new store.
    func store() throws -> any ReviewStore { try place().openStore() }

    /// A new store with all dumps of a history.
    func loaded(_ history: ReviewHistory? = nil) throws -> any ReviewStore {
        let store = try store()
        let history = history ?? self.history
        try history.load(history.steps, into: store)
        return store
    }

    /// Loads one dump of the history.
    func load(
        _ step: Int, into store: any ReviewStore, batchRows: Int = BatchLimit.rows
    ) throws {
        var loading = HistoryLoading()
        loading.batchRows = batchRows
        _ = try history.load(history.steps[step], number: step, into: store, loading)
    }

    /// Random histories, so that a check sees every kind of identity, deletion and reject.
    var histories: [ReviewHistory] {
        (1...4 as ClosedRange<UInt64>).map { ReviewHistory(seed: $0) }
    }

    func tables(_ store: any ReviewStore) throws -> [String: [String]] {
        try store.read { try goldenTables($0) }
    }

    /// Throws what is broken unless `isKept` holds.
    func expect(_ isKept: Bool, _ what: @autoclosure () -> String) throws {
        if !isKept { throw BrokenPromise(what: what()) }
    }

    /// Throws both values unless they are equal.
    func expect<Value: Equatable>(
        _ actual: Value, is expected: Value, _ what: @autoclosure () -> String
    ) throws {
        guard actual != expected else { return }
        throw BrokenPromise(
            what: "\(what()): \("\(actual)".prefix(400)) instead of \("\(expected)".prefix(400))")
    }

    /// Compares tables row by row, and names the first that differs.
    func expect(
        _ actual: [String: [String]], are expected: [String: [String]],
        _ what: @autoclosure () -> String
    ) throws {
        for name in Set(actual.keys).union(expected.keys).sorted() {
            try expect(actual[name] ?? [], is: expected[name] ?? [], "\(what()), \(name)")
        }
    }
}
