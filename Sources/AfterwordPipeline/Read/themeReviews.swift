package import AfterwordCore

/// The reviews of one theme, those with the newest run first, each distinct one once: of those
/// that say so the first by product and number. Nil for an unknown theme.
package func themeReviews(
    _ reader: any StoreReader, aspect id: String, _ query: ThemeQuery, lexicon: Lexicon? = nil,
    page: Page
) throws -> Listing<ThemeReview>? {
    let lexicon = try lexicon ?? reader.lexicon()
    guard let aspect = lexicon.aspects.firstIndex(where: { $0.id == id }) else { return nil }
    let readings = try QueryReadings(reader, query, lexicon)
    let found = readings.distinct(try readings.places(of: aspect))
    return try readings.themeReviews(found, of: aspect, page)
}

extension QueryReadings {
    /// A page of the reviews of a theme, those with the newest run first, each with the sentence
    /// that is shown for it.
    func themeReviews(
        _ found: [DistinctPlace], of aspect: Int, _ page: Page
    ) throws -> Listing<ThemeReview> {
        let ordered = try self.page(found, page) { left, right in
            let (l, r) = (left.place.reading.marks.run, right.place.reading.marks.run)
            return l != r ? l > r : left.product < right.product
        }
        var quotes = QuoteReader(lexicon)
        let reviews = ordered.map { found in
            themeReview(found.place, found.read, aspect, by: &quotes)
        }
        return Listing(reviews, of: found.count, page: page)
    }

    private func themeReview(
        _ found: DistinctPlace, _ read: ReadReview, _ aspect: Int, by quotes: inout QuoteReader
    ) -> ThemeReview {
        let values = read.review.values
        let said = quotes.sentence(
            of: aspect, isNegative: !query.strengths, in: values, read.reading)
        return ThemeReview(
            review: read.review, language: read.reading.language,
            field: said?.field ?? (values.body == nil ? .title : .body),
            quote: said.map { values.quote($0.field, $0.range) } ?? values.beginning,
            isNew: read.isNew, shown: found.shown)
    }
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
    /// Some reviews, each distinct one once.
    func distinct(_ all: [ReadingPlace]) -> [DistinctPlace] {
        let places = all.map { place in
            DistinctPlace(
                place: place, product: products[place.product]?.productID ?? Text([]),
                shown: .once)
        }
        var groups = DistinctGroups(expected: places.count)
        for place in all {
            groups.add(
                place.reading.marks.key,
                within: products[place.product]?.dimension.sameTextScope)
        }
        var found: [DistinctPlace] = []
        var own: [Int] = []
        groups.forEachMember { place, isFirst in
            if isFirst, let chosen = chosen(own, of: places) { found.append(chosen) }
            if isFirst { own.removeAll(keepingCapacity: true) }
            own.append(place)
        }
        return found + [chosen(own, of: places)].compactMap(\.self)
    }

    /// Of the appearances of one review, the one that stands for all.
    private func chosen(_ own: [Int], of places: [DistinctPlace]) -> DistinctPlace? {
        if own.count == 1 { return places[own[0]] }
        var chosen = own.map { places[$0] }.min { left, right in
            let (l, r) = (left.place.reading.marks.number, right.place.reading.marks.number)
            return (left.product, l) < (right.product, r)
        }
        chosen?.shown = Shown(
            appearances: Int64(own.count),
            products: Int64(Set(own.map { places[$0].place.product }).count))
        return chosen
    }

    /// The places of a page with their reviews, in order; places equal by the given order come in
    /// the order of their reviews' ids.
    ///
    /// - Parameter isBefore: An order that needs no review.
    func page<Place: ListedPlace>(
        _ all: [Place], _ page: Page, by isBefore: (Place, Place) -> Bool
    ) throws -> [(place: Place, read: ReadReview)] {
        let wanted = page.range(of: all.count)
        if wanted.isEmpty { return [] }
        let all = beginning(of: all, through: wanted.upperBound, by: isBefore)
        var start = wanted.lowerBound
        let end = all.count
        while start > 0, !isBefore(all[start - 1], all[start]) { start -= 1 }
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

/// The first elements by an order, sorted: `count` of them, and all others that are equal to the
/// last of these. Few are found without sorting all.
func beginning<Element>(
    of all: [Element], through count: Int, by isBefore: (Element, Element) -> Bool
) -> [Element] {
    guard count < all.count / 8 else {
        let sorted = all.sorted(by: isBefore)
        var end = min(count, sorted.count)
        while end > 0, end < sorted.count, !isBefore(sorted[end - 1], sorted[end]) { end += 1 }
        return Array(sorted[..<end])
    }
    // The places of the first ones so far; cut whenever they are twice as many as wanted.
    var first: [Int] = []
    var last: Int?
    func cut() {
        first.sort { isBefore(all[$0], all[$1]) }
        first.removeLast(first.count - min(count, first.count))
        last = first.count == count ? first.last : nil
    }
    for place in all.indices {
        if let last, !isBefore(all[place], all[last]) { continue }
        first.append(place)
        if first.count >= max(count * 2, 64) { cut() }
    }
    cut()
    guard let last else { return first.map { all[$0] } }
    let equal = all.indices.filter {
        !isBefore(all[last], all[$0]) && !isBefore(all[$0], all[last])
    }
    let before = first.filter { isBefore(all[$0], all[last]) }
    return (before + equal).map { all[$0] }
}
