import AfterwordCore
import AfterwordPipeline

/// A column of a list that can be sorted by it.
struct ListColumn<Entry: Sendable>: Sendable {
    /// In addresses: `sort=NAME`, and `sort=-NAME` for the opposite order.
    var name: String
    var label: String
    var isNumber = true
    /// The order that a click chooses first: greatest numbers, or texts from A.
    var isBefore: @Sendable (Entry, Entry) -> Bool

    static func number(
        _ name: String, _ label: String, _ value: @escaping @Sendable (Entry) -> Int64?
    ) -> ListColumn {
        ListColumn(name: name, label: label) { left, right in
            // Entries without the number come last.
            (value(left) ?? .min) > (value(right) ?? .min)
        }
    }

    static func text(
        _ name: String, _ label: String, _ value: @escaping @Sendable (Entry) -> Text
    ) -> ListColumn {
        ListColumn(name: name, label: label, isNumber: false) { value($0) < value($1) }
    }
}

extension [ListColumn<RankedEntry>] {
    static let brands: [ListColumn<RankedEntry>] = [
        .text("brand", "Brand") { $0.id }, .number("impact", "Impact") { impactKey($0) },
        .number("share", "Negative") { $0.distinctNegativeShare?.value },
        .number("new", "New negative") { _ in nil },
        .number("reviews", "Reviews") { $0.counters.reviewCount },
        .number("mean", "Mean") { meanStars($0.counters) },
    ]
    static let products: [ListColumn<RankedEntry>] = [
        .text("product", "Product") { $0.id },
        .text("brand", "Brand") { $0.attributes[.brand] ?? Text([]) },
        .number("impact", "Impact") { impactKey($0) },
        .number("share", "Negative") { $0.negativeShare?.value },
        .number("negatives", "1–2 stars") { $0.counters.negatives },
        .number("reviews", "Reviews") { $0.counters.reviewCount },
        .number("mean", "Mean") { meanStars($0.counters) },
    ]
}

extension ThemeQuery {
    /// The columns of a table of its themes: of a product, how many products say so is no news.
    var themeColumns: [ListColumn<Theme>] {
        var columns = [ListColumn<Theme>].named(asStrengths: strengths)
        if product != nil { columns.removeAll { $0.name == "products" } }
        if brand != nil || product != nil { columns.removeAll { $0.name == "brands" } }
        return columns
    }
}

/// Entries with too few ratings come after those that are ranked.
private func impactKey(_ entry: RankedEntry) -> Int64? { entry.isRanked ? entry.impact : nil }

extension [ListColumn<Theme>] {
    static let themes = named(asStrengths: false)

    /// - Parameter strengths: Whether the themes are named as praise.
    static func named(asStrengths strengths: Bool) -> [ListColumn<Theme>] {
        [
            .text("theme", "Theme") { Text($0.label(strengths)) },
            .number("reviews", "Reviews") { $0.distinctMentions },
            .number("new", "New") { $0.new }, .number("products", "Products") { $0.products },
            .number("brands", "Brands") { $0.brands },
            .number("impact", "Star impact") { $0.starImpact },
        ]
    }
}

/// The order that a request asks for; nil for the list's own.
struct ListOrder {
    private var name: String?
    private var isReversed = false

    init(_ call: Call) {
        guard let asked = call.text("sort") else { return }
        isReversed = asked.hasPrefix("-")
        name = isReversed ? String(asked.dropFirst()) : asked
    }

    /// Sorts a list; entries that are equal stay in the order that they have.
    func sorted<Entry>(_ entries: [Entry], by columns: [ListColumn<Entry>]) -> [Entry] {
        guard let column = columns.first(where: { $0.name == name }) else { return entries }
        return entries.enumerated().sorted { left, right in
            let (l, r) = (left.element, right.element)
            if column.isBefore(l, r) { return !isReversed }
            if column.isBefore(r, l) { return isReversed }
            return left.offset < right.offset
        }.map(\.element)
    }

    /// The heads of columns. A click sorts by one, another click the other way round.
    func heads<Entry>(_ columns: [ListColumn<Entry>], at address: Address) -> [SortHead] {
        columns.map { column in
            let isOwn = column.name == name
            let next = isOwn && !isReversed ? "-" + column.name : column.name
            return SortHead(
                label: column.label, link: address.with("sort", next).text,
                isNumber: column.isNumber, isOwn: isOwn,
                // A number's first order is from the greatest down.
                order: column.isNumber != isReversed ? "descending" : "ascending")
        }
    }

    /// The parameter that chooses an order.
    static func parameter<Entry>(_ columns: [ListColumn<Entry>]) -> Parameter {
        .choice(
            "sort", columns.map(\.name) + columns.map { "-" + $0.name },
            "The column to sort by; with a minus the other way round.")
    }
}

