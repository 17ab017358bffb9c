package import AfterwordCore

/// What a dump claims to be complete for.
package enum Completeness: String, CaseIterable, Sendable {
    /// Nothing: absent reviews may still exist.
    case none
    /// All reviews of every product that it names.
    case products
    /// All reviews of all products.
    case all
}

/// Where `observed_at` was taken from.
package enum ObservedOrigin: String, Sendable {
    /// `--observed-at`.
    case given
    /// The name of the dump's folder.
    case folderName = "folder_name"
    /// An earlier run of the same files.
    case identicalRun = "identical_run"
    /// The clock, at the beginning of the load.
    case clock
    /// The run whose rejects are replayed.
    case replay
    /// A catalog: as given, or the clock.
    case catalog = "catalogue"
    /// A run of insights: the newest dump.
    case insight
    /// A run that records a verdict: the clock.
    case verdict
    /// Stored records read again: the newest dump.
    case reclean
    /// Texts of stored reviews read again: the newest dump.
    case reread
    /// A run of what a model read in reviews: the newest dump.
    case enrichment
    /// A run that records marks of people's work: the clock.
    case work
    /// A run that takes the bytes of old records away: the newest dump.
    case prune
}

extension RunRecord {
    /// Whether the run loaded a dump of reviews, rather than rejects, a catalog, a model's answers,
    /// a verdict, marks or stored records.
    var readsReviews: Bool {
        switch observedOrigin {
        case .given, .folderName, .identicalRun, .clock: true
        case .replay, .catalog, .insight, .verdict, .reclean, .reread, .enrichment, .work, .prune:
            false
        }
    }
}

/// Counts of what became of the records of a file or a run: each record is counted once beside
/// `found`.
package struct Balance: Equatable, Sendable {
    package var found: Int64 = 0
    package var inserted: Int64 = 0
    package var updated: Int64 = 0
    package var unchanged: Int64 = 0
    package var copies: Int64 = 0
    package var shadowed: Int64 = 0
    package var late: Int64 = 0
    package var rejected: Int64 = 0
    package var suppressed: Int64 = 0

    package init() {}

    /// Law 5: the parts add up to `found`.
    package var holds: Bool {
        found == inserted + updated + unchanged + copies + shadowed + late + rejected + suppressed
    }

    /// All counts by name, in the order in which they are shown.
    package var parts: KeyValuePairs<String, Int64> {
        [
            "found": found, "inserted": inserted, "updated": updated, "unchanged": unchanged,
            "copies": copies, "shadowed": shadowed, "late": late, "rejected": rejected,
            "suppressed": suppressed,
        ]
    }

    /// Adds another balance.
    package mutating func add(_ other: Balance) {
        found += other.found
        inserted += other.inserted
        updated += other.updated
        unchanged += other.unchanged
        copies += other.copies
        shadowed += other.shadowed
        late += other.late
        rejected += other.rejected
        suppressed += other.suppressed
    }
}

