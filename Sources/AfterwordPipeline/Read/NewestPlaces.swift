import AfterwordCore

/// The newest of some places; those of one run in the order of their reviews' numbers, which come
/// from digests of their identities, so that they are of all products.
struct NewestPlaces {
    private struct Entry {
        var place: ReadingPlace
        var productID: Text

        static func isBefore(_ left: Self, _ right: Self) -> Bool {
            let (l, r) = (left.place.reading.marks, right.place.reading.marks)
            if l.run != r.run { return l.run > r.run }
            return (l.number, left.productID) < (r.number, right.productID)
        }
    }

    private let limit: Int
    private var all: [Entry] = []
    /// The last that belonged to them when they were cut.
    private var last: ReadingMarks?

    init(_ limit: Int) { self.limit = limit }

    /// Whether no place of an earlier run belongs to them any more.
    var isFull: Bool { all.count >= limit }

    /// Whether a place with these marks may belong to them.
    func mayTake(_ marks: ReadingMarks) -> Bool {
        guard let last else { return true }
        return marks.run != last.run ? marks.run > last.run : marks.number <= last.number
    }

    mutating func take(_ place: ReadingPlace, of productID: Text) {
        guard mayTake(place.reading.marks) else { return }
        all.append(Entry(place: place, productID: productID))
        if all.count >= limit * 4 { cut() }
    }

    private mutating func cut() {
        all.sort(by: Entry.isBefore)
        if all.count > limit { all.removeLast(all.count - limit) }
        if all.count == limit { last = all.last?.place.reading.marks }
    }

    var places: [ReadingPlace] {
        var copy = self
        copy.cut()
        return copy.all.map(\.place)
    }
}

extension QueryReadings {
    /// The newest live reviews of the query that belong to a list: of a long list only the rows of
    /// the newest runs are read.
    func newest(_ limit: Int, of list: ReviewList) throws -> [ReadingPlace] {
        guard try usesLists() else { return try newestWalked(limit) { list.holds($0) } }
        if let found = try newestRows(limit, of: list) { return found }
        var newest = NewestPlaces(limit)
        for place in try listed(list) { take(place, &newest) }
        return newest.places
    }

    /// The newest live reviews whose marks are wanted, by walking through all of the query.
    func newestWalked(
        _ limit: Int, _ isWanted: (ReadingMarks) -> Bool
    ) throws -> [ReadingPlace] {
        var newest = NewestPlaces(limit)
        for place in try walked(isWanted) { take(place, &newest) }
        return newest.places
    }

    private func take(_ place: ReadingPlace, _ newest: inout NewestPlaces) {
        newest.take(place, of: products[place.product]?.productID ?? Text([]))
    }

    /// From the rows of a list, those of the last run first.
    ///
    /// - Returns: Nil where a run listed versions of runs before it, so that the order of the rows
    ///   is not that of the versions.
    private func newestRows(_ limit: Int, of list: ReviewList) throws -> [ReadingPlace]? {
        var newest = NewestPlaces(limit)
        var later: Set<Int64> = []
        var (isPlain, isWhole) = (true, true)
        for run in runs.reversed() {
            var own: [Int64] = []
            try reader.listed(
                list, by: Int64(lexicon.version), after: run.run - 1, upTo: run.run
            ) { row in
                row.versions.forEach { version in
                    isPlain = isPlain && version.marks.run == run.run
                    let key = reviewKey(ofProduct: version.product, number: version.marks.number)
                    if run.run > 1 { own.append(key) }
                    guard list.holds(version.marks), newest.mayTake(version.marks),
                        !later.contains(key), let product = products[version.product]
                    else { return }
                    isWhole = isWhole && version.marks.fits(lexicon)
                    let reading = LiveReading(marks: version.marks, isNew: marks.isNew(version))
                    newest.take(
                        ReadingPlace(product: version.product, reading: reading),
                        of: product.productID)
                }
            }
            guard isWhole else { throw LiveMarks.damagedLists }
            guard isPlain else { return nil }
            if newest.isFull { break }
            later.formUnion(own)
        }
        return newest.places
    }
}
