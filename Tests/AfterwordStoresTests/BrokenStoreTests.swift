import AfterwordPipeline
import AfterwordTesting
import Testing

/// The contract's checks can fail: a store that breaks a requirement is caught by its check.
@Suite struct BrokenStoreTests {
    static let broken: [BrokenStore] = stores + loads + readers + ledgers + served

    private static let stores = [
        BrokenStore(requirement: "ReviewStore 1", fault: "commits rehearsals") {
            CommittingRehearsals($0)
        },
        BrokenStore(requirement: "ReviewStore 2", fault: "commits failures") {
            CommittingFailures($0)
        },
        BrokenStore(requirement: "ReviewStore 3", fault: "shows the load") { ShowingLoad($0) },
        BrokenStore(requirement: "ReviewStore 4", fault: "hides the lock") { HidingLock($0) },
        BrokenStore(requirement: "ReviewStore 6", fault: "moves under a read") { MovingReads($0) },
        BrokenStore(requirement: "ReviewStore 7", fault: "forgets failures") {
            ForgettingAttempts($0)
        },
        .load("ReviewStore 7", "leaves needless attempts open") { LeavingOpen($0) },
        .load("ReviewStore 8", "shows a review's text") { TellingLoad($0) },
        BrokenStore(requirement: "ReviewStore 9", fault: "shows the load") { ShowingLoad($0) },
        BrokenStore(requirement: "ReviewStore 10", fault: "doubts") { DoubtingAudit($0) },
        BrokenStore(requirement: "ModelLedger 1", fault: "commits failures") {
            CommittingFailures($0)
        },
    ]

    private static let loads: [BrokenStore] = [
        .load("StoreLoad 1", "loses rows in small batches") { LosingSmallBatches($0) },
        .load("StoreLoad 2", "invents scopes") { InventingScopes($0) },
        .reader("StoreLoad 3", "trusts ids") { TrustingIDs($0) },
        .load("StoreLoad 4", "ignores case") { IgnoringCase($0) },
        .load("StoreLoad 5", "returns long pages") { LongPages($0) },
        .load("StoreLoad 6", "leaves nothing out") { CountingAll($0) },
        .load("StoreLoad 7", "calls all rejects new") { AllNew($0) },
        .load("StoreLoad 8", "keeps empty months") { KeepingEmptyMonths($0) },
        .load("StoreLoad 9", "reads the state before") { ReadingBefore($0) },
        .reader("StoreLoad 10", "cuts texts") { CuttingTexts($0) },
        .load("StoreLoad 11", "keeps staged records") { KeepingStaged($0) },
        .load("StoreLoad 12", "reads all enrichments") { AllEnrichments($0) },
        .load("StoreLoad 13", "keeps the bytes") { KeepingBytes($0) },
        .load("StoreLoad 14", "forgets what is worked on") { ForgettingWork($0) },
        .load("StoreLoad 15", "forgets versions of files") { ForgettingVersions($0) },
        .load("StoreLoad 16", "forgets taxonomies") { ForgettingTaxonomies($0) },
    ]

    private static let readers: [BrokenStore] = [
        .reader("StoreReader 1", "reverses reviews") { ReversedReviews($0) },
        .reader("StoreReader 2", "returns all months") { AllMonths($0) },
        .reader("StoreReader 3", "lists deleted reviews") { ListingDeleted($0) },
        .reader("StoreReader 4", "ignores the range") { AllPayloads($0) },
        .reader("StoreReader 5", "begins a run too early") { EarlySpans($0) },
        .reader("StoreReader 6", "leaves out what was before") { OnlyMoves($0) },
        .reader("StoreReader 7", "takes the first run") { FirstRun($0) },
        .reader("StoreReader 8", "sorts scopes") { SortedScopes($0) },
        .reader("StoreReader 9", "leaves reviews out of spans") { CutSpans($0) },
        .reader("StoreReader 10", "counts no rows") { CountingNothing($0) },
        .reader("StoreReader 11", "ignores the range") { AllMonthsOfRanges($0) },
        .reader("StoreReader 12", "has one span") { OneSpan($0) },
        .reader("StoreReader 13", "knows first versions only") { FirstVersions($0) },
        .reader("StoreReader 14", "has one page of rejects") { FirstRejects($0) },
        .reader("StoreReader 15", "has readings of all runs") { ReadingsOfAllRuns($0) },
        .reader("StoreReader 16", "knows first versions only") { FirstVersionsOfReviews($0) },
        .reader("StoreReader 17", "begins with the oldest run") { OldSegmentsFirst($0) },
        .reader("StoreReader 18", "has lists of all runs") { ListsOfAllRuns($0) },
        .reader("StoreReader 19", "has the first sums of themes") { FirstThemeSums($0) },
        .reader("StoreReader 20", "knows no brands") { BrandlessLabels($0) },
        .reader("StoreReader 21", "knows no ratings") { RatinglessVersions($0) },
    ]

    private static let ledgers: [BrokenStore] = [
        .ledger("ModelLedger 2", "counts twice") { CountingTwice($0) },
        .ledger("ModelLedger 3", "ignores leases") { IgnoringLeases($0) },
        .ledger("ModelLedger 4", "shares names") { SharingNames($0) },
        .ledger("ModelLedger 5", "counts old jobs") { CountingOldJobs($0) },
        .ledger("ModelLedger 6", "keeps jobs") { KeepingJobs($0) },
        .ledger("ModelLedger 7", "forgets batches") { ForgettingBatches($0) },
        .ledger("ModelLedger 8", "waits for batches") { WaitingForBatches($0) },
        .ledger("ModelLedger 9", "forgets messages") { ForgettingMessages($0) },
    ]

    private static let served = [(1, false), (2, false), (3, true)].map { number, isGone in
        BrokenStore(
            requirement: "ReadingStore \(number)", fault: "serves nothing", wrap: { $0 },
            serve: { ServingNothing(isGone: isGone) })
    }

    @Test("A store that breaks a requirement is caught by its check", arguments: broken)
    func caught(broken: BrokenStore) {
        let own = StoreRequirement.all.filter {
            "\($0)".hasPrefix(broken.requirement + ":")
        }
        #expect(own.count == 1)
        let found = checkStoreContract(own) { broken.place() }
        #expect(found.count == 1)
        // The check itself says so, not a crash of the load on its way there.
        #expect(found.allSatisfy { !$0.contains(": threw ") || broken.serve() != nil })
    }

    @Test("Every requirement has a store that breaks it, but for two loads at once in memory")
    func complete() {
        let broken = Set(Self.broken.map(\.requirement))
        let unbroken = StoreRequirement.all.map { "\($0.port) \($0.number)" }
            .filter { !broken.contains($0) }
        #expect(unbroken == ["ReviewStore 5"])
    }
}
