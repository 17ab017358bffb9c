import AfterwordCore
import AfterwordPipeline

/// What the page shows, as the templates take it. Everything is a text here; the templates escape.
typealias Fields = [String: Any]

func overview(_ call: Call) throws -> String {
    let runs = try call.reader.runs()
    let read = try readableReviews(call)
    let since = runs.beforeNewestDump
    let inbox = try AfterwordPipeline.inbox(call.reader, since: since, page: Call.everything)
        .entries.filter { call.allows($0.brand) && $0.kind != .resolved }
    let isFirst = since == 0
    // Of a first dump everything is new: the worst of it, not all of it.
    let shown = inbox.prefix(isFirst ? 6 : 8)
    let brands = try brandRows(call, read)
    let themes = countThemes(read, strengths: false, lexicon: .first)
    let products = try productEntries(call)
    let cursor = call.text("cursor").flatMap { Cursor($0) }?.first ?? 0
    let start = min(cursor, products.count)
    let end = min(start + productsOfPage, products.count)
    var fields: Fields = [
        "inbox": shown.map { inboxFields($0, call) }, "inbox_empty": inbox.isEmpty,
        "inbox_more": inbox.count > shown.count ? grouped(Int64(inbox.count)) : "",
        "is_first": isFirst, "since": since,
        "brands": Array(brands.prefix(brandsOfPage)), "brand_count": grouped(Int64(brands.count)),
        "themes": themes.prefix(themesOfPage).map { themeFields($0, call) },
        "themes_empty": themes.isEmpty,
        "products": try products[start..<end].map { try productFields($0, call) },
        "product_count": grouped(Int64(products.count)), "products_empty": products.isEmpty,
        "q": call.text("q") ?? "", "brand_filter": call.text("brand") ?? "",
    ]
    for sentiment in ["positive", "neutral", "negative"] {
        fields["is_\(sentiment)"] = call.text("sentiment") == sentiment
    }
    if end < products.count {
        fields["next"] = link("/", call, cursor: Cursor(run: call.run.run, first: end))
    }
    if start > 0 {
        let before = max(0, start - productsOfPage)
        fields["previous"] = link("/", call, cursor: Cursor(run: call.run.run, first: before))
    }
    return try page("overview", "What customers say", fields, call)
}

private let productsOfPage = 24
private let brandsOfPage = 20
private let themesOfPage = 12
private let cardsOfPage = 8

func brandPage(_ call: Call) throws -> String {
    let scope = try call.brand()
    guard let entry = try rankedBrand(call.reader, scope.id) else {
        throw Problem(.notFound, "no such brand")
    }
    let insight = try call.reader.insights(of: scope).first
    let mine = call.with(["brand": scope.id.string])
    var query = ThemeQuery()
    query.brand = scope.id.string
    let read = try readReviews(call.reader, query)
    var fields = countFields(entry)
    fields["name"] = scope.id.string
    fields["cards"] = try insight.map { try cardFields($0, call, brand: scope.id) } ?? []
    fields["told_by"] = insight.map { "\($0.model), of reviews as of run \($0.evidenceRun)" } ?? ""
    fields["has_insight"] = insight != nil
    fields["themes"] = countThemes(read, strengths: false, lexicon: .first)
        .map { themeFields($0, mine) }
    fields["products"] = try productEntries(mine).prefix(productsOfPage)
        .map { try productFields($0, call) }
    fields["moved"] = try movedFields(scope, call)
    fields["spark"] = try sparkline(.brand, scope.id, call)
    return try page("brand", scope.id.string, fields, call)
}

