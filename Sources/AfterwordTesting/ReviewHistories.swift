package import AfterwordCore
package import AfterwordPipeline

/// A random history of dumps for the laws: reviews that are written, edited, deleted and restored,
/// and dumps of them, some of which are old, incomplete, duplicate or malformed.
///
/// Everything is a function of the seed.
package struct ReviewHistory: Sendable {
    /// One dump of the history: records as JSON text, and how the dump is loaded.
    package struct Step: Sendable {
        package var records: [RecordText]
        package var observedAt: Instant
        package var completeness: Completeness
        /// What reads the texts of the store again before the dump is loaded: a version of the
        /// reader; nil for nothing.
        package var reader: Int64?

        package init(
            records: [RecordText], observedAt: Instant, completeness: Completeness
        ) {
            self.records = records
            self.observedAt = observedAt
            self.completeness = completeness
        }
    }

    /// A record and its product; nil where the record names no readable product.
    package struct RecordText: Sendable, Equatable {
        package var text: String
        package var product: String?

        package init(text: String, product: String?) {
            self.text = text
            self.product = product
        }
    }

    package var seed: UInt64
    package var shape: Shape
    package var steps: [Step]

    package init(seed: UInt64, shape: Shape, steps: [Step]) {
        self.seed = seed
        self.shape = shape
        self.steps = steps
    }

    /// The time at which every history begins.
    package static let start = Instant(iso8601: "2026-01-05")!

    package init(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let kind = WorldKind.allCases[Int(random.draw(below: 3))]
        var world = World(kind: kind)
        var steps: [Step] = []
        for day in 0..<Int(3 + random.draw(below: 4)) {
            world.live(&random)
            var records = world.dump(&random)
            records += world.noise(records, &random)
            if records.isEmpty { continue }
            let isOld = day > 1 && random.draw(below: 4) == 0
            let back = isOld ? Int64(1 + random.draw(below: UInt64(day))) : 0
            let week = Int64(day) - back
            let complete = [Completeness.none, .products, .none, .all][Int(random.draw(below: 4))]
            steps.append(
                Step(
                    records: records,
                    observedAt: Self.start.adding(seconds: week * 7 * 86_400),
                    completeness: complete))
            // Sometimes load the same dump again, at once.
            if random.draw(below: 5) == 0, let last = steps.last { steps.append(last) }
        }
        self.init(seed: seed, shape: kind.shape, steps: steps)
    }
}

extension ReviewHistory {
    /// The same history in a store whose texts the second reader reads again before one of the
    /// later dumps.
    package var readAgain: ReviewHistory {
        guard steps.count > 1 else { return self }
        var history = self
        var random = SplitMix64(seed: ~seed)
        history.steps[1 + Int(random.draw(below: UInt64(steps.count - 1)))].reader = 2
        return history
    }
}

/// How the reviews of a world are identified: one case for each kind of identity.
private enum WorldKind: CaseIterable {
    case ids, authors, texts

    var shape: Shape {
        let identity =
            switch self {
            case .ids: #""review_id": "id", "helpful_votes": "votes","#
            case .authors: #""author_id": "who", "variant": "variant","#
            case .texts: #""verified": "verified","#
            }
        let times = self == .texts ? "" : #""created_at": "at", "updated_at": "edited","#
        let document = """
            {"shape": "law", "version": 1, "fields": {\(identity) \(times)
             "product_id": "product", "rating": "rating", "title": "title", "body": "body"},
             "product": {"brand": "brand", "title": "name"}}
            """
        do throws(ShapeFault) {
            return try Shape(parsing: Array(document.utf8))
        } catch {
            preconditionFailure("the laws' shape is broken: \(error.description)")
        }
    }
}

private struct WorldReview {
    var product: Int
    var id: Int
    var rating: Int
    var title: String
    var body: String
    var votes: Int
    var created: Int64
    var edited: Int64?
    var isThere = true
}

private struct World {
    let kind: WorldKind
    var reviews: [WorldReview] = []
    var brands: [Int: Int] = [:]
    private var nextID = 0
    private var week: Int64 = 0
    private let products = 5

    init(kind: WorldKind) { self.kind = kind }

    private static let words = [
        "super", "zerbrochen", "léger", "perfetto", "malísimo", "良い", "works &amp; fits", "a<br>b",
        "e\u{301}clat", "Ok", "🙂", "kaputt nach zwei Wochen",
    ]

