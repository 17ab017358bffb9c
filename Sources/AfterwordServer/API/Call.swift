import AfterwordCore
import AfterwordPipeline

/// A request to an endpoint, its parameters read, on the snapshot it is answered from.
struct Call {
    let values: [String: String]
    let reader: any StoreReader
    /// The newest run of the snapshot, or that of the moment asked for.
    let run: RunRecord
    /// Every run there is, later ones too.
    let allRuns: [RunRecord]
    let now: Instant
    let limits: ServiceLimits
    /// Brands that the key may see; nil for all.
    let brands: Set<Text>?
    /// Whether a page with an empty text is a failure, as in tests; else the text shows as a dash.
    var refusesEmptyTexts = false
    /// Which list is asked for: a cursor of another one is refused.
    var list = ""

    func text(_ name: String) -> String? { values[name] }
    func number(_ name: String) -> Int64? { values[name].flatMap { Int64($0) } }

    /// The product of the path, if it is there and the key may see it: `reader` holds no other.
    func productState() throws -> ProductState {
        let id = Text(values["product"] ?? "")
        guard let product = try reader.products(id).first else {
            throw Problem(.notFound, "no such product")
        }
        return product
    }

    func product() throws -> Text { try productState().productID }

    /// The brand of the path, if it is there and the key may see it.
    func brand() throws -> ReviewScope {
        guard let brand = try brandFilter() else { throw Problem(.notFound, "no such brand") }
        try requireBrand(Text(brand))
        return .scope(Scope(kind: .brand, id: Text(brand)))
    }

    func requireBrand(_ id: Text) throws {
        guard allows(id), try !reader.scopes([Scope(kind: .brand, id: id)]).isEmpty else {
            throw Problem(.notFound, "no such brand")
        }
    }

    /// Whether the key may see a brand by its name. Products need no such question: `reader` holds
    /// those that it may see.
    func allows(_ brand: Text?) -> Bool {
        brands.map { allowed in brand.map(allowed.contains) ?? false } ?? true
    }

    /// What is not narrowed to a brand is for keys that see all.
    func requireAll() throws {
        guard brands == nil else { throw Problem(.notFound, "not for a key of some brands") }
    }

    var pageSize: Int { number("limit").map(Int.init) ?? limits.defaultPageSize }
    private var first: Int { values["cursor"].flatMap { Cursor($0) }?.first ?? 0 }

    /// A page of a list, with where it goes on.
    func page<Entry>(_ all: [Entry], _ json: (Entry) throws -> JSONValue) throws -> JSONValue {
        if let cursor = values["cursor"].flatMap({ Cursor($0) }), cursor.list != list {
            throw Problem(.badParameter, "cursor: is of another list")
        }
        let start = min(first, all.count)
        let end = min(all.count, start + pageSize)
        let next = end < all.count ? Cursor(run: run.run, first: end, list: list).text : nil
        return .row([
            "items": .array(try all[start..<end].map(json)), "total": JSONValue(all.count),
            "next": JSONValue(next),
        ])
    }

    /// The whole of what a listing may hold, to be paged by `page`.
    static let everything = Page(number: 1, size: .max)
}
