import Testing

@testable import AfterwordCore

/// Themes counted from marks, against themes counted from the texts.
@Suite struct ThemeTallyTests {
    /// A review of a product: its versions in order of their runs, nil where it was deleted.
    private struct History {
        var product: Int
        var number: Int64
        var versions: [(run: Int64, values: ReviewValues?)]
    }

    private struct World {
        var products: [ProductAttributes] = []
        var reviews: [History] = []
        var random: SplitMix64

        init(seed: UInt64) {
            random = SplitMix64(seed: seed)
            var texts = RandomReviews(seed: seed &+ 1)
            let pool = (0..<12).map { _ in texts.next() }
            for _ in 0..<4 {
                var attributes = ProductAttributes()
                if draw(3) != 0 { attributes[.brand] = draw(2) == 0 ? "Lumora" : "Knokke" }
                if draw(2) == 0 { attributes[.family] = draw(2) == 0 ? "F1" : "F2" }
                products.append(attributes)
            }
            for number in 0..<40 {
                var versions: [(run: Int64, values: ReviewValues?)] = []
                for run in Int64(1)...3 where run == 1 ? draw(4) != 0 : draw(3) == 0 {
                    let isGone = !versions.isEmpty && versions.last?.values != nil && draw(3) == 0
                    var values = pool[Int(draw(12))]
                    if draw(3) == 0 { values.authorName = draw(2) == 0 ? "Jo March" : "Amy Lee" }
                    values.createdAt = Instant(microseconds: 86_400_000_000 * Int64(draw(2)))
                    versions.append((run, isGone ? nil : values))
                }
                if versions.isEmpty { continue }
                reviews.append(
                    History(product: Int(draw(4)), number: Int64(number), versions: versions))
            }
        }

        mutating func draw(_ count: UInt64) -> UInt64 { random.draw(below: count) }
    }

    private func stored(_ own: History, _ run: Int64, _ values: ReviewValues) -> StoredReview {
        let epoch = Instant(microseconds: 0)
        return StoredReview(
            reviewKey: own.number, productID: Text("P\(own.product)"),
            reviewID: Text("R\(own.number)"),
            identity: Digest128([UInt8](repeating: 1, count: 16)), kind: .content, version: 1,
            isLive: true, run: run, observedAt: epoch, values: values, authorID: nil,
            times: ReviewTimes(
                createdAt: epoch, createdOrigin: .mock, updatedAt: epoch, updatedOrigin: .mock),
            contentDigest: values.contentDigest,
            payloadDigest: Digest128([UInt8](repeating: 0, count: 16)), rawKey: 1)
    }

    /// The live reviews after a run, as they are read from texts.
    private func read(_ world: World, asOf run: Int64, _ scope: Scope) -> [ReadReview] {
        world.reviews.compactMap { own in
            guard let last = own.versions.last(where: { $0.run <= run }), let values = last.values,
                world.products[own.product].scopes.contains(scope)
            else { return nil }
            let attributes = world.products[own.product]
            let isNew =
                last.run == run && !own.versions.contains { $0.run < run }
            return ReadReview(
                review: stored(own, last.run, values), brand: attributes[.brand],
                reading: readReview(values, with: .first), isNew: isNew,
                family: attributes[.family])
        }
    }

    /// What each run adds to the readings of each product.
    private func readings(_ world: World) -> [Int: [Int64: ProductReadings]] {
        var reader = ReviewReader(.first)
        var entries: [Int: [Int64: [ProductReadings.Entry]]] = [:]
        for own in world.reviews {
            for (run, values) in own.versions {
                let entry =
                    values.map { values in
                        reader.entry(
                            (values.title, values.body), rating: values.rating,
                            number: own.number, run: run,
                            key: stored(own, run, values).distinctKey())
                    } ?? .init(ReadingMarks(number: own.number, run: run))
                entries[own.product, default: [:]][run, default: []].append(entry)
            }
        }
        return entries.mapValues { $0.mapValues { ProductReadings($0.reversed()) } }
    }

    private func tally(_ world: World, asOf run: Int64, _ scopes: [Scope]) -> [ThemeSums] {
        let histories = readings(world).sorted { $0.key < $1.key }.map { product, runs in
            (
                product,
                ReadingHistory(
                    runs.sorted { $0.key < $1.key }.filter { $0.key <= run }.map(\.value))
            )
        }
        var tally = ThemeTally(aspects: Lexicon.first.aspects.count, scopes: scopes.count)
        for (_, history) in histories {
            history.forEachLast { last, _ in if last.isLive { tally.find(last.key) } }
        }
        for (product, history) in histories {
            let attributes = world.products[product]
            tally.begin(
                ThemeTally.Product(
                    attributes,
                    scopes: scopes.indices.filter { attributes.scopes.contains(scopes[$0]) }))
            history.forEachLast { last, earlier in
                guard last.isLive else { return }
                tally.count(last, isNew: last.run == run && !earlier.contains { $0 < run })
            }
        }
        tally.finish()
        return tally.sums
    }

