/// The dumps of a store, ordered by `observed_at`, then by last run.
package struct LoadedDumps: Equatable, Sendable {
    package let all: [LoadedDump]
    private let runs: [DumpRun]

    private enum Key: Hashable {
        case label(Text)
        case day(Instant)
    }

    /// - Parameter runs: All runs of the store in ascending order, or a prefix of them for an
    ///   earlier state.
    package init(_ runs: [DumpRun]) {
        self.runs = runs
        let own = Dictionary(grouping: runs.filter(\.readsReviews)) { run -> Key in
            run.label.map { .label($0) } ?? .day(run.observedAt.startOfDay)
        }
        all = own.values.map { LoadedDump(label: $0[0].label, runs: $0) }.sorted { left, right in
            (left.observedAt, left.lastRun) < (right.observedAt, right.lastRun)
        }
    }

    /// The number of the newest run of any kind; 0 where there is none.
    package var newestRun: Int64 { runs.last?.run ?? 0 }

    /// The dump with the greatest `observed_at`.
    package var newest: LoadedDump? { all.last }

    /// The dump taken just before another one; nil for the first.
    package func dump(before dump: LoadedDump) -> LoadedDump? {
        all.firstIndex(of: dump).flatMap { $0 > 0 ? all[$0 - 1] : nil }
    }

    /// The dump that a run belongs to; nil for a run that read no reviews.
    package func dump(ofRun run: Int64) -> LoadedDump? { all.first { $0.runs.contains(run) } }

    /// The index in `all` of the dump that a run belongs to. For a run that read no reviews: the
    /// dump loaded last before it, nil when there is none.
    package func place(ofRun run: Int64) -> Int? {
        all.indices.max { left, right in lastRun(all[left], by: run) < lastRun(all[right], by: run)
        }
        .flatMap { lastRun(all[$0], by: run) > 0 ? $0 : nil }
    }

    private func lastRun(_ dump: LoadedDump, by run: Int64) -> Int64 {
        dump.runs.last { $0 <= run } ?? 0
    }

    package func dump(labelled label: Text) -> LoadedDump? { all.first { $0.label == label } }

    /// The newest dump taken by the end of a UTC day.
    package func dump(takenBy day: Instant) -> LoadedDump? {
        let end = day.startOfDay.adding(seconds: 86_400)
        return all.last { $0.observedAt < end }
    }

    /// The run whose state shows the dump: the one before the first run of any newer dump. It
    /// includes catalog loads, replays and insights that followed the dump.
    package func state(of dump: LoadedDump) -> Int64 {
        guard let place = all.firstIndex(of: dump) else { return newestRun }
        return all[(place + 1)...].map(\.firstRun).min().map { $0 - 1 } ?? newestRun
    }

    /// The same as `state(of:)`, for a dump that has a state of its own.
    ///
    /// - Throws: `AsOfFault.noStateOfItsOwn`.
    private func ownState(of dump: LoadedDump) throws -> Int64 {
        let run = state(of: dump)
        guard run >= dump.firstRun else { throw AsOfFault.noStateOfItsOwn(dump.fullName) }
        return run
    }

    /// The last run whose insights belong to a moment: as of a run of a dump, the one before the
    /// next dump's first run.
    package func insightsEnd(asOf run: Int64) -> Int64 {
        dump(ofRun: run).map { max(run, state(of: $0)) } ?? run
    }

    /// The dumps as they were known after a run.
    package func asOf(_ run: Int64) -> LoadedDumps {
        LoadedDumps(runs.filter { $0.run <= run })
    }

    // MARK: Moments

    /// The run that a moment denotes.
    ///
    /// - Throws: `AsOfFault`.
    package func run(at moment: Moment) throws -> Int64 {
        if let dump = dump(labelled: Text(moment.written)) { return try ownState(of: dump) }
        switch moment.form {
        case .last: return newestRun
        case .run(let run):
            guard runs.contains(where: { $0.run == run }) else { throw AsOfFault.noSuchRun(run) }
            return run
        case .day(let day):
            let end = [runs.last?.recordedAt, newest?.observedAt].compactMap { $0 }.max()
            guard let end, day <= end else { throw AsOfFault.afterNewestRun(day) }
            guard let dump = dump(takenBy: day) else { throw AsOfFault.beforeFirstRun }
            let run = state(of: dump)
            guard run > 0 else { throw AsOfFault.noStateOfItsOwn(dump.fullName) }
            return run
        case .instant(let instant):
            guard let newest = runs.last, instant <= newest.recordedAt else {
                throw AsOfFault.afterNewestRun(instant)
            }
            guard let run = runs.last(where: { $0.recordedAt <= instant }) else {
                throw AsOfFault.beforeFirstRun
            }
            return run.run
        case .label:
            throw AsOfFault.unknownMoment(moment.written, labels: all.compactMap(\.label))
        }
    }

    /// The window from A to B. B defaults to the newest state, A to the dump before B's.
    ///
    /// - Throws: `AsOfFault`; `backwards` where A comes after B.
    package func window(since: Moment? = nil, to: Moment? = nil) throws -> DumpWindow {
        let end = try to.map { try run(at: $0) } ?? newestRun
        if let since, since.form != .last, try runBefore(since) > end {
            throw AsOfFault.backwards
        }
        let past = asOf(end)
        return try past.window(since: since, of: past.newest)
    }

    private func window(since: Moment?, of dump: LoadedDump?) throws -> DumpWindow {
        var window = DumpWindow(from: 0, to: newestRun, since: nil, dump: dump, olderRuns: [])
        let isDefault = since == nil || since?.form == .last
        if isDefault {
            window.since = dump.flatMap { self.dump(before: $0) }
        } else if let since {
            if case .run(0) = since.form { return window }
            if let labelled = self.dump(labelled: Text(since.written)) {
                window.since = labelled
            } else if case .day(let day) = since.form {
                _ = try runBefore(since)
                window.since = self.dump(takenBy: day)
            } else {
                window.from = try runBefore(since)
                return window
            }
        }
        guard let older = window.since else { return window }
        guard let dump, older == dump || isBefore(older, dump) else { throw AsOfFault.backwards }
        window.from = state(of: older)
        window.olderRuns = Set(
            all.filter { $0 == older || isBefore($0, older) }.flatMap(\.runs)
                .filter { $0 > window.from })
        return window
    }

    /// The same as `run(at:)`, with 0 for a moment before the first run, so that everything is new
    /// since then.
    private func runBefore(_ moment: Moment) throws -> Int64 {
        if case .run(0) = moment.form { return 0 }
        do {
            return try run(at: moment)
        } catch AsOfFault.beforeFirstRun {
            return 0
        }
    }

    private func isBefore(_ left: LoadedDump, _ right: LoadedDump) -> Bool {
        guard let l = all.firstIndex(of: left), let r = all.firstIndex(of: right) else {
            return false
        }
        return l < r
    }
}