/// A row of `runs`, the ledger.
package struct RunRecord: Equatable, Sendable {
    package var run: Int64
    package var recordedAt: Instant
    /// When the dump was taken; see `observedOrigin`.
    package var observedAt: Instant
    package var observedOrigin: ObservedOrigin
    package var completeness: Completeness
    /// Seed of the mock timestamps.
    package var seed: UInt64
    package var balance: Balance
    /// Number of reviews that the run deleted.
    package var deleted: Int64
    /// Number of products that the dump named.
    package var productsNamed: Int64
    package var profile = DumpProfile()
    /// `--dump`: the name of the dump that the run is part of.
    package var dumpLabel: Text?
    /// The version of the rules that its digests were made by (`DigestRules`). A newer program may
    /// have written a version that this one does not know; only `auditStore` refuses it. No digest
    /// covers it.
    package var digestRules = DigestRules.current.rawValue
    /// The rules by which it identifies reviews (`IdentityRules`). A store keeps those of its first
    /// run.
    package var identityRules = IdentityRules.current.rawValue
    /// Number of absent reviews that a dump complete for their products keeps: they are older than
    /// a capped dump reaches. No digest covers it.
    package var outOfWindow: Int64 = 0
    /// The version of the reader (`Lexicon`) by which the store holds readings of every version up
    /// to the run; nil where it does not. No digest covers it: an audit reads again.
    package var reader: Int64?
    /// `historyDigest` of the run before.
    package var previousDigest: Digest256
    /// Digest of the chain of history rows up to this run.
    package var historyDigest: Digest256
    /// Digest of what the run wrote beside its history, and of the previous run's ledger digest.
    package var ledgerDigest: Digest256

    package init(
        run: Int64, recordedAt: Instant, observedAt: Instant, observedOrigin: ObservedOrigin,
        completeness: Completeness, seed: UInt64, balance: Balance, deleted: Int64,
        productsNamed: Int64, previousDigest: Digest256, historyDigest: Digest256,
        ledgerDigest: Digest256 = genesisDigest
    ) {
        self.run = run
        self.recordedAt = recordedAt
        self.observedAt = observedAt
        self.observedOrigin = observedOrigin
        self.completeness = completeness
        self.seed = seed
        self.balance = balance
        self.deleted = deleted
        self.productsNamed = productsNamed
        self.previousDigest = previousDigest
        self.historyDigest = historyDigest
        self.ledgerDigest = ledgerDigest
    }
}

/// A row of `run_files`: one file of a run, with its balance.
package struct FileRecord: Equatable, Sendable {
    package var run: Int64
    package var name: String
    package var byteCount: Int64
    /// SHA-256 of the file on disk, before inflating.
    package var digest: Digest256
    package var shape: String
    package var balance: Balance
    /// Number of bare NaN and infinities that were read as absent.
    package var nonstandardLiterals: Int64
    /// Number of values that cannot be read in records that are read without them.
    package var unreadableFields: Int64 = 0
    /// Number of records that the shape leaves out (`where`); none of them is found.
    package var leftOut: Int64 = 0
    /// What the file's source says of the version that was read; nil for one on a disk.
    package var version: FileVersion?

    package init(
        run: Int64, name: String, byteCount: Int64, digest: Digest256, shape: String,
        balance: Balance, nonstandardLiterals: Int64
    ) {
        self.run = run
        self.name = name
        self.byteCount = byteCount
        self.digest = digest
        self.shape = shape
        self.balance = balance
        self.nonstandardLiterals = nonstandardLiterals
    }
}

/// How an attempt ended; an attempt without an outcome was killed or is under way.
package enum AttemptOutcome: Equatable, Sendable {
    case committed(run: Int64)
    /// The kind of failure, no data.
    case failed(String)
    /// What was asked for held already: no run was made. Such a row has an end, and neither a run
    /// nor a failure.
    case needless

    package var run: Int64? {
        if case .committed(let run) = self { run } else { nil }
    }
    package var failure: String? {
        if case .failed(let failure) = self { failure } else { nil }
    }
}

/// A row of `run_attempts`.
package struct RunAttempt: Equatable, Sendable {
    package var startedAt: Instant
    package var endedAt: Instant?
    /// The dump's name, without its path.
    package var dump: String
    package var outcome: AttemptOutcome?

    package init(startedAt: Instant, endedAt: Instant?, dump: String, outcome: AttemptOutcome?) {
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.dump = dump
        self.outcome = outcome
    }
}

extension RunRecord {
    /// The run in the form that the core's wording takes.
    package var dumpRun: DumpRun {
        DumpRun(
            run: run, recordedAt: recordedAt, observedAt: observedAt, label: dumpLabel,
            readsReviews: readsReviews && balance.found > balance.rejected)
    }
}

extension [RunRecord] {
    /// The dumps that these runs loaded.
    package var dumps: LoadedDumps { LoadedDumps(map(\.dumpRun)) }

    /// The newest run of the dump that was observed last.
    package var newestDump: RunRecord? {
        let newest = dumps.newest?.lastRun
        return last { $0.run == newest }
    }

    /// The newest run that may have changed what the program counts: any except those of models'
    /// answers and of people's work, and those that prune.
    package var newestData: RunRecord? {
        last { ![.insight, .enrichment, .work, .prune].contains($0.observedOrigin) }
    }
}
