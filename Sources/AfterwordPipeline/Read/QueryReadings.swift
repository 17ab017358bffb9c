import AfterwordCore

/// A live review as counting needs it.
struct LiveReading: Sendable {
    var marks: ReadingMarks
    /// Whether the newest dump brought it.
    var isNew: Bool
}

/// The readings of the live reviews of a query: those that the runs stored, which need no text.
/// Where the store keeps none by the lexicon asked for, the texts are read, span by span.
struct QueryReadings {
    /// The products of the query, by key.
    let products: [Int64: ProductState]
    let lexicon: Lexicon
    private let reader: any StoreReader
    private let run: RunRecord?
    private let window: DumpWindow
    /// Keys of reviews that came to their product by a movement within the window.
    private let moved: Set<Int64>
    private let query: ThemeQuery

    init(_ reader: any StoreReader, _ query: ThemeQuery, _ lexicon: Lexicon) throws {
        (self.reader, self.query, self.lexicon) = (reader, query, lexicon)
        run = try reader.newestRun()
        let window = try reader.runs().dumps.window()
        self.window = window
        moved = Set(
            try reader.links().filter { $0.match.isMovement && window.holds(run: $0.run) }
                .map(\.to.key))
        let brand = query.brand.map { Text($0) }
        var products: [Int64: ProductState] = [:]
        for product in try reader.products(query.product)
        where brand == nil || product.dimension[.brand] == brand {
            if query.scope?.holds(product.productID, product.dimension) ?? true {
                products[product.productKey] = product
            }
        }
        self.products = products
    }

    /// The number of live reviews.
    var expected: Int {
        Int(products.values.reduce(0) { $0 + $1.summary.counters.reviewCount })
    }

    /// Whether readings are stored, so that no text is read to count them.
    var isStored: Bool { run?.reader == Int64(lexicon.version) }

    /// Passes each product of the query that has live reviews with their readings, once.
    ///
    /// - Throws: What `take` throws, which ends the walk; `StoreFault`.
    func forEachProduct(_ take: (ProductState, [LiveReading]) throws -> Void) throws {
        guard let run else { return }
        guard isStored else { return try readTexts(take) }
        for keys in ranges {
            try reader.marks(ofProducts: keys, upTo: run.run) { key, history in
                guard let product = products[key] else { return }
                var (live, isWhole): ([LiveReading], Bool) = ([], true)
                history.forEachLast { last, earlier in
                    guard last.isLive else { return }
                    isWhole = isWhole && last.fits(lexicon)
                    live.append(
                        LiveReading(
                            marks: last, isNew: isNew(product.productKey, last, earlier)))
                }
                guard isWhole else { throw Self.damagedMarks }
                if !live.isEmpty { try take(product, live) }
            }
        }
    }

    private static let damagedMarks = StoreFault.unreadable(
        table: "product_readings", column: "marks")
    static let damagedPlaces = StoreFault.unreadable(table: "product_readings", column: "places")

    /// The ranges of keys that are read: of few products theirs, of many all.
    private var ranges: [ClosedRange<Int64>?] {
        let ranges = keyRanges(products.keys.sorted())
        return ranges.count <= Self.mostRanges ? ranges : [nil]
    }

    private static let mostRanges = 256

    private func isNew(
        _ product: Int64, _ last: ReadingMarks, _ earlier: [Int64]
    ) -> Bool {
        window.holds(run: last.run) && earlier.allSatisfy { window.holds(run: $0) }
            && !moved.contains(reviewKey(ofProduct: product, number: last.number))
    }

    // MARK: Texts

    /// The same from texts: a product that spans cut is passed when it is whole.
    private func readTexts(_ take: (ProductState, [LiveReading]) throws -> Void) throws {
        let brought = try BroughtReviews(reader)
        let rules = try StoredDistinctRules(reader, ofProduct: query.product)
        let workers = WorkerPool(threads: nil)
        var live: [Int64: [LiveReading]] = [:]
        try forEachSpan { span, own in
            let reviews = try reader.reviews(in: span).filter { review in
                review.isLive && products[productKey(ofReview: review.reviewKey)] != nil
            }
            let read = workers.parts(of: reviews.count) { [lexicon] places in
                marks(reviews[places], lexicon, rules)
            }
            for (review, marks) in zip(reviews, read.joined()) {
                live[productKey(ofReview: review.reviewKey), default: []]
                    .append(LiveReading(marks: marks, isNew: brought.holds(review)))
            }
            guard span.endsProducts else { return }
            for product in own {
                guard let found = live[product.productKey] else { continue }
                try take(product, found)
            }
            live = [:]
        }
    }

    private func forEachSpan(_ body: (RowSpan, [ProductState]) throws -> Void) throws {
        guard let id = query.product else { return try reader.forEachSpan(body) }
        try body(RowSpan(id...id), Array(products.values))
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
        for place in places { own[place.reviewKey] = place.reading }
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

    /// The rows of live reviews, in any order.
    func reviewsAsStored(_ places: [ReadingPlace]) throws -> [StoredReview] {
        try reader.reviews(withKeys: places.map(\.reviewKey))
    }

    /// What was read in reviews, with its places, by review key.
    private func readings(of reviews: [StoredReview]) throws -> [Int64: ReviewReading] {
        guard isStored, let run else { return [:] }
        var readings: [Int64: ReviewReading] = [:]
        let own = Dictionary(grouping: reviews) { productKey(ofReview: $0.reviewKey) }
        for (key, reviews) in own {
            let history = ReadingHistory(
                try reader.readings(ofProducts: key...key, upTo: run.run).map(\.readings))
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

private func marks(
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

// MARK: Themes

/// The themes of a query, and of scopes within it.
struct QueryThemes {
    var all: ThemeSums
    var scopes: [Scope: ThemeSums] = [:]
}

extension QueryReadings {
    /// Counts themes in two walks through the marks.
    ///
    /// - Parameter scopes: Scopes whose themes are counted too, of the query's products.
    func themes(beside scopes: [Scope] = []) throws -> QueryThemes {
        var tally = ThemeTally(
            aspects: lexicon.aspects.count, scopes: scopes.count + 1, expected: expected)
        try forEachProduct { _, live in for own in live { tally.find(own.marks.key) } }
        let places = Dictionary(
            uniqueKeysWithValues: scopes.enumerated().map { ($0.element, $0.offset + 1) })
        try forEachProduct { product, live in
            let attributes = product.dimension
            tally.begin(
                ThemeTally.Product(
                    attributes, scopes: [0] + attributes.scopes.compactMap { places[$0] }))
            for own in live { tally.count(own.marks, isNew: own.isNew) }
        }
        tally.finish()
        return QueryThemes(
            all: tally.sums[0], scopes: places.mapValues { tally.sums[$0] })
    }
}