    private func written(_ themes: [Theme]) -> [String] {
        themes.map { theme in
            """
            \(theme.aspect.id) \(theme.mentions) \(theme.distinctMentions) \(theme.mixed) \
            \(theme.new) \(theme.products) \(theme.brands) \(theme.languages.sorted()) \
            \(theme.starImpact ?? -1) \(theme.ratings) \(String(describing: theme.distinct))
            """
        }
    }

    @Test("Themes from marks are those from texts, of every scope after every run")
    func equal() {
        var mentions: Int64 = 0
        for seed in UInt64(1)...60 {
            let world = World(seed: seed)
            let scopes = Set(world.products.flatMap(\.scopes)).sorted()
            for run in Int64(1)...3 {
                let sums = tally(world, asOf: run, scopes)
                for (scope, own) in zip(scopes, sums) {
                    let reviews = read(world, asOf: run, scope)
                    for strengths in [false, true] {
                        let wanted = sharedThemes(
                            reviews, strengths: strengths, lexicon: .first)
                        let found = own.themes(strengths: strengths, lexicon: .first)
                        #expect(written(found) == written(wanted), "seed \(seed), run \(run)")
                        mentions += wanted.reduce(0) { $0 + $1.mentions }
                    }
                    #expect(own.distinct == DistinctReviews(reviews).counts, "seed \(seed)")
                    let aspects = Lexicon.first.aspects.count
                    #expect(ThemeSums(bytes: own.bytes, aspects: aspects) == own, "seed \(seed)")
                }
            }
        }
        #expect(mentions > 1_000)
    }

    @Test("A list as of a run holds the reviews whose last version belongs to it")
    func lists() {
        var listed = 0
        let aspects = Lexicon.first.aspects.indices
        let lists =
            [ReviewList.dangers, .negatives, .unread, .quiet, .sample]
            + aspects.flatMap { [.complaints(aspect: $0), .praise(aspect: $0)] }
        for seed in UInt64(1)...40 {
            let world = World(seed: seed)
            let histories = readings(world)
            var parts: [ReviewList: [(run: Int64, own: ListedMarks)]] = [:]
            for (product, runs) in histories {
                var last: [UInt32: ReadingMarks] = [:]
                for (run, own) in runs.sorted(by: { $0.key < $1.key }) {
                    own.forEach { marks in
                        marks.forEachList(after: last[marks.number]) { list, marks in
                            parts[list, default: []].append(
                                (run, ListedMarks(product: Int64(product), marks: marks)))
                        }
                        last[marks.number] = marks
                    }
                }
            }
            for list in lists {
                #expect(ReviewList(number: list.number) == list)
                for run in Int64(1)...3 {
                    var history = ListHistory()
                    var part = ListedVersions()
                    for own in parts[list] ?? [] where own.run <= run { part.append(own.own) }
                    history.append(ListedVersions(bytes: part.bytes) ?? ListedVersions())
                    var wanted: [ListedMarks] = []
                    for (product, runs) in histories.sorted(by: { $0.key < $1.key }) {
                        let rows = runs.filter { $0.key <= run }.sorted { $0.key < $1.key }
                        ReadingHistory(rows.map(\.value)).forEachLast { last, _ in
                            if list.holds(last) {
                                wanted.append(ListedMarks(product: Int64(product), marks: last))
                            }
                        }
                    }
                    #expect(history.last(in: list) == wanted, "seed \(seed), \(list), run \(run)")
                    listed += wanted.count
                }
            }
        }
        #expect(listed > 1_000)
    }

    @Test("Damaged sums and lists are refused, and end nothing")
    func damagedSums() {
        let world = World(seed: 7)
        let sums = tally(world, asOf: 3, [.portfolio])[0]
        let aspects = Lexicon.first.aspects.count
        var random = SplitMix64(seed: 7)
        for _ in 0..<2_000 {
            var bytes = sums.bytes
            let place = Int(random.draw(below: UInt64(bytes.count)))
            switch random.draw(below: 3) {
            case 0: bytes[place] ^= 1 << UInt8(random.draw(below: 8))
            case 1: bytes.removeSubrange(place...)
            default: bytes.insert(0xFF, at: place)
            }
            let read = ThemeSums(bytes: bytes, aspects: aspects)
            #expect(read.map { $0.bytes == bytes } ?? true)
        }
        #expect(ThemeSums(bytes: sums.bytes, aspects: aspects - 1) == nil)
        #expect(ThemeSums(bytes: sums.bytes + [0], aspects: aspects) == nil)
        let kept = KeptThemeSums(run: 300, previous: 2, sums: sums)
        #expect(KeptThemeSums(bytes: kept.bytes, aspects: aspects) == kept)
        #expect(KeptThemeSums(bytes: [0x80, 0x00] + kept.bytes, aspects: aspects) == nil)
        var part = ListedVersions()
        part.append(ListedMarks(product: 9, marks: ReadingMarks(number: 1, run: 2)))
        #expect(ListedVersions(bytes: Array(part.bytes.dropLast())) == nil)
        #expect(ListedVersions(bytes: part.bytes.dropLast() + [9]) == nil)
        #expect(ListedVersions(bytes: part.bytes) == part)
    }

