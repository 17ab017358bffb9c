import AfterwordCore
import AfterwordPipeline

/// A request to an endpoint: its checked parameter values and the snapshot that answers it.
struct Call {
    let values: [String: String]
    let reader: any StoreReader
    /// The newest run of the snapshot, or the run selected by `as_of` or `as_observed`.
    let run: RunRecord
    /// Every run in the store, including runs after `run`.
    let allRuns: [RunRecord]
    /// The current instant, from the service's clock.
    let now: Instant
    let limits: ServiceLimits
    /// Brands that the key may read; nil for all brands.
    let brands: Set<Text>?
    /// Whether an empty text on a page is an error, as in tests; otherwise it renders as a dash.
    var refusesEmptyTexts = false
    /// The address of a product in a shop, with `{product_id}` for its id; nil for none.
    var productLink: String?
    /// Whether the caller may record marks of work.
    var recordsWork = false
    /// Whether the caller may record verdicts on dangers.
    var recordsVerdicts = false
    var insightLanguage = Language.english
    /// What an insight costs at most; nil where the caller may have none made.
    var insightPrice: InsightPricer?
    /// What models read in the reviews that a page shows; see `translating`.
    var translations = Translations()
    /// The insight whose quotes are shown, some of which its model translated; nil for none.
    var quoter: InsightRow?
    /// Identifies the requested list; a cursor issued for another list is refused.
    var list = ""

    func text(_ name: String) -> String? { values[name] }
    func number(_ name: String) -> Int64? { values[name].flatMap { Int64($0) } }

    /// The product named in the path, if it exists and the key may read it. `reader` is already
    /// restricted to the key's brands.
    ///
    /// - Throws: A `notFound` problem when there is no such product.
    func productState() throws -> ProductState {
        let id = Text(values["product"] ?? "")
        guard let product = try reader.products(id).first else {
            throw Problem(.notFound, "no such product")
        }
        return product
    }

    func product() throws -> Text { try productState().productID }

    /// The brand named in the path, if it exists and the key may read it.
    ///
    /// - Throws: A `notFound` problem when there is no such brand.
    func brand() throws -> ReviewScope {
        guard let brand = try brandFilter() else { throw Problem(.notFound, "no such brand") }
        try requireBrand(Text(brand))
        return .scope(Scope(kind: .brand, id: Text(brand)))
    }

    /// Throws a `notFound` problem unless the brand exists and the key may read it.
    func requireBrand(_ id: Text) throws {
        guard allows(id), try !reader.scopes([Scope(kind: .brand, id: id)]).isEmpty else {
            throw Problem(.notFound, "no such brand")
        }
    }

    /// Whether the key may read a brand, by its name. Products need no such check: `reader`
    /// contains only products that the key may read.
    func allows(_ brand: Text?) -> Bool {
        brands.map { allowed in brand.map(allowed.contains) ?? false } ?? true
    }

    /// The theme of a short name in force as of the run; nil for none. Themes come and go with
    /// readers and taxonomies, and what people and models said of them stays.
    func aspect(named id: String) -> Lexicon.Aspect? {
        (try? reader.lexicon())?.aspects.first { $0.id == id }
    }

    /// Refuses keys that are restricted to some brands, for answers that are not filtered by brand.
    func requireAll() throws {
        guard brands == nil else { throw Problem(.notFound, "not for a key of some brands") }
    }

    var pageSize: Int { number("limit").map(Int.init) ?? limits.defaultPageSize }
    /// Where the page begins, as the cursor says; 0 without one.
    var first: Int { values["cursor"].flatMap { Cursor($0) }?.first ?? 0 }

    /// One page of a list: `items`, `total`, and in `next` the cursor of the following page or
    /// null.
    ///
    /// - Throws: A `conflict` problem when the request's cursor was issued for another list.
    func page<Entry>(_ all: [Entry], _ json: (Entry) throws -> JSONValue) throws -> JSONValue {
        let start = min(first, all.count)
        let end = min(all.count, start + pageSize)
        return try page(Array(all[start..<end]), from: start, of: all.count, json)
    }

    private func page<Entry>(
        _ entries: [Entry], from start: Int, of total: Int, _ json: (Entry) throws -> JSONValue
    ) throws -> JSONValue {
        try checkCursor()
        let end = start + entries.count
        let next = end < total ? Cursor(run: run.run, first: end, list: list).text : nil
        return .row([
            "items": .array(try entries.map(json)), "total": JSONValue(total),
            "next": JSONValue(next),
        ])
    }

    /// The page that the request asks for.
    var page: Page { Page(first: first, size: pageSize) }

    /// The same of a listing that was read for `page`.
    func page<Entry>(
        _ listing: Listing<Entry>, _ json: (Entry) throws -> JSONValue
    ) throws -> JSONValue {
        try page(listing.entries, from: listing.first, of: listing.total, json)
    }

    /// - Throws: A `conflict` problem when the request's cursor was issued for another list.
    func checkCursor() throws {
        if let cursor = values["cursor"].flatMap({ Cursor($0) }), cursor.list != list {
            throw Problem(.conflict, "cursor: is of another list")
        }
    }

    /// Reads an entire listing, which `page` then cuts into pages.
    static let everything = Page(number: 1, size: .max)
}
