import Testing

@testable import AfterwordCore

/// Counts of distinct reviews: what a run changes of them, against counting all anew.
@Suite struct DistinctCountTests {
    /// A product with its scopes and reviews: number, stars, halves.
    private struct Product {
        var attributes = ProductAttributes()
        var entries: [DistinctKeys.Entry] = []
        var keys: DistinctKeys { DistinctKeys(entries) }
    }

    private func product(
        brand: Text?, family: Text? = nil, _ entries: (Int64, Int64?, UInt64, UInt64)...
    ) -> Product {
        var product = Product()
        product.attributes[.brand] = brand
        product.attributes[.family] = family
        product.entries = entries.map {
            DistinctKeys.Entry(
                number: $0.0, rating: $0.1.map { $0 * 10 },
                key: DistinctKey(source: $0.2, other: $0.3))
        }
        return product
    }

    /// The distinct counts of all scopes, counted without keys being looked for.
    private func counted(_ products: [Int64: Product]) -> [Scope: DistinctCounts] {
        var all: [(Product, DistinctKeys.Entry)] = []
        for (_, product) in products.sorted(by: { $0.key < $1.key }) {
            all += product.entries.map { (product, $0) }
        }
        let groups = distinctGroups(all.map { ($0.1.key, $0.0.attributes.sameTextScope) })
        var seen: [Scope: [Int: DistinctCounts]] = [:]
        for (place, (product, entry)) in all.enumerated() {
            for scope in product.attributes.scopes {
                var own =
                    seen[scope]?[groups[place]]
                    ?? DistinctCounts(count: 1, rated: 0, negatives: 0)
                if entry.isRated { own.rated = 1 }
                if entry.isNegative { own.negatives = 1 }
                seen[scope, default: [:]][groups[place]] = own
            }
        }
        return seen.mapValues { $0.values.reduce(DistinctCounts(), +) }
    }

    /// The counts of appearances.
    private func shown(_ products: [Int64: Product]) -> [Scope: DistinctCounts] {
        var counts: [Scope: DistinctCounts] = [:]
        for product in products.values {
            for entry in product.entries {
                let one = DistinctCounts(
                    count: 1, rated: entry.isRated ? 1 : 0, negatives: entry.isNegative ? 1 : 0)
                for scope in product.attributes.scopes {
                    counts[scope] = (counts[scope] ?? DistinctCounts()) + one
                }
            }
        }
        return counts
    }

    /// Moves the counts by what `DistinctSearch` finds.
    private func moved(
        _ counts: [Scope: DistinctCounts], from old: [Int64: Product], to new: [Int64: Product]
    ) -> [Scope: DistinctCounts] {
        let nothing = Product()
        let touched = Set(old.keys).union(new.keys).filter {
            old[$0]?.entries != new[$0]?.entries || old[$0]?.attributes != new[$0]?.attributes
        }
        let changes = touched.sorted().map { key in
            let (before, after) = (old[key] ?? nothing, new[key] ?? nothing)
            return DistinctChange(
                productKey: key, before: (before.keys, before.attributes),
                after: (after.keys, after.attributes))
        }
        var search = old.isEmpty ? DistinctSearch(first: changes) : DistinctSearch(changes)
        while search.pass({ take in
            for (key, product) in old.sorted(by: { $0.key < $1.key }) { take(key, product.keys) }
        }) {}
        let attributes = old.filter { search.otherProducts.contains($0.key) }
            .mapValues(\.attributes)
        var counts = counts
        for (scope, more) in shown(new) { counts[scope] = (counts[scope] ?? .init()) + more }
        for (scope, less) in shown(old) { counts[scope] = (counts[scope] ?? .init()) - less }
        for (scope, repeats) in search.repeats(attributes) {
            counts[scope] = (counts[scope] ?? .init()) - repeats
        }
        return counts.filter { !$0.value.isZero }
    }