/// The span between two moments of a store.
package struct DumpWindow: Equatable, Sendable {
    /// The run after which the window begins; 0 for before the first run.
    package var from: Int64
    /// The last run in the window.
    package var to: Int64
    /// The dump at the beginning; nil where there is none or the window begins at a run.
    package var since: LoadedDump?
    /// The dump whose news the window holds; nil where no dump was loaded by then.
    package var dump: LoadedDump?
    /// Runs inside the window that loaded dumps taken no later than `since`; what they brought is
    /// not news.
    package var olderRuns: Set<Int64>

    package init(
        from: Int64, to: Int64, since: LoadedDump? = nil, dump: LoadedDump? = nil,
        olderRuns: Set<Int64> = []
    ) {
        self.from = from
        self.to = to
        self.since = since
        self.dump = dump
        self.olderRuns = olderRuns
    }

    /// The two ends, for people: `2026-03-02 → 2026-03-09`.
    package var words: String {
        let begin = since?.fullName ?? (isFirst ? "before the first dump" : "run \(from)")
        return "\(begin) → \(dump?.fullName ?? "run \(to)")"
    }

    /// Whether the window begins before the first run, so that everything in it is seen for the
    /// first time.
    package var isFirst: Bool { from == 0 }

    /// Whether what a run brought is news in this window.
    package func holds(run: Int64) -> Bool {
        run > from && run <= to && !olderRuns.contains(run)
    }

    /// Whether a product was named by a dump before this window.
    ///
    /// - Parameter firstRun: The run that first named the product.
    package func knew(productSince firstRun: Int64) -> Bool { !holds(run: firstRun) }
}
