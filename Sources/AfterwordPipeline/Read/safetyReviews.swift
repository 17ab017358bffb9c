package import AfterwordCore

/// A danger mentioned in a review; one is enough for a person to check.
package struct SafetyReview: Sendable {
    package var danger: Danger
    package var review: StoredReview
    package var brand: Text?
    package var language: Language
    package var quote: String
    package var isNew: Bool
    /// A person's verdict on the review's dangers.
    package var verdict: Verdict?

    package var hazard: String { danger.hazard }
}

/// The dangers in reviews, one per hazard and review. Ordered by class, severity of the hazard,
/// newest run and fewest stars. Dangers of class C come last; where they are not listed, the
/// reviews that mention no other are counted.
///
/// - Parameters:
///   - since: Only versions brought by later runs than this one.
///   - withUnlikely: Whether dangers of class C are listed.
package func safetyReviews(
    _ reader: any StoreReader, _ query: ThemeQuery, since: Int64 = 0,
    withUnlikely: Bool = false, page: Page
) throws -> Listing<SafetyReview> {
    if since > 0 {
        return try recentSafetyReviews(
            reader, query, since: since, withUnlikely: withUnlikely, page)
    }
    let lexicon = try reader.lexicon()
    let readings = try QueryReadings(reader, query, lexicon)
    var (found, unlikely) = try dangerPlaces(readings, judged: reader.verdicts())
    if !withUnlikely { found.removeAll { !$0.dangerClass.leads } }
    var quotes = QuoteReader(lexicon)
    let entries = try readings.page(found, page, by: DangerPlace.isBefore).map { found, read in
        try SafetyReview(read, found.danger(in: read, lexicon)).quoted(by: &quotes)
    }
    var listing = Listing(entries, of: found.count, page: page)
    listing.newDangers = found.count { $0.dangerClass.leads && $0.place.reading.isNew == true }
    listing.reviewCount = Set(found.map(\.place.reviewKey)).count
    if !withUnlikely { listing.unlikely = unlikely }
    return listing
}

extension SafetyReview {
    fileprivate init(_ read: ReadReview, _ danger: Danger) {
        self.init(
            danger: danger, review: read.review, brand: read.brand,
            language: read.reading.language,
            quote: read.review.values.quote(danger.field, danger.sentence), isNew: read.isNew,
            verdict: read.verdict)
    }

    /// The same with the sentence that is shown for the danger.
    fileprivate func quoted(by quotes: inout QuoteReader) -> SafetyReview {
        var own = self
        own.danger = quotes.placed(danger, in: review.values)
        own.quote = review.values.quote(own.danger.field, own.danger.sentence)
        return own
    }
}

/// A danger of a review, before its text is read.
struct DangerPlace: ListedPlace {
    var place: ReadingPlace
    var product: Text
    var dangerClass: DangerClass
    var severity: Int
    /// The danger after a person's verdict, which needs the text.
    var judged: Danger?

    static func isBefore(_ left: Self, _ right: Self) -> Bool {
        let (l, r) = (left.place.reading.marks, right.place.reading.marks)
        if left.dangerClass != right.dangerClass { return left.dangerClass < right.dangerClass }
        if left.severity != right.severity { return left.severity < right.severity }
        if l.run != r.run { return l.run > r.run }
        let stars = (l.star ?? 6, r.star ?? 6)
        return stars.0 != stars.1 ? stars.0 < stars.1 : left.product < right.product
    }

    /// - Throws: `StoreFault.unreadable` where a damaged store has marks of one reading and places
    ///   of another.
    func danger(in read: ReadReview, _ lexicon: Lexicon) throws -> Danger {
        let own = judged ?? read.dangers(lexicon).first { $0.severity == severity }
        guard let own else { throw QueryReadings.damagedPlaces }
        return own
    }
}

/// The dangers of a query's reviews, and how many reviews mention none that leads.
///
/// - Parameter verdicts: Reviews that people judged are read; few are.
func dangerPlaces(
    _ readings: QueryReadings, judged verdicts: [VerdictRow]
) throws -> (found: [DangerPlace], unlikely: Int) {
    let judged = Set(verdicts.map(\.reviewKey))
    var (found, unlikely): ([DangerPlace], Int) = ([], 0)
    var open: [Int64: (place: ReadingPlace, product: Text)] = [:]
    func id(_ place: ReadingPlace) -> Text {
        readings.products[place.product]?.productID ?? Text([])
    }
    for place in try readings.places(of: judged) { open[place.reviewKey] = (place, id(place)) }
    for place in try readings.knowingNew(readings.listed(.dangers))
    where open[place.reviewKey] == nil {
        let dangers = place.reading.marks.dangers.listed(by: readings.lexicon)
        if !dangers.isEmpty, !dangers.contains(where: \.dangerClass.leads) { unlikely += 1 }
        found += dangers.map { hazard, dangerClass in
            DangerPlace(
                place: place, product: id(place), dangerClass: dangerClass, severity: hazard)
        }
    }
    for read in try readings.reviews(open.values.map(\.place)) {
        guard let own = open[read.review.reviewKey] else { continue }
        let dangers = read.dangers(readings.lexicon)
        if !dangers.isEmpty, !dangers.contains(where: \.dangerClass.leads) { unlikely += 1 }
        found += dangers.map { danger in
            DangerPlace(
                place: own.place, product: own.product, dangerClass: danger.dangerClass,
                severity: danger.severity, judged: danger)
        }
    }
    return (found, unlikely)
}

/// The same of versions that later runs brought: these few are read.
private func recentSafetyReviews(
    _ reader: any StoreReader, _ query: ThemeQuery, since: Int64, withUnlikely: Bool,
    _ page: Page
) throws -> Listing<SafetyReview> {
    var found: [SafetyReview] = []
    var unlikely = 0
    let lexicon = try reader.lexicon()
    for read in try readReviews(reader, query, lexicon, since: since) {
        let dangers = read.dangers(lexicon)
        if !dangers.isEmpty, !dangers.contains(where: \.dangerClass.leads) { unlikely += 1 }
        found += dangers.map { SafetyReview(read, $0) }
    }
    if !withUnlikely { found.removeAll { !$0.danger.dangerClass.leads } }
    var listing = Listing(found.sorted(by: isBefore), page: page)
    var quotes = QuoteReader(lexicon)
    listing.entries = listing.entries.map { $0.quoted(by: &quotes) }
    listing.newDangers = found.count(where: \.danger.dangerClass.leads)
    listing.reviewCount = Set(found.map(\.review.reviewKey)).count
    if !withUnlikely { listing.unlikely = unlikely }
    return listing
}

private func isBefore(_ left: SafetyReview, _ right: SafetyReview) -> Bool {
    if left.danger < right.danger || right.danger < left.danger {
        return left.danger < right.danger
    }
    let (l, r) = (left.review, right.review)
    if l.run != r.run { return l.run > r.run }
    let stars = (l.values.star ?? 6, r.values.star ?? 6)
    if stars.0 != stars.1 { return stars.0 < stars.1 }
    return (l.productID, l.reviewID, Text(left.hazard))
        < (r.productID, r.reviewID, Text(right.hazard))
}
