import AfterwordCore
import AfterwordPipeline

/// The dumps as periods of a picture, with their negative reviews.
///
/// - Parameter sums: Counters of the scope after runs, in order of run, for the mean after each
///   dump. A dump loaded after a newer one has no state of its own, and no mean.
func picturePeriods(
    _ arrivals: [DumpArrivals], _ sums: [(run: Int64, counters: Counters)] = [],
    over dumps: LoadedDumps? = nil
) -> [PicturePeriod] {
    let firstRun = arrivals.map(\.dump.firstRun).min()
    return arrivals.map { own in
        PicturePeriod(
            name: own.dump.fullName, label: own.dump.day, at: own.dump.observedAt,
            reviews: own.reviews, part: own.negatives, whole: own.rated,
            isFirst: own.dump.firstRun == firstRun,
            mean: dumps.flatMap { meanAfter(own.dump, sums, $0) })
    }
}

private func meanAfter(
    _ dump: LoadedDump, _ sums: [(run: Int64, counters: Counters)], _ dumps: LoadedDumps
) -> String? {
    let state = dumps.state(of: dump)
    guard state >= dump.firstRun, let sum = sums.last(where: { $0.run <= state })?.counters,
        sum.ratedCount > 0
    else { return nil }
    return stars(sum)
}

extension Call {
    /// What a picture marks beside the dumps: catalogs, replays and stored texts read again.
    var pictureMarks: [PictureMark] {
        allRuns.filter { $0.run <= run.run }.compactMap { run in
            let name: String
            switch run.observedOrigin {
            case .catalog: name = "Catalog load"
            case .replay: name = "Rejected records loaded"
            case .reclean, .reread: name = "Stored reviews read again"
            case .given, .folderName, .identicalRun, .clock, .insight, .enrichment, .verdict,
                .work, .prune:
                return nil
            }
            return PictureMark(
                name: "\(name), \(run.observedAt.day), run \(run.run)", at: run.observedAt)
        }
    }
}