    private func words(_ count: UInt64, _ random: inout SplitMix64) -> String {
        (0..<count).map { _ in Self.words[Int(random.draw(below: UInt64(Self.words.count)))] }
            .joined(separator: " ")
    }

    /// Advances the world by a week: reviews are added, changed, deleted and restored, and products
    /// change brands.
    mutating func live(_ random: inout SplitMix64) {
        week += 1
        for _ in 0..<(2 + random.draw(below: 9)) {
            let isShort = random.draw(below: 3) == 0
            reviews.append(
                WorldReview(
                    product: Int(random.draw(below: UInt64(products))), id: nextID,
                    rating: Int(1 + random.draw(below: 5)),
                    title: isShort ? "" : words(2, &random),
                    body: isShort ? "Ok" : words(4 + random.draw(below: 4), &random),
                    votes: Int(random.draw(below: 3)), created: week * 604_800 - Int64(nextID)))
            nextID += 1
        }
        for index in reviews.indices where random.draw(below: 5) == 0 {
            switch random.draw(below: 4) {
            case 0: reviews[index].isThere.toggle()
            case 1: reviews[index].rating = Int(1 + random.draw(below: 5))
            case 2: reviews[index].votes += 1
            default: reviews[index].body = words(5, &random)
            }
            if random.draw(below: 3) == 0 { reviews[index].edited = week * 604_800 }
        }
        if random.draw(below: 2) == 0 {
            brands[Int(random.draw(below: UInt64(products)))] = Int(random.draw(below: 3))
        }
    }

    /// The records of a dump: the existing reviews of about four fifths of the products.
    func dump(_ random: inout SplitMix64) -> [ReviewHistory.RecordText] {
        let named = (0..<products).filter { _ in random.draw(below: 5) > 0 }
        return reviews.filter { $0.isThere && named.contains($0.product) }.map { review in
            record(review)
        }
    }

    private func record(_ review: WorldReview, with extra: String = "") -> ReviewHistory.RecordText
    {
        let product = "P\(review.product)"
        var members = [
            #""product": "\#(product)""#, #""rating": \#(review.rating)"#,
            #""title": \#(JSONValue.string(review.title).canonical)"#,
            #""body": \#(JSONValue.string(review.body).canonical)"#,
            #""name": "Thing \#(review.product)""#,
        ]
        if let brand = brands[review.product] { members.append(#""brand": "Brand \#(brand)""#) }
        switch kind {
        case .ids:
            members += [#""id": "r\#(review.id)""#, #""votes": \#(review.votes)"#]
        case .authors:
            members += [#""who": "w\#(review.id % 7)""#, #""variant": "v\#(review.id % 3)""#]
        case .texts:
            members.append(#""verified": \#(review.votes % 2 == 0)"#)
        }
        if kind != .texts {
            members.append(#""at": "\#(Instant(seconds: 1_700_000_000 + review.created))""#)
            if let edited = review.edited {
                members.append(#""edited": "\#(Instant(seconds: 1_700_000_000 + edited))""#)
            }
        }
        return ReviewHistory.RecordText(
            text: "{" + members.joined(separator: ", ") + extra + "}", product: product)
    }

    /// Duplicates with the same and with other bytes, variants, and malformed records.
    func noise(
        _ records: [ReviewHistory.RecordText], _ random: inout SplitMix64
    ) -> [ReviewHistory.RecordText] {
        var noise: [ReviewHistory.RecordText] = []
        for review in reviews where review.isThere && random.draw(below: 6) == 0 {
            guard records.contains(where: { $0.product == "P\(review.product)" }) else { continue }
            var variant = review
            switch random.draw(below: 4) {
            case 0: noise.append(record(review))
            case 1: noise.append(record(review, with: #", "position": \#(review.id)"#))
            case 2:
                variant.rating = 6 - review.rating
                noise.append(record(variant))
            default:
                variant.votes += 1
                noise.append(record(variant))
            }
        }
        switch random.draw(below: 5) {
        case 0:
            noise.append(
                .init(text: #"{"product": "P1", "rating": 9, "body": "too good"}"#, product: "P1"))
        case 1: noise.append(.init(text: #"{"rating": 3, "body": "no product"}"#, product: nil))
        case 2:
            noise.append(
                .init(text: #"{"product": "P2", "rating": NaN, "body": "none"}"#, product: "P2"))
        default: break
        }
        return noise
    }
}