    @Test("Sets counted from marks are those from texts")
    func sets() {
        for seed in UInt64(1)...40 {
            let world = World(seed: seed)
            let all = read(world, asOf: 3, .portfolio)
            let sets = [
                all.filter { $0.review.reviewKey % 3 == 0 },
                all.filter { $0.review.reviewKey % 3 == 1 },
                all.filter { $0.review.reviewKey % 2 == 0 },
            ]
            var reader = ReviewReader(.first)
            var tally = MentionTally(aspects: Lexicon.first.aspects.count, sets: sets.count)
            let marks = sets.map { set in
                set.map { own in
                    reader.entry(
                        (own.review.values.title, own.review.values.body),
                        rating: own.review.values.rating, number: own.review.reviewKey, run: 3,
                        key: own.distinctKey
                    ).marks
                }
            }
            for own in marks.joined() { tally.find(own.key) }
            tally.close()
            for (place, set) in sets.enumerated() {
                for (own, marks) in zip(set, marks[place]) {
                    tally.count(marks, in: place, within: own.sameTextScope)
                }
            }
            #expect(
                tally.finish()
                    == distinctMentions(sets, strengths: false, lexicon: .first), "seed \(seed)")
        }
    }

    @Test("A stored reading is what was read, with every place")
    func places() {
        for seed in UInt64(1)...40 {
            var texts = RandomReviews(seed: seed)
            var reader = ReviewReader(.first)
            let all = (0..<50).map { _ in texts.next() }
            let entries = all.enumerated().map { number, values in
                reader.entry(
                    (values.title, values.body), rating: values.rating, number: Int64(number),
                    run: 7, key: .none)
            }
            let own = ProductReadings(entries)
            let again = ProductReadings(marks: own.marks, places: own.places)
            #expect(again == own)
            let history = ReadingHistory([own])
            for (number, values) in all.enumerated() {
                let reading = readReview(values, with: .first)
                #expect(
                    history.readings(of: [UInt32(number)])[UInt32(number)] == reading,
                    "seed \(seed)")
                let marks = entries[number].marks
                let read = ReadReview(
                    review: stored(
                        History(product: 0, number: 0, versions: []), 7, values), brand: nil,
                    reading: reading, isNew: false)
                #expect(marks.isReadable == read.isReadable, "seed \(seed), \(number)")
                #expect(marks.language == reading.language && marks.star == values.star)
                for strength in [false, true] {
                    #expect(marks.counts(asStrength: strength) == read.counts(asStrength: strength))
                }
                for hazard in Lexicon.first.hazards.indices {
                    let strongest = reading.hazards.filter { $0.hazard == hazard }
                        .map(\.dangerClass).min()
                    #expect(marks.dangers.dangerClass(ofHazard: hazard) == strongest)
                }
            }
            #expect(history.readings(of: [50]).isEmpty)
        }
    }

    @Test("Bytes that are no readings are refused")
    func damaged() {
        let own = ProductReadings(
            [ReadingMarks(number: 1, run: 2), ReadingMarks(number: 5, run: 2)].map { .init($0) })
        func isRead(_ change: (inout [UInt8]) -> Void) -> Bool {
            var marks = own.marks
            change(&marks)
            return ProductReadings(marks: marks, places: []) != nil
        }
        #expect(isRead { _ in })
        #expect(!isRead { $0.removeLast() })
        #expect(!isRead { $0[1] = 5 }, "each version stands once")
        #expect(!isRead { $0[1] = 6 }, "numbers are in order")
        #expect(!isRead { $0[0] = 51 }, "a rating is one of ten to fifty tenths")
        #expect(!isRead { for place in 4..<8 { $0[place] = 0 } }, "runs begin with 1")
        #expect(!isRead { $0[46] = 8 }, "there are three flags")
        #expect(!isRead { $0[47] = 1 }, "the last byte is 0")
    }
}
