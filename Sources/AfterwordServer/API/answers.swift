import AfterwordCore
import AfterwordPipeline

/// The products that match the filters, each with the number of issues that its insight names.
@Sendable func productList(_ call: Call) throws -> JSONValue {
    var query = RankingQuery()
    query.page = Call.everything
    query.order = call.text("sort").flatMap { RankingOrder(rawValue: $0) } ?? .impact
    query.brand = try call.brandFilter()
    query.category = try call.scopeFilter(.category)
    query.text = call.text("q")
    var issues: [Text: Int64] = [:]
    for row in try call.reader.insights(of: nil) {
        if case .product(let id) = row.scope { issues[id] = row.issueCount }
    }
    let family = try call.scopeFilter(.family).map { Text($0) }
    let entries = try rankedProducts(call.reader, query).entries.filter { entry in
        (family == nil || entry.attributes[.family] == family) && isWanted(entry, call)
    }
    return try call.page(entries) { entry in
        ListedProduct.form.json(ListedProduct(entry: entry, issueCount: issues[entry.id]))
    }
}

/// Whether an entry's mean rating passes the `rating_min`, `rating_max` and `sentiment` filters. An
/// entry without ratings passes none of them.
func isWanted(_ entry: RankedEntry, _ call: Call) -> Bool {
    let mean = meanStars(entry.counters)
    if let least = call.number("rating_min"), (mean ?? -1) < least * 1_000 { return false }
    if let most = call.number("rating_max"), (mean ?? .max) > most * 1_000 { return false }
    guard let sentiment = call.text("sentiment") else { return true }
    guard let mean else { return false }
    // Round the mean to whole stars, halves up.
    switch (mean + 500) / 1_000 {
    case 4...: return sentiment == "positive"
    case 3: return sentiment == "neutral"
    default: return sentiment == "negative"
    }
}

/// Brands that match `q`, in the requested order; not yet restricted to the key's brands.
func brandEntries(_ call: Call) throws -> [RankedEntry] {
    var query = RankingQuery()
    query.page = Call.everything
    query.order = call.text("sort").flatMap { RankingOrder(rawValue: $0) } ?? .impact
    query.text = call.text("q")
    return try rankedBrands(call.reader, query).entries
}

/// The brands named in `brands`, in that order.
///
/// - Throws: A `notFound` problem unless all of them exist and the key may read them.
@Sendable func compare(_ call: Call) throws -> JSONValue {
    let names = try (call.text("brands") ?? "").split(separator: ",").map { name in
        Text(
            try call.named { try resolveBrand(String(name), in: call.reader, allows: call.allows) })
    }
    let entries = try brandEntries(call)
    let found = names.compactMap { name in
        entries.first { $0.id == name && call.allows(name) }
    }
    guard found.count == names.count else { throw Problem(.notFound, "no such brand") }
    return try call.page(found) { $0.json("brand") }
}

/// The scope of a theme request: one product, one brand, or everything that the key may read.
///
/// - Throws: A `notFound` problem when the product or brand does not exist for this key. An empty
///   answer would read as an all-clear.
func themeQuery(_ call: Call) throws -> ThemeQuery {
    var query = ThemeQuery()
    query.brand = try call.brandFilter()
    query.product = call.text("product").map { Text($0) }
    query.strengths = call.text("side") == "strengths"
    if let product = query.product {
        guard try !call.reader.products(product).isEmpty else {
            throw Problem(.notFound, "no such product")
        }
    } else if let brand = query.brand {
        try call.requireBrand(Text(brand))
    }
    return query
}

/// What changed in a scope between two moments; by default, what the newest dump changed.
func shift(_ call: Call, _ scope: ReviewScope) throws -> JSONValue {
    let window = try call.window(since: "from")
    do {
        let found = try AfterwordPipeline.changes(call.reader, of: scope, in: window)
        return .row(["item": found.json(limit: call.number("limit").map(Int.init) ?? 10)])
    } catch ChangeFault.backwards {
        throw Problem(.conflict, "from: is the earlier run")
    } catch ChangeFault.noSuchScope {
        throw Problem(.notFound, "nothing of it was there")
    }
}

extension Call {
    /// The window given by the parameters; by default, the window of the newest dump.
    ///
    /// - Throws: A `notFound` problem for a moment without a run, a `conflict` problem for a
    ///   backwards window.
    func window(since name: String = "since") throws -> DumpWindow {
        let (since, to) = (text(name).flatMap { Moment($0) }, text("to").flatMap { Moment($0) })
        do {
            return try reader.runs().dumps.window(since: since, to: to)
        } catch let fault as AsOfFault where fault.isUnreadable {
            throw Problem(.notFound, "\(name): \(fault.words)")
        } catch AsOfFault.backwards {
            throw Problem(.conflict, "\(name): \(AsOfFault.backwards.words)")
        } catch let fault as AsOfFault {
            throw Problem(.notFound, "\(name): \(fault.words)")
        }
    }

    /// The inbox of a window as far as the key may read it, and what the dump covers.
    func news(
        in asked: DumpWindow? = nil, of filter: InboxFilter = InboxFilter(), page: Page
    ) throws -> CoveredInbox {
        try coveredInbox(
            reader, in: asked ?? window(), of: filter, isOfAll: brands == nil, page: page)
    }

    /// The brand that the `brand` parameter names, matched exactly or ignoring case; nil when it is
    /// absent.
    func brandFilter() throws -> String? {
        try named { try text("brand").map { try resolveBrand($0, in: reader, allows: allows) } }
    }

    /// The category or family that a parameter names, matched like `brandFilter`.
    func scopeFilter(_ kind: ScopeKind) throws -> String? {
        try text(kind.rawValue).map { name in
            let scope = ReviewScope.scope(Scope(kind: kind, id: Text(name)))
            return try named { try resolve(scope, in: reader, allows: allows).id.string }
        }
    }

    /// Runs `body`; an unknown or ambiguous name becomes a `notFound` problem.
    func named<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let fault as ScopeNameFault {
            throw Problem(.notFound, fault.words)
        }
    }
}
