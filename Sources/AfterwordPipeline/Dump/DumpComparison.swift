/// The measures of a loaded dump by which later ones are compared with it.
package struct DumpOutline: Equatable, Sendable {
    package var profile: DumpProfile
    /// Number of products that it named.
    package var products: Int64
    /// Of some of the products, how many the store knew; nil where that was not asked.
    package var known: (asked: Int64, known: Int64)?
    /// Of some of the new reviews, how many say what a known one says; nil where not asked.
    package var doubled: (asked: Int64, doubled: Int64)?

    package init(profile: DumpProfile, products: Int64) {
        self.profile = profile
        self.products = products
    }

    package static func == (left: DumpOutline, right: DumpOutline) -> Bool {
        left.profile == right.profile && left.products == right.products
            && left.known?.asked == right.known?.asked && left.known?.known == right.known?.known
            && left.doubled?.asked == right.doubled?.asked
            && left.doubled?.doubled == right.doubled?.doubled
    }
}

/// A dump compared with earlier ones. Beyond a limit it is unlike them: half of an export, another
/// marketplace, texts that a scraper lost.
///
/// With five earlier dumps or more, each measure is compared with their median. With fewer, a
/// median means little: the dump is compared with the one that it is most like, within wider
/// limits, and may grow.
///
/// Small dumps vary too much for measures. Whether their products and reviews are known does not
/// depend on their size.
package struct DumpComparison: Equatable, Sendable {
    /// What is compared.
    package enum Measure: String, CaseIterable, Sendable {
        case records
        case products
        case brands
        case meanStar = "mean_star"
        case withoutText = "without_text"
        case knownProducts = "known_products"
        case doubledReviews = "doubled_reviews"
    }
    /// One measure of the comparison.
    package struct Row: Equatable, Sendable {
        package var measure: Measure
        /// Counts, the mean in hundredths of a star, or the share in thousandths. Of known products
        /// and doubled reviews the usual number is that of all that were asked for.
        package var usual: Int64
        package var found: Int64
        /// Beyond the limit.
        package var isUnlike: Bool
    }

    /// Number of newest dumps whose median is compared with.
    package static let runs = 5
    /// The measures of dumps of fewer records are not compared with: they vary too much.
    package static let fewestRecords: Int64 = 50
    /// With fewer products than this, their number varies too much to be limited.
    package static let fewestProducts: Int64 = 10

    package var rows: [Row]
    package var isUnlike: Bool { rows.contains(where: \.isUnlike) }

    /// - Parameter past: Earlier dumps, the newest first.
    /// - Returns: Nil where there is nothing to compare.
    package init?(_ dump: DumpOutline, with past: [DumpOutline]) {
        rows = Self.measures(of: dump, with: past)
        if let (asked, known) = dump.known {
            rows.append(
                Row(
                    measure: .knownProducts, usual: asked, found: known,
                    isUnlike: asked >= Self.fewestProducts && known * Self.fewestKnown < asked))
        }
        if let (asked, doubled) = dump.doubled {
            rows.append(
                Row(
                    measure: .doubledReviews, usual: asked, found: doubled,
                    isUnlike: doubled >= Self.fewestDoubled && doubled * 2 > asked))
        }
        if rows.isEmpty { return nil }
    }

    /// The measures beside those of earlier dumps; none where these are small.
    private static func measures(of dump: DumpOutline, with past: [DumpOutline]) -> [Row] {
        if past.count >= runs {
            let usual = UsualDump(past.prefix(runs))
            return usual.records >= fewestRecords ? DumpLimits.many.rows(dump, usual) : []
        }
        let known = past.filter { $0.profile.records >= fewestRecords }
        let compared = known.map { DumpLimits.few.rows(dump, UsualDump([$0])) }
        return compared.min { left, right in
            left.count(where: \.isUnlike) < right.count(where: \.isUnlike)
        } ?? []
    }

    /// Fewer new reviews that say what a known one says may be by chance.
    static let fewestDoubled: Int64 = 20
    /// One product in so many, at least, was known before; else the source's ids have changed.
    static let fewestKnown: Int64 = 20
}

/// The measures of a usual dump: medians of earlier ones.
private struct UsualDump {
    var records: Int64
    var products: Int64
    var brands: Int64
    var meanHundredths: Int64?
    var withoutTextThousandths: Int64

    init(_ dumps: some Collection<DumpOutline>) {
        func median(_ value: (DumpOutline) -> Int64?) -> Int64? {
            let values = dumps.compactMap(value).sorted()
            return values.isEmpty ? nil : values[values.count / 2]
        }
        records = median(\.profile.records) ?? 0
        products = median(\.products) ?? 0
        brands = median(\.profile.brands) ?? 0
        meanHundredths = median(\.profile.meanHundredths)
        withoutTextThousandths = median(\.profile.withoutTextThousandths) ?? 0
    }
}

/// How far a dump may be from the usual one.
private struct DumpLimits {
    /// Records, products and brands may fall to the usual number divided by this.
    var fall: Int64 = 2
    /// Records may grow to the usual number times this; nil for any growth.
    var growth: Int64?
    /// Greatest difference of the mean, in hundredths of a star.
    var star: Int64
    /// Greatest difference of the share without text, in thousandths.
    var text: Int64

    static let many = DumpLimits(growth: 2, star: 50, text: 200)
    static let few = DumpLimits(growth: nil, star: 100, text: 400)

    func rows(_ dump: DumpOutline, _ usual: UsualDump) -> [DumpComparison.Row] {
        func row(
            _ measure: DumpComparison.Measure, _ usual: Int64, _ found: Int64, isUnlike: Bool
        ) -> DumpComparison.Row {
            DumpComparison.Row(measure: measure, usual: usual, found: found, isUnlike: isUnlike)
        }
        func isFallen(_ found: Int64, _ usual: Int64) -> Bool { found * fall < usual }
        let profile = dump.profile
        let isGrown = growth.map { profile.records > usual.records * $0 } ?? false
        var rows = [
            row(
                .records, usual.records, profile.records,
                isUnlike: isFallen(profile.records, usual.records) || isGrown),
            row(
                .products, usual.products, dump.products,
                isUnlike: usual.products >= DumpComparison.fewestProducts
                    && isFallen(dump.products, usual.products)),
            row(
                .brands, usual.brands, profile.brands,
                isUnlike: isFallen(profile.brands, usual.brands)),
        ]
        if let mean = usual.meanHundredths, let found = profile.meanHundredths {
            rows.append(row(.meanStar, mean, found, isUnlike: abs(found - mean) > star))
        }
        let missing = profile.withoutTextThousandths
        rows.append(
            row(
                .withoutText, usual.withoutTextThousandths, missing,
                isUnlike: abs(missing - usual.withoutTextThousandths) > text))
        return rows
    }
}