func themePage(_ call: Call) throws -> String {
    let query = try themeQuery(call)
    guard let aspect = Lexicon.first.aspects.first(where: { $0.id == call.text("theme") }),
        let found = try themeReviews(
            call.reader, aspect: aspect.id, query, page: Page(number: 1, size: 100))
    else { throw Problem(.notFound, "no such theme") }
    let fields: Fields = [
        "name": aspect.label, "brand": query.brand ?? "", "total": grouped(Int64(found.total)),
        "reviews": found.entries.map { entry -> Fields in
            var fields = reviewFields(entry.review.listed, call)
            fields["quote"] = entry.quote
            fields["language"] = entry.language.rawValue
            fields["is_new"] = entry.isNew
            return fields
        }, "empty": found.total == 0,
    ]
    return try page("theme", aspect.label, fields, call)
}

func productPage(_ call: Call) throws -> String {
    let id = try call.product()
    guard let answer = try productAnswer(call.reader, id) else {
        throw Problem(.notFound, "no such product")
    }
    let insight = try call.reader.insights(of: .product(id)).first
    var fields = countFields(answer.entry)
    fields["name"] = id.string
    fields["title"] = answer.entry.attributes[.title]?.string ?? ""
    fields["brand"] = answer.entry.attributes[.brand]?.string ?? ""
    fields["brand_link"] =
        answer.entry.attributes[.brand]
        .map { link("/brands/\(encoded($0.string))", call) } ?? ""
    fields["cards"] = try insight.map { try cardFields($0, call, brand: nil) } ?? []
    fields["has_insight"] = insight != nil
    fields["told_by"] = insight.map { "\($0.model), of reviews as of run \($0.evidenceRun)" } ?? ""
    let months = answer.months?.suffix(24) ?? []
    let most = max(1, months.map(\.counters.reviewCount).max() ?? 1)
    fields["months"] = months.map { month -> Fields in
        [
            "month": "\(month.key.month / 100)-\(padded(Int(month.key.month % 100), 2))",
            "count": grouped(month.counters.reviewCount),
            "negative": grouped(month.counters.negatives),
            "height": month.counters.reviewCount * 60 / most,
            "bad": month.counters.negatives * 60 / most,
        ]
    }
    fields["no_source_time"] = months.isEmpty
    fields["runs"] = answer.runs.suffix(12).map { row -> Fields in
        [
            "run": row.run, "count": grouped(row.row.counters.reviewCount),
            "mean": stars(row.row.counters),
        ]
    }
    let reviews = try reviewListing(
        call.reader, product: id, star: nil, withDeleted: false, page: Page(number: 1, size: 50))
    fields["reviews"] = reviews.entries.map { reviewFields($0, call) }
    fields["review_total"] = grouped(Int64(reviews.total))
    fields["csv"] = "/csv/reviews.csv?product=\(encoded(id.string))\(moment(call, "&"))"
    return try page("product", id.string, fields, call)
}

func reviewPage(_ call: Call) throws -> String {
    let product = try call.product()
    let rows = try call.reader.history(
        ofProduct: product, review: Text(call.text("review") ?? ""))
    guard !rows.isEmpty else { throw Problem(.notFound, "no such review") }
    let fields: Fields = [
        "name": call.text("review") ?? "", "product": product.string,
        "product_link": link("/products/\(encoded(product.string))", call),
        "versions": rows.reversed().map { row -> Fields in
            [
                "version": row.version, "operation": row.operation.rawValue, "run": row.run,
                "observed": day(row.observedAt), "stars": starText(row.values),
                "title": row.values.title?.string ?? "", "body": row.values.body?.string ?? "",
                "changed": row.changedFields.names.joined(separator: ", "),
                "digest": String(row.rowDigest.description.prefix(16)),
            ]
        },
    ]
    return try page("review", "Review", fields, call)
}

// MARK: Parts

/// The live reviews that the key may see, with what the lexicon reads in them.
private func readableReviews(_ call: Call) throws -> [ReadReview] {
    try readReviews(call.reader, ThemeQuery()).filter { call.allows($0.brand) }
}

