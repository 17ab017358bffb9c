import AfterwordCore
import AfterwordPipeline

extension StoreCheck {
    /// First and last times over random reviews in few or many months, also before 1970 and at the
    /// borders of months.
    func createdRangesLeaveOut() throws {
        for seed in 1...12 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed)
            let store = try loaded(try datedHistory(seed: seed, &random))
            let (reviews, products) = try store.read {
                (try $0.reviews(ofProduct: nil), try $0.products(nil))
            }
            for turn in 0..<12 as Range<UInt64> {
                let without = leftOut(reviews, turn: turn, &random)
                let wanted = products.map { product in
                    RangeQuestion(
                        productKey: product.productKey,
                        without: without.filter { productKey(ofReview: $0) == product.productKey }
                            .sorted())
                }
                let found = try store.load(LoadIntent(isRehearsal: true)) {
                    try $0.createdRange(wanted)
                }
                let expected = products.map { range(of: $0, reviews, without: without) }
                try expect(
                    products.map { found[$0.productKey] }, is: expected,
                    "seed \(seed), turn \(turn)")
            }
        }
    }

    /// Two dumps of dated reviews of two products: the second leaves out, repeats and redates some.
    private func datedHistory(
        seed: UInt64, _ random: inout SplitMix64
    ) throws -> ReviewHistory {
        let width = [40, 400, 40_000][Int(random.draw(below: 3))] as UInt64
        func record(_ id: Int) -> ReviewHistory.RecordText {
            let days = Int64(random.draw(below: width)) - Int64(width / 3)
            let at = Instant(seconds: days * 86_400 + [0, -1, 40_000][id % 3])
            let text = """
                {"product": "P\(id % 2)", "id": "r\(id)", "rating": 4, "body": "b\(id)", \
                "at": "\(at)"}
                """
            return ReviewHistory.RecordText(text: text, product: nil)
        }
        let shape = try Shape(
            parsing: Array(
                #"""
                {"shape": "law", "version": 1, "fields": {
                 "review_id": "id", "product_id": "product",
                 "rating": "rating", "body": "body", "created_at": "at"}}
                """#.utf8))
        let count = 3 + Int(random.draw(below: 40))
        let records = (0..<count).map(record)
        var second: [ReviewHistory.RecordText] = []
        for id in records.indices {
            let draw = random.draw(below: 4)
            if draw > 0 { second.append(draw == 1 ? record(id) : records[id]) }
        }
        let steps = [records, second + (count..<count + 4).map(record)].map {
            ReviewHistory.Step(
                records: $0, observedAt: ReviewHistory.start, completeness: .products)
        }
        return ReviewHistory(seed: seed, shape: shape, steps: steps)
    }

    /// Keys of none, some or nearly all reviews; in later turns of the earliest, or the latest.
    private func leftOut(
        _ reviews: [StoredReview], turn: UInt64, _ random: inout SplitMix64
    ) -> Set<Int64> {
        let byTime = reviews.filter(\.isLive).sorted { $0.times.createdAt < $1.times.createdAt }
        let few = Int(random.draw(below: UInt64(byTime.count)))
        let chosen =
            switch turn {
            case 0...4: reviews.filter { _ in random.draw(below: 4) < turn }
            case 5...8: Array(byTime.prefix(few))
            default: Array(byTime.suffix(few))
            }
        return Set(chosen.map(\.reviewKey))
    }

    private func range(
        of product: ProductState, _ reviews: [StoredReview], without: Set<Int64>
    ) -> ClosedRange<Instant>? {
        let times = reviews.filter {
            $0.isLive && $0.times.createdOrigin == .source && !without.contains($0.reviewKey)
                && $0.productID == product.productID
        }.map(\.times.createdAt)
        return times.min().flatMap { first in times.max().map { first...$0 } }
    }
}
