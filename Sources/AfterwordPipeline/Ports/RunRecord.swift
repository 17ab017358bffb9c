package import AfterwordCore

/// What a dump says it holds all of.
package enum Completeness: String, CaseIterable, Sendable {
    /// Nothing: what is absent may still be there.
    case none
    /// All reviews of every product it names.
    case products
    /// All reviews of everything.
    case all
}

/// Where `observed_at` was taken from.
package enum ObservedOrigin: String, Sendable {
    case given
    case folderName = "folder_name"
    case identicalRun = "identical_run"
    case clock
    /// Of the run whose rejects were taken again.
    case replay
    /// Of a catalogue of products: given, or the clock's.
    case catalogue
    /// Of the newest dump: the run made insights of what it had brought.
    case insight
    /// The clock's, when the verdict was recorded: the run is one of a person's verdict.
    case verdict
}

extension RunRecord {
    /// Whether the run loaded a dump of reviews, rather than rejects, a catalog, insights or a verdict.
    var readsReviews: Bool {
        switch observedOrigin {
        case .given, .folderName, .identicalRun, .clock: true
        case .replay, .catalogue, .insight, .verdict: false
        }
    }
}

/// What became of the records of a file, or of a run: each is counted once.
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

    /// Law 5.
    package var holds: Bool {
        found == inserted + updated + unchanged + copies + shadowed + late + rejected + suppressed
    }

    /// The parts by name, in the order they are shown.
    package var parts: KeyValuePairs<String, Int64> {
        [
            "found": found, "inserted": inserted, "updated": updated, "unchanged": unchanged,
            "copies": copies, "shadowed": shadowed, "late": late, "rejected": rejected,
            "suppressed": suppressed,
        ]
    }

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

/// A row of `runs`: the ledger.
package struct RunRecord: Equatable, Sendable {
    package var run: Int64
    package var recordedAt: Instant
    package var observedAt: Instant
    package var observedOrigin: ObservedOrigin
    package var completeness: Completeness
    package var seed: UInt64
    package var balance: Balance
    package var deleted: Int64
    package var productsNamed: Int64
    package var profile = DumpProfile()
    /// What `--dump` called the dump that the run is part of.
    package var dumpLabel: Text?
    package var previousDigest: Digest256
    package var historyDigest: Digest256
    /// Over what the run wrote beside its history, and the ledger of the run before.
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
    /// SHA-256 of the file as it lies on the disk.
    package var digest: Digest256
    package var shape: String
    package var balance: Balance
    /// Bare NaN and infinities read as absent.
    package var nonstandardLiterals: Int64

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

/// How an attempt ended; one that never did was killed.
package enum AttemptOutcome: Equatable, Sendable {
    case committed(run: Int64)
    /// With the kind of failure, no data.
    case failed(String)

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
    /// As the words of the core take it.
    package var dumpRun: DumpRun {
        DumpRun(
            run: run, recordedAt: recordedAt, observedAt: observedAt, label: dumpLabel,
            readsReviews: readsReviews && balance.found > balance.rejected)
    }
}

extension [RunRecord] {
    package var dumps: LoadedDumps { LoadedDumps(map(\.dumpRun)) }

    /// The newest run of the newest dump: what was observed last.
    package var newestDump: RunRecord? {
        let newest = dumps.newest?.lastRun
        return last { $0.run == newest }
    }

    /// The newest run that may have changed what is told: any but one of insights.
    package var newestData: RunRecord? { last { $0.observedOrigin != .insight } }
}