private func brandRows(_ call: Call, _ read: [ReadReview]) throws -> [Fields] {
    let reviews = Dictionary(grouping: read, by: { $0.brand })
    let history = Dictionary(
        grouping: try call.reader.scopeHistory().filter { $0.row.scope.kind == .brand },
        by: \.row.scope.id)
    let since = try call.reader.runs().beforeNewestDump
    return try brandEntries(call).filter { call.allows($0.id) && $0.isRanked }.map { entry in
        var fields = countFields(entry)
        let rows = history[entry.id] ?? []
        let before = rows.last { $0.run <= since }?.row.counters.negatives
        let change = entry.counters.negatives - (before ?? 0)
        fields["name"] = entry.id.string
        fields["link"] = link("/brands/\(encoded(entry.id.string))", call)
        fields["change"] = since == 0 ? "" : (change > 0 ? "+" : "") + grouped(change)
        fields["is_worse"] = since > 0 && change > 0
        let top = countThemes(reviews[entry.id] ?? [], strengths: false, lexicon: .first).first
        fields["top"] = top?.aspect.label ?? ""
        fields["spark"] = spark(rows.map(\.row.counters))
        return fields
    }
}

func productEntries(_ call: Call) throws -> [RankedEntry] {
    var query = RankingQuery()
    query.page = Call.everything
    query.brand = call.text("brand")
    query.text = call.text("q")
    return try rankedProducts(call.reader, query).entries.filter {
        call.allows($0.attributes[.brand]) && isWanted($0, call)
    }
}

private func countFields(_ entry: RankedEntry) -> Fields {
    let counters = entry.counters
    let most = max(1, counters.stars.max() ?? 1)
    return [
        "reviews_count": grouped(counters.reviewCount), "mean": stars(counters),
        "negative": percent(entry.negativeShare), "interval": interval(entry.negativeShare),
        "impact": entry.isRanked ? fixed(entry.impact, of: 1_000_000, places: 1) : "–",
        "is_grey": !entry.isRanked, "products_count": grouped(entry.productCount),
        "histogram": (1...5).reversed().map { star -> Fields in
            [
                "star": star, "count": grouped(counters.stars[star - 1]),
                "width": counters.stars[star - 1] * 200 / most, "is_bad": star <= 2,
            ]
        },
    ]
}

private func productFields(_ entry: RankedEntry, _ call: Call) throws -> Fields {
    var fields = countFields(entry)
    fields["name"] = entry.id.string
    fields["title"] = entry.attributes[.title]?.string ?? ""
    fields["brand"] = entry.attributes[.brand]?.string ?? ""
    fields["link"] = link("/products/\(encoded(entry.id.string))", call)
    return fields
}

private func themeFields(_ theme: Theme, _ call: Call) -> Fields {
    let brand = call.text("brand").map { "brand=\(encoded($0))" } ?? ""
    return [
        "label": theme.aspect.label, "mentions": grouped(theme.mentions),
        "new": grouped(theme.new), "products": grouped(Int64(theme.products.count)),
        "brands": grouped(Int64(theme.brands.count)),
        "languages": theme.languages.sorted().joined(separator: " "),
        "impact": theme.starImpact.map { fixed($0, of: 1_000_000, places: 3) } ?? "–",
        "link": link("/themes/\(theme.aspect.id)", call, query: brand),
    ]
}

private func inboxFields(_ entry: InboxEntry, _ call: Call) -> Fields {
    var fields = reviewFields(entry.review.listed, call)
    fields["kind"] = entry.kind.rawValue
    fields["is_safety"] = entry.kind == .safety
    fields["hazard"] = entry.hazard?.replacing("_", with: " ") ?? ""
    fields["brand"] = entry.brand?.string ?? ""
    fields["quote"] = entry.quote
    fields["themes"] = entry.themeLabels.joined(separator: ", ")
    return fields
}

private func reviewFields(_ review: ListedReview, _ call: Call) -> Fields {
    let (product, id) = (review.productID.string, review.reviewID.string)
    return [
        "stars": starText(review.values), "product": product, "review": id,
        "title": review.values.title?.string ?? "", "body": review.values.body?.string ?? "",
        "version": review.version,
        "link": link("/reviews/\(encoded(product))/\(encoded(id))", call),
        "product_link": link("/products/\(encoded(product))", call),
    ]
}

