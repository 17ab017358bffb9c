package import AfterwordCore
package import AfterwordPipeline

/// How the dumps of a history are loaded into a store.
package struct HistoryLoading: Sendable {
    /// The container format of the records.
    package enum Container: CaseIterable, Sendable { case array, lines }

    package var batchRows = BatchLimit.rows
    package var container = Container.array
    /// The number of files over which a dump's records are distributed.
    package var files = 1
    /// Seed for shuffling the records; nil to keep their order.
    package var shuffleSeed: UInt64?
    /// `LoadOptions.threads`.
    package var threads: Int?
    /// `LoadOptions.initialRules`.
    package var initialRules = IdentityRules.current

    package init() {}
}

extension ReviewHistory.Step {
    /// The step as a dump in memory.
    package func dump(_ loading: HistoryLoading) -> Dump {
        var records = records.map(\.text)
        if let seed = loading.shuffleSeed {
            var random = SplitMix64(seed: seed)
            records.shuffle(using: &random)
        }
        var parts = [[String]](repeating: [], count: loading.files)
        for (index, record) in records.enumerated() { parts[index % loading.files].append(record) }
        // An empty file is refused in a dump that is declared complete.
        let full = parts.filter { !$0.isEmpty }
        let files = (full.isEmpty ? [[]] : full).enumerated().map { index, part in
            var text =
                switch loading.container {
                case .array: "[" + part.joined(separator: ",\n") + "]"
                case .lines: part.joined(separator: "\n")
                }
            // Identical files would be recognized as copies of each other.
            text += String(repeating: "\n", count: index)
            return DumpFile(name: "part-\(index).json", content: .memory(Array(text.utf8)))
        }
        return Dump(name: "dump", files: files)
    }
}

extension ReviewHistory {
    package func options(_ step: Step, batchRows: Int) -> LoadOptions {
        var options = LoadOptions()
        options.seed = seed
        options.salts = .seeded(seed)
        options.observedAt = step.observedAt
        options.completeness = step.completeness
        options.shapes = [shape]
        options.batchRows = batchRows
        // The guards have their own tests; here they would end histories early.
        options.hasGuards = false
        options.leastThemeReviews = 2
        return options
    }

    /// Loads step after step. A dump that is refused (an empty file in a dump declared complete)
    /// changes nothing and is skipped, in the same way on every store.
    ///
    /// - Returns: For each step, whether it was loaded.
    @discardableResult
    package func load(
        _ steps: [Step], into store: any ReviewStore, _ loading: HistoryLoading = HistoryLoading()
    ) throws -> [Bool] {
        try steps.enumerated().map { index, step in
            try load(step, number: index, into: store, loading)
        }
    }

    private func clock(_ number: Int) -> Instant {
        Self.start.adding(seconds: Int64(1000 + number) * 86_400)
    }

    /// Reads the texts of a store again where the step says so; nothing is read in an empty store.
    ///
    /// - Returns: Whether a run was made.
    @discardableResult
    package func reread(
        _ step: Step, number: Int, in store: any ReviewStore
    ) throws -> Bool {
        guard let lexicon = step.reader.flatMap({ Lexicon.ofVersion($0) }) else { return false }
        let clock = clock(number)
        do {
            return try rereadStore(
                store, by: lexicon, surroundings: LoadSurroundings(now: { clock })) != nil
        } catch RecleanFault.emptyStore {
            return false
        }
    }

    /// Loads a step, after its reading of texts again.
    @discardableResult
    package func load(
        _ step: Step, number: Int, into store: any ReviewStore, _ loading: HistoryLoading
    ) throws -> Bool {
        try reread(step, number: number, in: store)
        let clock = clock(number)
        do {
            var options = options(step, batchRows: loading.batchRows)
            options.threads = loading.threads
            options.initialRules = loading.initialRules
            _ = try loadDump(
                step.dump(loading), into: store, options: options,
                surroundings: LoadSurroundings(now: { clock }))
            return true
        } catch is InputFault {
            return false
        }
    }
}
