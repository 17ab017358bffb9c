import AfterwordCore

/// The readings of the live reviews of a query: those that the runs stored, which need no text.
/// Where the store keeps none by the lexicon asked for, the texts are read, span by span.
struct QueryReadings {
    /// The products of the query, by key.
    let products: [Int64: ProductLabel]
    let lexicon: Lexicon
    let marks: LiveMarks
    let reader: any StoreReader
    let runs: [RunRecord]
    let query: ThemeQuery
    /// The number of products that the reader sees, of the query and others.
    private let seen: Int

    init(_ reader: any StoreReader, _ query: ThemeQuery, _ lexicon: Lexicon) throws {
        (self.reader, self.query, self.lexicon) = (reader, query, lexicon)
        runs = try reader.runs()
        marks = try LiveMarks(reader, runs: runs, lexicon)
        let brand = query.brand.map { Text($0) }
        let labels =
            try query.product.map { try reader.products($0).map { ProductLabel($0) } }
            ?? reader.productLabels()
        seen = labels.count
        var products: [Int64: ProductLabel] = [:]
        for label in labels where brand == nil || label.dimension[.brand] == brand {
            if query.scope?.holds(label.productID, label.dimension) ?? true {
                products[label.productKey] = label
            }
        }
        self.products = products
    }

    private var run: RunRecord? { runs.last }

    /// The number of live reviews.
    var expected: Int {
        Int(products.values.reduce(0) { $0 + $1.counters.reviewCount })
    }

    /// Whether readings are stored, so that no text is read to count them.
    var isStored: Bool { run?.reader == Int64(lexicon.version) }

    /// Passes each product of the query that has live reviews with their readings, once.
    ///
    /// - Parameter isWanted: Products that are read; by default all.
    /// - Throws: What `take` throws, which ends the walk; `StoreFault`.
    func forEachProduct(
        _ isWanted: ((ProductLabel) -> Bool)? = nil,
        _ take: (ProductLabel, [LiveReading]) throws -> Void
    ) throws {
        guard run != nil else { return }
        let wanted = isWanted.map { isWanted in products.filter { isWanted($0.value) } } ?? products
        guard isStored else { return try readTexts(wanted, take) }
        for keys in ranges(wanted) {
            try marks.forEachProduct(keys) { key, live in
                guard let product = wanted[key] else { return }
                try take(product, live)
            }
        }
    }

    static let damagedPlaces = StoreFault.unreadable(table: "product_readings", column: "places")

    /// The ranges of keys that are read: of few products theirs, of many all.
    private func ranges(_ products: [Int64: ProductLabel]) -> [ClosedRange<Int64>?] {
        let ranges = keyRanges(products.keys.sorted())
        return ranges.count <= Self.mostRanges ? ranges : [nil]
    }

    private static let mostRanges = 256

    // MARK: Texts

    /// The same from texts: a product that spans cut is passed when it is whole.
    private func readTexts(
        _ wanted: [Int64: ProductLabel], _ take: (ProductLabel, [LiveReading]) throws -> Void
    ) throws {
        let brought = try BroughtReviews(reader)
        let rules = try StoredDistinctRules(reader, ofProduct: query.product)
        let workers = WorkerPool(threads: nil)
        var live: [Int64: [LiveReading]] = [:]
        try forEachSpan { span, own in
            let reviews = try reader.reviews(in: span).filter { review in
                review.isLive && wanted[productKey(ofReview: review.reviewKey)] != nil
            }
            let read = workers.parts(of: reviews.count) { [lexicon] places in
                marksOf(reviews[places], lexicon, rules)
            }
            for (review, marks) in zip(reviews, read.joined()) {
                live[productKey(ofReview: review.reviewKey), default: []]
                    .append(LiveReading(marks: marks, isNew: brought.holds(review)))
            }
            guard span.endsProducts else { return }
            for key in own {
                guard let found = live[key], let product = wanted[key] else { continue }
                try take(product, found)
            }
            live = [:]
        }
    }

    private func forEachSpan(_ body: (RowSpan, [Int64]) throws -> Void) throws {
        guard let id = query.product else {
            return try reader.forEachSpan { try body($0, $1.map(\.productKey)) }
        }
        try body(RowSpan(id...id), Array(products.keys))
    }

    // MARK: Lists

    /// The live reviews of the query that belong to a list, in order of their products' keys and
    /// their numbers. Which of them are new is not known of all.
    func listed(_ list: ReviewList) throws -> [ReadingPlace] {
        guard try usesLists() else { return try walked { list.holds($0) } }
        var history = ListHistory()
        try reader.listed(
            list, by: Int64(lexicon.version), after: 0, upTo: marks.run
        ) { history.append($0.versions) }
        return try history.last(in: list).compactMap { own in
            guard products[own.product] != nil else { return nil }
            guard own.marks.fits(lexicon) else { throw LiveMarks.damagedLists }
            return ReadingPlace(
                product: own.product,
                reading: LiveReading(marks: own.marks, isNew: marks.isNew(own)))
        }
    }