/// Issue cards of a stored insight: its numbers and its verified quotes.
private func cardFields(_ row: InsightRow, _ call: Call, brand: Text?) throws -> [Fields] {
    let document = try? JSONValue(parsing: Array(row.document.utf8))
    return (document?["issues"]?.elements ?? []).prefix(cardsOfPage).map { item -> Fields in
        func number(_ name: String) -> Int64 { item[name]?.integer ?? 0 }
        let share = Share(
            value: number("share_millionths"), low: number("share_low_millionths"),
            high: number("share_high_millionths"))
        let aspect = item["aspect"]?.text ?? ""
        let known = Lexicon.first.aspects.contains { $0.id == aspect }
        let query = brand.map { "brand=\(encoded($0.string))" } ?? ""
        return [
            "label": item["label"]?.text ?? "", "mentions": several(number("mentions"), "review"),
            "share": percent(share), "interval": interval(share),
            "is_grey": number("mentions") < MinimumSupport.product,
            "products": several(number("products"), "product"), "route": item["route"]?.text ?? "",
            "severity": item["severity"]?.text ?? "", "polarity": item["polarity"]?.text ?? "",
            "languages": (item["languages"]?.elements ?? []).compactMap(\.text)
                .joined(separator: " "),
            "link": known ? link("/themes/\(aspect)", call, query: query) : "",
            "quotes": (item["quotes"]?.elements ?? []).prefix(3).map { quote -> Fields in
                let (product, review) = (
                    quote["product_id"]?.text ?? "", quote["review_id"]?.text ?? ""
                )
                return [
                    "text": quote["quote"]?.text ?? "",
                    "stars": quote["star"]?.integer.map { "\($0) ★" } ?? "–",
                    "language": quote["language"]?.text ?? "",
                    "check": quote["check"]?.text ?? "",
                    "link": link("/reviews/\(encoded(product))/\(encoded(review))", call),
                ]
            },
        ]
    }
}

/// What the newest dump moved, with the reviews that did.
private func movedFields(_ scope: ReviewScope, _ call: Call) throws -> Fields {
    let runs = try call.reader.runs()
    let to = runs.newestDump?.run ?? 0
    guard to > 1, let found = try? changes(call.reader, of: scope, from: to - 1, to: to),
        !found.movements.isEmpty
    else { return ["is_none": true, "list": [Fields]()] }
    let attribution = found.attribution
    func part(_ numerator: Int128?) -> String {
        guard let attribution, let numerator else { return "–" }
        let millionths = attribution.millionths(numerator)
        return (millionths > 0 ? "+" : "") + fixed(millionths, of: 1_000_000, places: 4)
    }
    return [
        "is_none": false, "from": to - 1, "to": to, "before": stars(found.before),
        "after": stars(found.after), "change": part(attribution?.change),
        "list": found.movements.prefix(6).map { moved -> Fields in
            var fields = reviewFields(moved.review.listed, call)
            fields["reason"] = moved.movement.reason.rawValue
            fields["part"] = part(moved.part)
            return fields
        },
    ]
}

private func sparkline(_ kind: ScopeKind, _ id: Text, _ call: Call) throws -> String {
    let rows = try call.reader.scopeHistory(of: Scope(kind: kind, id: id))
    return spark(rows.map(\.row.counters))
}

/// Points of a line through means, 0–100 wide and 24 high; nothing of fewer than two. From the least to the greatest, but never
/// less than half a star: noise is not to look like a trend.
private func spark(_ counters: [Counters]) -> String {
    let means = counters.compactMap { meanStars($0) }
    guard let least = means.min(), let most = means.max(), means.count > 1 else { return "" }
    let span = max(most - least, 500)
    let bottom = (least + most - span) / 2
    return means.enumerated().map { index, mean in
        "\(2 + index * 96 / (means.count - 1)),\(22 - (mean - bottom) * 20 / span)"
    }.joined(separator: " ")
}
