package import AfterwordCore

/// The reviews of one theme, those with the newest run first, each distinct one once; nil for an
/// unknown theme.
package func themeReviews(
    _ reader: any StoreReader, aspect id: String, _ query: ThemeQuery, lexicon: Lexicon = .first,
    page: Page
) throws -> Listing<ThemeReview>? {
    guard let aspect = lexicon.aspects.firstIndex(where: { $0.id == id }) else { return nil }
    let readings = try QueryReadings(reader, query, lexicon)
    let found = try readings.distinctPlaces { marks in
        marks.counts(asStrength: query.strengths)
            && marks.aspects(negative: !query.strengths).contains(aspect)
    }
    let ordered = try readings.page(found, page) { left, right in
        let (l, r) = (left.place.reading.marks.run, right.place.reading.marks.run)
        return l != r ? l > r : left.product < right.product
    }
    return Listing(
        ordered.map { found, read in
            let mention = read.reading.mentions.first {
                $0.aspect == aspect && $0.isNegative != query.strengths
            }
            let review = read.review
            return ThemeReview(
                review: review, language: read.reading.language, field: mention?.field ?? .body,
                quote: mention.map { review.values.quote($0.field, $0.sentence) } ?? "",
                isNew: read.isNew, shown: found.shown)
        }, of: found.count, page: page)
}

/// A place in a list that is ordered by its marks, its product, and then its review's id.
protocol ListedPlace {
    /// Where the review is among those of the query.
    var place: ReadingPlace { get }
    /// The id of its product.
    var product: Text { get }
}

/// A distinct review, with how often it is shown.
struct DistinctPlace: ListedPlace {
    var place: ReadingPlace
    var product: Text
    var shown: Shown
}

extension QueryReadings {
    /// The reviews whose marks are wanted, each distinct one once: the first of its appearances by
    /// product and review id stands for all, and is in the list where its own marks are wanted.
    func distinctPlaces(_ isWanted: (ReadingMarks) -> Bool) throws -> [DistinctPlace] {
        var repeated = RepeatedKeys(expected: expected)
        try forEachProduct { _, live in for own in live { repeated.find(own.marks.key) } }
        repeated.close()
        var found: [DistinctPlace] = []
        var shown: [DistinctPlace] = []
        try forEachProduct { product, live in
            for own in live {
                let isRepeated = repeated.holds(own.marks.key)
                guard isRepeated || isWanted(own.marks) else { continue }
                let place = DistinctPlace(
                    place: ReadingPlace(product: product.productKey, reading: own),
                    product: product.productID, shown: .once)
                if isRepeated { shown.append(place) } else { found.append(place) }
            }
        }
        return try found + chosen(shown).filter { isWanted($0.place.reading.marks) }
    }

    /// Of appearances, for each distinct review the one that stands for it.
    private func chosen(_ shown: [DistinctPlace]) throws -> [DistinctPlace] {
        let groups = distinctGroups(
            shown.map { own in
                (
                    own.place.reading.marks.key,
                    products[own.place.product]?.dimension.sameTextScope
                )
            })
        var members: [Int: [Int]] = [:]
        for (place, group) in groups.enumerated() { members[group, default: []].append(place) }
        var firsts: [(first: [DistinctPlace], shown: Shown)] = []
        for own in members.values.map({ $0.map { shown[$0] } }) {
            let ids = Set(own.map(\.product))
            let least = ids.min()
            firsts.append(
                (
                    own.filter { $0.product == least },
                    Shown(appearances: Int64(own.count), products: Int64(ids.count))
                ))
        }
        // Several in one product: the first by review id, which marks do not say.
        let unclear = firsts.filter { $0.first.count > 1 }.flatMap(\.first)
        var ids: [Int64: Text] = [:]
        for review in try reviewsAsStored(unclear.map(\.place)) {
            ids[review.reviewKey] = review.reviewID
        }
        return firsts.compactMap { first, shown in
            var chosen = first.min { left, right in
                (ids[left.place.reviewKey] ?? Text([])) < (ids[right.place.reviewKey] ?? Text([]))
            }
            chosen?.shown = shown
            return chosen
        }
    }

    /// The places of a page with their reviews, in order; places equal by the given order come in
    /// the order of their reviews' ids.
    ///
    /// - Parameter isBefore: An order that needs no review.
    func page<Place: ListedPlace>(
        _ all: [Place], _ page: Page, by isBefore: (Place, Place) -> Bool
    ) throws -> [(place: Place, read: ReadReview)] {
        let all = all.sorted(by: isBefore)
        let wanted = page.range(of: all.count)
        var (start, end) = (wanted.lowerBound, wanted.upperBound)
        if start == end { return [] }
        while start > 0, !isBefore(all[start - 1], all[start]) { start -= 1 }
        while end < all.count, !isBefore(all[end - 1], all[end]) { end += 1 }
        var read: [Int64: ReadReview] = [:]
        for own in try reviews(all[start..<end].map(\.place)) {
            read[own.review.reviewKey] = own
        }
        let ordered = all[start..<end].compactMap { place in
            read[place.place.reviewKey].map { (place: place, read: $0) }
        }.sorted { left, right in
            if isBefore(left.place, right.place) { return true }
            if isBefore(right.place, left.place) { return false }
            return left.read.review.reviewID < right.read.review.reviewID
        }
        return Array(ordered.dropFirst(wanted.lowerBound - start).prefix(wanted.count))
    }
}
