import AfterwordCore
import AfterwordPipeline

/// The list of all brands.
struct BrandsPage: PageRow {
    var count: String
    var text: String?
    /// Between which moments its column of new negatives counts.
    var counted: String
    var moments: MomentsRow
    var kept: [KeptRow]
    var table: BrandTable
    var steps: ListSteps
    var all: String
    var exports: Exports

    static let members: KeyValuePairs<String, Member<BrandsPage>> = [
        "count": .text { $0.count }, "q": .maybe { $0.text }, "kept": .rows { $0.kept },
        "counted": .text { $0.counted }, "moments": .row { $0.moments },
        "table": .row { $0.table }, "steps": .row { $0.steps }, "all": .text { $0.all },
        "exports": .row { $0.exports },
    ]
}

private let filters = ["q", "sort", "since"]

/// The columns of the list of brands.
///
/// - Parameter groups: The window's changes by kind and brand; nil where all is new.
func brandColumns(_ groups: [InboxGroup: Int]?) -> [ListColumn<RankedEntry>] {
    [ListColumn<RankedEntry>].brands.map { column in
        guard column.name == "new" else { return column }
        return .number("new", "New negative") { entry in
            groups.map { Int64($0[InboxGroup(kind: .negative, brand: entry.id)] ?? 0) }
        }
    }
}

func brandsPage(_ call: Call) throws -> String {
    var query = RankingQuery()
    query.page = Call.everything
    query.text = call.text("q")
    let all = try rankedBrands(call.reader, query).entries.filter { call.allows($0.id) }
    let window = try call.comparedWindow()
    let groups = window.isFirst ? nil : try call.news(in: window, page: Page(size: 1)).groups
    let columns = brandColumns(groups)
    let order = ListOrder(call)
    let sorted = order.sorted(all, by: columns)
    let range = call.range(of: sorted.count, size: listPageSize)
    let address = call.listAddress("/brands", filters)
    let own = try call.ownAddress("/brands", filters)
    let themes = try BrandThemes(call.reader, ThemeQuery(), brands: sorted[range].map(\.id))
    let page = BrandsPage(
        count: several(Int64(all.count), "brand"), text: call.text("q"),
        counted: window.isFirst
            ? "New negatives are not counted from before the first dump: everything is new."
            : "New negatives: \(window.words).",
        moments: MomentsRow(window, at: own, call), kept: call.kept(["sort", "since"]),
        table: brandTable(
            call, sorted[range], try BrandFacts(call, themes, groups),
            heads: order.heads(columns, at: address)),
        steps: ListSteps(range, of: sorted.count, size: listPageSize, at: address, call),
        all: call.comparing("/brands").text,
        exports: Exports(
            "brands",
            ["q": call.text("q"), "sort": call.text("sort"), "since": call.text("since")], call))
    return try AfterwordServer.page(
        Templates.shared.brands, page, title: "Brands", at: own, call)
}