    /// The live reviews whose marks are wanted, by walking through all of the query.
    func walked(_ isWanted: (ReadingMarks) -> Bool) throws -> [ReadingPlace] {
        var found: [ReadingPlace] = []
        try forEachProduct { product, live in
            for own in live where isWanted(own.marks) {
                found.append(ReadingPlace(product: product.productKey, reading: own))
            }
        }
        return found
    }

    /// Whether reading a list is less work than walking through the query's products.
    func usesLists() throws -> Bool {
        guard isStored, query.product == nil,
            products.count * Self.leastPart >= seen || ranges(products) == [nil]
        else { return false }
        return try reader.hasLists(by: Int64(lexicon.version))
    }

    /// One in how many products a query has at least where lists are read.
    private static let leastPart = 8

    /// The live reviews of the query among some, by their keys.
    func places(of keys: Set<Int64>) throws -> [ReadingPlace] {
        if keys.isEmpty { return [] }
        let wanted = Set(keys.map { productKey(ofReview: $0) })
        var found: [ReadingPlace] = []
        try forEachProduct({ wanted.contains($0.productKey) }) { product, live in
            for own in live {
                let place = ReadingPlace(product: product.productKey, reading: own)
                if keys.contains(place.reviewKey) { found.append(place) }
            }
        }
        return found
    }

    /// Places that say which of their reviews are new.
    func knowingNew(_ places: [ReadingPlace]) throws -> [ReadingPlace] {
        let open = places.filter { $0.reading.isNew == nil }.map(\.reviewKey)
        if open.isEmpty { return places }
        var older: Set<Int64> = []
        for row in try reader.history(ofReviews: open)
        where row.operation != .late && !marks.window.holds(run: row.run) {
            older.insert(row.reviewKey)
        }
        return places.map { place in
            var place = place
            place.reading.isNew = place.reading.isNew ?? !older.contains(place.reviewKey)
            return place
        }
    }

    // MARK: Reviews

    /// Some live reviews with what is read in them, in any order.
    ///
    /// - Parameters:
    ///   - places: Their places among the marks of their products.
    ///   - rereading: Reads their texts again, which is faster for reviews of many products.
    func reviews(
        _ places: [ReadingPlace], rereading: Bool = false
    ) throws -> [ReadReview] {
        var own: [Int64: LiveReading] = [:]
        for place in try knowingNew(places) { own[place.reviewKey] = place.reading }
        let verdicts = VerdictBook(try reader.verdicts())
        let found = try reader.reviews(withKeys: places.map(\.reviewKey))
        let readings = rereading ? [:] : try readings(of: found)
        var texts = ReviewReader(lexicon)
        return try found.map { review in
            let product = products[productKey(ofReview: review.reviewKey)]
            let reading = readings[review.reviewKey] ?? texts.read(review.values)
            guard reading.fits(review.values, lexicon) else { throw Self.damagedPlaces }
            return ReadReview(
                review: review, brand: product?.dimension[.brand], reading: reading,
                isNew: own[review.reviewKey]?.isNew ?? false,
                verdict: verdicts.verdict(on: review), family: product?.dimension[.family]
            ).recognised(by: own[review.reviewKey]?.marks.key ?? review.distinctKey())
        }
    }

    /// What was read in reviews, with its places, by review key.
    private func readings(of reviews: [StoredReview]) throws -> [Int64: ReviewReading] {
        guard isStored else { return [:] }
        var readings: [Int64: ReviewReading] = [:]
        let own = Dictionary(grouping: reviews) { productKey(ofReview: $0.reviewKey) }
        for (key, reviews) in own {
            let history = ReadingHistory(
                try reader.readings(ofProducts: key...key, upTo: marks.run).map(\.readings))
            let numbers = Set(reviews.map { UInt32(reviewNumber($0.reviewKey)) })
            for (number, reading) in history.readings(of: numbers) {
                readings[reviewKey(ofProduct: key, number: number)] = reading
            }
        }
        return readings
    }
}

/// A live review of a product of a query.
struct ReadingPlace: Sendable {
    var product: Int64
    var reading: LiveReading

    var reviewKey: Int64 {
        AfterwordPipeline.reviewKey(ofProduct: product, number: reading.marks.number)
    }
}

private func marksOf(
    _ reviews: ArraySlice<StoredReview>, _ lexicon: Lexicon, _ rules: StoredDistinctRules
) -> [ReadingMarks] {
    var texts = ReviewReader(lexicon)
    return reviews.map { review in
        texts.entry(
            (review.values.title, review.values.body), rating: review.values.rating,
            number: reviewNumber(review.reviewKey), run: review.run,
            key: review.distinctKey(by: rules.rules(of: review))
        ).marks
    }
}
