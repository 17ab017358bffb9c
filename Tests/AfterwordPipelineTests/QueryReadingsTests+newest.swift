import AfterwordCore
import AfterwordTesting
import Testing

@testable import AfterwordPipeline

extension QueryReadingsTests {
    @Test("The newest of a list are the same from its newest rows, all rows and a walk")
    func newest() throws {
        var found = 0
        for seed in 30...35 {
            let fixture = try made(seed: UInt64(seed))
            try fixture.store.read { reader in
                for run in Int64(1)...3 {
                    let past = AsOfReader(reader, run: run)
                    try checkNewest(past, "seed \(seed), run \(run)", &found)
                }
            }
            // A run that makes all lists anew lists versions of the runs before it.
            let read = try made(seed: UInt64(seed)) { $0.keepsReadings = false }
            let clock = read.clock
            _ = try rereadStore(read.store, surroundings: LoadSurroundings(now: { clock }))
            try read.store.read { try checkNewest($0, "seed \(seed), read again", &found) }
        }
        #expect(found > 1000)
    }

    private func checkNewest(
        _ reader: any StoreReader, _ what: String, _ found: inout Int
    ) throws {
        for query in queries where !query.strengths {
            let own = try QueryReadings(reader, query, .first)
            let walking = try QueryReadings(Walking(reader), query, .first)
            for list in [ReviewList.quiet, .negatives, .praise(aspect: 0)] {
                for limit in [1, 2, 3, 7, 1000] {
                    let keys = try own.newest(limit, of: list).map(\.reviewKey)
                    #expect(
                        try keys == walking.newestWalked(limit) { list.holds($0) }.map(\.reviewKey),
                        "\(list), \(limit), \(what)")
                    found += keys.count
                }
            }
        }
    }

    @Test("Of places of one run those with the lowest numbers stay, however many there are")
    func manyPlaces() {
        var random = SplitMix64(seed: 5)
        let numbers = (0..<5000).map { _ in Int64(random.draw(below: 3000)) }
        var newest = NewestPlaces(10)
        for (place, number) in numbers.enumerated() {
            var marks = ReadingMarks(number: number, run: place % 50 == 0 ? 2 : 1)
            marks.isLive = true
            newest.take(
                ReadingPlace(product: Int64(place), reading: LiveReading(marks: marks, isNew: nil)),
                of: Text("P\(place)"))
        }
        let expected = numbers.enumerated().filter { $0.offset % 50 == 0 }
            .map { ($0.element, Text("P\($0.offset)"), Int64($0.offset)) }
            .sorted { ($0.0, $0.1) < ($1.0, $1.1) }.prefix(10).map(\.2)
        #expect(newest.places.map(\.product) == expected && newest.isFull)
    }
}
