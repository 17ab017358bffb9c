package import AfterwordCore

/// How a dump is loaded.
package struct LoadOptions: Sendable {
    /// Seed of the mock timestamps.
    package var seed: UInt64 = 0
    package var salts = SaltSource.random
    /// When the dump was taken; nil to take it from its name, an identical run, or the clock.
    package var observedAt: Instant?
    package var completeness = Completeness.none
    /// The dump that the run is part of; nil for the dump of its day, or that of the run it
    /// repeats.
    package var dumpLabel: Text?
    /// Shapes to choose from (`chooseShape`); a single one is used for every file.
    package var shapes = Shape.builtIn
    /// Rejects bare NaN and infinities instead of reading them as absent.
    package var isStrict = false
    /// Greatest number of rejects; nil for the default: refused beyond 1 % and 10.
    package var maxRejects: Int64?
    /// Greatest number of deletes; nil for the default: refused beyond 20 % of the scope and 10, or
    /// where a product of 5 or more reviews is emptied.
    package var maxDeletes: Int64?
    /// The number of reviews of a product beyond which a capped dump holds no more: of a product
    /// with so many, absent reviews older than the oldest present one are kept. Nil for what the
    /// shape says.
    package var window: Int?
    /// Accepts a complete dump in which many products have the same, greatest number of reviews.
    package var acceptsCapped = false
    /// Refuses dumps that look broken. Off for a part of a dump that was checked as a whole.
    package var hasGuards = true
    /// Accepts a dump unlike the last ones.
    package var acceptsDrift = false
    /// Accepts an `observedAt` more than two days after now.
    package var acceptsFuture = false
    /// Loads product attributes from a catalog.
    package var isCatalog = false
    /// Replays rejects of an earlier run, at its `observedAt`.
    var isReplay = false
    /// By what rules a new store identifies reviews; others than the current ones are for tests.
    package var initialRules = IdentityRules.current
    /// Recognizes records whose bytes the store holds, without parsing them (`PayloadIndex`).
    package var recognisesBytes = true
    /// Runs everything, then rolls back.
    package var isRehearsal = false
    /// Rows of one batch: few enough to stay in a core's cache until they are written.
    package var batchRows = 2048
    /// Rows of one batch of new reviews or staged records: larger, because each request to a server
    /// has its latency.
    var bulkRows: Int { min(batchRows * 4, BatchLimit.rows / 2) }
    /// In a store's first load, writes records to bronze while the dump is read; else when products
    /// are decided.
    package var stagesRecords = true
    /// Whether a new store keeps what the reader finds in reviews; a store goes on as it began.
    package var keepsReadings = true
    /// What a new store is read by; another one goes on with what read it last. The program gives
    /// `Lexicon.ofNewStores`, or what the user names; the goldens' stores are read by the first.
    package var lexicon = Lexicon.first
    /// Refuses a store that is read by another lexicon.
    package var requiresLexicon = false
    /// The file of the taxonomy that a new store begins with. Any other store is refused where this
    /// is not the one in force: it is accepted by a run of its own (`acceptTaxonomy`).
    package var taxonomy: Text?
    /// The fewest live reviews of a brand or category for which sums of themes are kept: those of
    /// smaller ones are counted in milliseconds when they are asked for.
    package var leastThemeReviews: Int64 = 4096
    /// Threads that share work in parts, 1 or more; nil for one a core. Changes no result.
    package var threads: Int?

    package init() {}
}

/// Where the salts of history rows come from.
package enum SaltSource: Sendable {
    /// Secret, from the system's random numbers.
    case random
    /// A function of the seed, the review and the version: for goldens.
    case seeded(UInt64)
}

/// What a load needs from its caller: the clock, and callbacks for progress, waiting and
/// interruption.
package struct LoadSurroundings: Sendable {
    package var now: @Sendable () -> Instant
    package var progress: @Sendable (LoadProgress) -> Void
    /// Waits while another run holds the store, before the next try; nil to fail at once.
    package var pause: (@Sendable () -> Void)?
    /// Whether the load shall end; checked between slabs and between batches.
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

    /// - Throws: `StoreFault.interrupted`.
    func checkInterruption() throws {
        if isInterrupted() { throw StoreFault.interrupted }
    }

    /// Runs `body`, which needs the store's lock, again after each pause while another run holds
    /// the lock.
    ///
    /// - Throws: `StoreFault.locked` without a `pause`; `StoreFault.interrupted`; what `body`
    ///   throws.
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

/// The progress of a load.
package enum LoadProgress: Sendable {
    case reading(bytes: Int64, of: Int64)
    case writing(products: Int, of: Int)
}
