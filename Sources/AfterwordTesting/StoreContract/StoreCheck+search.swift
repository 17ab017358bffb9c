import AfterwordCore
import AfterwordPipeline

/// What searching reads: versions by keys, segments and their parts.
extension StoreCheck {
    func versionsComeByKeys() throws {
        try readEach { reader in
            let all = try reader.history(ofProduct: nil, review: nil)
            let keys = Set(all.map(\.reviewKey)).sorted()
            for count in [0, 1, 5, keys.count] {
                let asked = Array(keys.prefix(count))
                let found = try reader.history(ofReviews: asked + [1 << 60])
                let wanted = Set(asked)
                try expect(
                    found.sorted { $0.historyKey < $1.historyKey },
                    is: all.filter { wanted.contains($0.reviewKey) }
                        .sorted { $0.historyKey < $1.historyKey }, "versions of \(count) reviews")
            }
        }
    }

    func segmentsComeInOrder() throws {
        let store = try loaded()
        let keys: [Int64] = [1 << 40, 1 << 40 + 1, 1 << 40 + 70]
        let parts = keys.map { SearchPart(key: $0, data: Array("\($0)".utf8)) }
        let segments = [(9, 1), (10, 3), (11, 3), (12, 2)].map { segment, run in
            SearchSegment(segment: segment + 1 << 20, run: run, documents: 0, bucketBits: 0)
        }
        try store.load(LoadIntent(isRehearsal: false)) { load in
            for segment in segments {
                try load.append(search: segment, segment == segments[0] ? parts : [])
            }
        }
        let next = try store.load(LoadIntent(isRehearsal: true)) { try $0.head().nextSegment }
        let found = try store.read { try $0.searchSegments() }
        try expect(next, is: segments[3].segment + 1, "the number of the next segment")
        try expect(
            found.filter { segments.contains($0) },
            is: [segments[1], segments[2], segments[3], segments[0]], "segments")
        try expect(
            zip(found, found.dropFirst()).allSatisfy {
                ($1.run, $0.segment) < ($0.run, $1.segment)
            }, "segments out of order")
        let own = try store.read { try $0.searchParts([keys[2], 5 << 50, keys[0]]) }
        try expect(
            own.sorted { $0.key < $1.key }, is: [parts[0], parts[2]], "parts by their keys")
    }
}