/// The head of a column, with the link that sorts by it.
struct SortHead: PageRow {
    var label: String
    var link: String
    var isNumber: Bool
    /// Whether the list is sorted by it.
    var isOwn: Bool
    var order: String

    static let members: KeyValuePairs<String, Member<SortHead>> = [
        "label": .text { $0.label }, "link": .text { $0.link },
        "is_number": .flag { $0.isNumber }, "order": .maybe { $0.isOwn ? $0.order : nil },
        "is_down": .flag { $0.order == "descending" },
    ]
}

/// A filter with the values that it can have, and how many entries each leaves.
struct Facet: PageRow {
    var title: String
    var options: [FacetOption]

    static let members: KeyValuePairs<String, Member<Facet>> = [
        "title": .text { $0.title }, "options": .rows { $0.options },
    ]

    /// - Parameters:
    ///   - name: The query member that it sets.
    ///   - values: With labels and counts, in the order in which they are shown.
    ///   - chosen: The value that the request has.
    init(
        _ title: String, _ name: String, _ values: [(value: String, label: String, count: Int64)],
        chosen: String?, at address: Address
    ) {
        self.title = title
        options = values.filter { $0.count > 0 || $0.value == chosen }.map { value, label, count in
            FacetOption(
                label: label, count: grouped(count), isChosen: value == chosen,
                link: address.with(name, value == chosen ? nil : value).text)
        }
    }
}

extension Facet {
    /// Writes its numbers as `12+`, unless all entries are counted: each is the least that it
    /// leaves.
    func counted(_ isWhole: Bool) -> Facet {
        var own = self
        if isWhole { return own }
        for place in own.options.indices {
            own.options[place].count = own.options[place].count.map { $0 + "+" }
        }
        return own
    }
}

/// A value of a filter. The link of a chosen one removes it.
struct FacetOption: PageRow {
    var label: String
    /// Nil where it is not counted.
    var count: String?
    var isChosen: Bool
    var link: String

    static let members: KeyValuePairs<String, Member<FacetOption>> = [
        "label": .text { $0.label }, "count": .maybe { $0.count },
        "is_chosen": .flag { $0.isChosen }, "link": .text { $0.link },
    ]
}

/// Which entries of a list a page shows, and the links to its other pages.
struct ListSteps: PageRow {
    var words: String
    var first: String?
    var previous: String?
    var next: String?

    static let members: KeyValuePairs<String, Member<ListSteps>> = [
        "words": .text { $0.words }, "first": .maybe { $0.first },
        "previous": .maybe { $0.previous }, "next": .maybe { $0.next },
    ]

    /// - Parameters:
    ///   - range: The entries shown, from 0.
    ///   - address: The list with its filters, without a page.
    init(_ range: Range<Int>, of total: Int, size: Int, at address: Address, _ call: Call) {
        words =
            range.isEmpty
            ? "\(grouped(total))"
            : "\(grouped(range.lowerBound + 1))–\(grouped(range.upperBound)) of \(grouped(total))"
        // A page is of one run, so that nothing moves while one steps through a list.
        func at(_ first: Int) -> String {
            address.with("cursor", Cursor(run: call.run.run, first: first).text).text
        }
        let start = range.lowerBound
        first = start > size ? address.text : nil
        previous = start == 0 ? nil : start <= size ? address.text : at(start - size)
        next = range.upperBound < total ? at(range.upperBound) : nil
    }
}

extension Call {
    /// The address of a list with the filters of the request, and its moment.
    func listAddress(_ path: String, _ names: [String]) -> Address {
        names.reduce(address(path)) { $0.with($1, text($1)) }
    }

    /// The same without a moment, as `page` takes it. Dumps before the brand or product that it is
    /// filtered by have nothing to show.
    func ownAddress(_ path: String, _ names: [String]) throws -> Address {
        var address = names.reduce(Address(path)) { $0.with($1, text($1)) }
        if names.contains("brand"), let brand = try brandFilter() {
            let scope = Scope(kind: .brand, id: Text(brand))
            address.firstRun = try reader.scopeHistory(of: scope).first?.run ?? 0
        }
        if names.contains("product"), let id = text("product") {
            address.firstRun = try max(
                address.firstRun, reader.products(Text(id)).first?.firstRun ?? 0)
        }
        return address
    }

    /// The entries of the page that the request asks for.
    func range(of total: Int, size: Int) -> Range<Int> {
        Page(first: first, size: size).range(of: total)
    }

    /// What a form of filters sends along: the moment and these members.
    func kept(_ names: [String]) -> [KeptRow] {
        (moment.map { [KeptRow(name: $0.name, value: $0.value)] } ?? [])
            + names.compactMap { name in text(name).map { KeptRow(name: name, value: $0) } }
    }
}

/// Entries of a page of a list.
let listPageSize = 50
