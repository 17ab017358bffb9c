package import AfterwordCore

/// How a dump is loaded.
package struct LoadOptions: Sendable {
    /// Seed of the mock timestamps.
    package var seed: UInt64 = 0
    package var salts = SaltSource.random
    /// When the dump was taken; nil to take it from its name, an identical run, or the clock.
    package var observedAt: Instant?
    package var completeness = Completeness.none
    /// The dump that the run is part of; nil for the dump of its day, or that of the run it repeats.
    package var dumpLabel: Text?
    /// Shapes to choose from; the first that fits a file is used.
    package var shapes = Shape.builtIn
    /// Refuses bare NaN and infinities.
    package var isStrict = false
    /// Rejects allowed; nil for the rule: refused beyond 1 % and 10.
    package var maxRejects: Int64?
    /// Deletes allowed; nil for the rule: refused beyond 20 % of the scope and 10, or where a
    /// product of 5 or more reviews is emptied.
    package var maxDeletes: Int64?
    /// Refuses dumps that look broken. Off for a part of a dump that was checked as a whole.
    package var hasGuards = true
    /// Loads a dump unlike the last ones.
    package var acceptsDrift = false
    /// Loads a dump said to be taken more than two days after now.
    package var acceptsFuture = false
    /// Attributes of products from a catalogue.
    package var isCatalog = false
    /// Rejects of an earlier run taken again, at its `observedAt`.
    var isReplay = false
    /// Takes records whose bytes the store holds for what they are, without reading them.
    package var recognisesBytes = true
    /// Does it all, keeps nothing.
    package var isRehearsal = false
    /// Rows of one batch: few enough to stay in a core's cache on their way.
    package var batchRows = 2048
    /// Rows of new reviews and of records that go ahead: each way to a server takes its time.
    var bulkRows: Int { min(batchRows * 4, BatchLimit.rows / 2) }
    /// In a store's first load records go to bronze while the dump is read; else when products are decided.
    package var stagesRecords = true

    package init() {}
}

/// Where the salts of history rows come from.
package enum SaltSource: Sendable {
    case random
    /// A function of the seed, the review and the version: for goldens.
    case seeded(UInt64)
}

/// What the shell lends to a load: the clock, and an ear for progress.
package struct LoadSurroundings: Sendable {
    package var now: @Sendable () -> Instant
    package var progress: @Sendable (LoadProgress) -> Void
    /// Pauses while another run holds the store, before the next try; nil to fail instead.
    package var pause: (@Sendable () -> Void)?
    /// Whether somebody asked for an end; a load asks between slabs and batches.
    package var isInterrupted: @Sendable () -> Bool = { false }

    package init(
        now: @escaping @Sendable () -> Instant,
        progress: @escaping @Sendable (LoadProgress) -> Void = { _ in },
        pause: (@Sendable () -> Void)? = nil
    ) {
        self.now = now
        self.progress = progress
        self.pause = pause
    }

    func checkInterruption() throws {
        if isInterrupted() { throw StoreFault.interrupted }
    }

    /// Does something that needs the store's lock, again after each pause where another run holds it.
    func whenFree<Result>(_ body: () throws -> Result) throws -> Result {
        while true {
            do {
                return try body()
            } catch StoreFault.locked {
                guard let pause else { throw StoreFault.locked }
                try checkInterruption()
                pause()
            }
        }
    }
}

/// How far a load is.
package enum LoadProgress: Sendable {
    case reading(bytes: Int64, of: Int64)
    case writing(products: Int, of: Int)
}