    @Test("One review under four products counts once in brand, family and portfolio")
    func four() {
        var products: [Int64: Product] = [:]
        for key in 1...4 {
            products[Int64(key)] = product(
                brand: "Kettler", family: "F", (1, 1, 11, 0), (2, 1, 22, 0), (3, 5, 33, 0),
                (4, 4, 44, 0))
        }
        let counts = moved([:], from: [:], to: products)
        #expect(counts[.portfolio] == DistinctCounts(count: 4, rated: 4, negatives: 2))
        #expect(counts[Scope(kind: .brand, id: "Kettler")]?.negatives == 2)
        #expect(counts == counted(products))
    }

    @Test("Equal texts are one within a family only, and again when families join")
    func texts() {
        let apart: [Int64: Product] = [
            1: product(brand: "A", family: "F1", (1, 2, 0, 7)),
            2: product(brand: "A", family: "F2", (1, 2, 0, 7)),
        ]
        let before = moved([:], from: [:], to: apart)
        #expect(before[.portfolio]?.count == 2)
        var joined = apart
        joined[2]?.attributes[.family] = "F1"
        let after = moved(before, from: apart, to: joined)
        #expect(after[.portfolio] == DistinctCounts(count: 1, rated: 1, negatives: 1))
        #expect(after == counted(joined))
    }

    @Test("Where the stars of its appearances differ, a review is negative if one is")
    func stars() {
        let products: [Int64: Product] = [
            1: product(brand: "A", (1, 2, 9, 0)), 2: product(brand: "B", (1, 4, 9, 0)),
            3: product(brand: "B", (1, nil, 9, 0)),
        ]
        let counts = moved([:], from: [:], to: products)
        #expect(counts[.portfolio] == DistinctCounts(count: 1, rated: 1, negatives: 1))
        #expect(
            counts[Scope(kind: .brand, id: "B")]
                == DistinctCounts(count: 1, rated: 1, negatives: 0))
    }

    @Test("Moved step by step, the counts are those of counting all anew", arguments: 1...40)
    func steps(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        func below(_ limit: UInt64) -> UInt64 { random.next() % limit }
        var products: [Int64: Product] = [:]
        var counts: [Scope: DistinctCounts] = [:]
        for _ in 0..<12 {
            let old = products
            for _ in 0..<(1 + below(3)) {
                let key = Int64(1 + below(5))
                var own = products[key] ?? Product()
                if products[key] == nil || below(4) == 0 {
                    own.attributes[.brand] = below(4) == 0 ? nil : Text("B\(below(2))")
                    own.attributes[.family] = below(2) == 0 ? nil : Text("F\(below(2))")
                }
                let number = Int64(below(4))
                own.entries.removeAll { $0.number == UInt32(number) }
                if below(3) > 0 {
                    own.entries.append(
                        DistinctKeys.Entry(
                            number: number, rating: below(5) == 0 ? nil : Int64(1 + below(5)) * 10,
                            key: DistinctKey(source: below(6) * 2, other: below(8))))
                }
                own.entries.sort { $0.number < $1.number }
                products[key] = own
            }
            counts = moved(counts, from: old, to: products)
            #expect(counts == counted(products).filter { !$0.value.isZero })
        }
    }

    @Test("Packed keys come back as they were, and bytes that are none are refused")
    func packed() {
        let entries = [
            DistinctKeys.Entry(
                number: 1 << 23, rating: nil, key: DistinctKey(source: .max, other: 3)),
            DistinctKeys.Entry(number: 5, rating: 14, key: .none),
        ]
        let keys = DistinctKeys(entries)
        #expect(keys.entries == [entries[1], entries[0]])
        #expect(DistinctKeys(bytes: keys.bytes) == keys)
        #expect(DistinctKeys(bytes: Array(keys.bytes.dropLast())) == nil)
        #expect(DistinctKeys(bytes: Array(keys.bytes[20...] + keys.bytes[..<20])) == nil)
        var change = DistinctKeyChange()
        change.gone = [5]
        change.added = [DistinctKeys.Entry(number: 6, rating: 50, key: .none)]
        #expect(keys.replacing(change).entries.map(\.number) == [6, 1 << 23])
    }
}
