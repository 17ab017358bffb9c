package import AfterwordCore
import Foundation
import SwiftCSV

/// A catalog file: attributes of products by product id.
package struct Catalog: Sendable {
    /// The attributes that a catalog row gives for one product.
    package struct Entry: Equatable, Sendable {
        package var product: Text
        package var attributes: [Attribute: Text]
    }

    package var name: String
    package var entries: [Entry]
    /// Names of columns that match no attribute.
    package var ignored: [String]
    /// Number of rows without a product id.
    package var nameless: Int
    fileprivate var bytes: [UInt8]

    /// Names of columns for each attribute, in lower case, with letters and digits only; nil is the
    /// product id.
    private static let columns: [(attribute: Attribute?, names: Set<String>)] = [
        (nil, ["productid", "asin", "childasin", "id", "sku"]),
        (.title, ["title", "name", "producttitle", "productname"]),
        (.brand, ["brand", "productbrand"]),
        (.category, ["category", "productcategory", "maincategory"]),
        (.family, ["family", "parentasin", "parent"]),
        (.price, ["price"]),
        (.owner, ["owner", "manager"]),
        (.unitsSold, ["unitssold", "units", "sales"]),
    ]

    /// Reads a CSV file with a header (comma or semicolon), or a JSON array or lines of objects.
    ///
    /// - Throws: `InputFault.badCatalog` with what is missing; `InputFault.unreadableFile`.
    package init(file path: String) throws {
        name = URL(fileURLWithPath: path).lastPathComponent
        try requireRegularFile(at: path, name: name)
        guard let data = FileManager.default.contents(atPath: path) else {
            throw InputFault.unreadableFile(name, reason: systemReason(errno))
        }
        bytes = Array(data)
        let rows =
            try name.lowercased().hasSuffix(".csv")
            ? Self.csv(data, name) : Self.json(path, name)
        let keys = Set(rows.flatMap(\.keys))
        func attribute(of key: String) -> (isKnown: Bool, attribute: Attribute?) {
            let plain = key.lowercased().filter { $0.isLetter || $0.isNumber }
            let column = Self.columns.first { $0.names.contains(plain) }
            return (column != nil, column?.attribute)
        }
        ignored = keys.filter { !attribute(of: $0).isKnown }.sorted()
        let products = keys.filter { attribute(of: $0) == (true, nil) }
        guard let product = products.first, products.count == 1 else {
            throw InputFault.badCatalog(
                file: name,
                reason: products.isEmpty
                    ? "no column is called product_id or asin"
                    : "several columns name the product: "
                        + products.sorted().joined(separator: ", "))
        }
        nameless = 0
        entries = []
        for row in rows {
            guard let id = row[product].flatMap({ cleaned($0) }) else {
                nameless += 1
                continue
            }
            var attributes: [Attribute: Text] = [:]
            for (key, value) in row {
                guard let named = attribute(of: key).attribute, let text = cleaned(value) else {
                    continue
                }
                attributes[named] = text
            }
            entries.append(Entry(product: id, attributes: attributes))
        }
        guard !entries.isEmpty else {
            throw InputFault.badCatalog(file: name, reason: "no row names a product")
        }
    }

    private static func csv(_ data: Data, _ name: String) throws -> [[String: String]] {
        guard let text = String(data: data, encoding: .utf8) else {
            throw InputFault.badCatalog(file: name, reason: "it is not UTF-8")
        }
        do {
            return try NamedCSV(string: text, loadColumns: false).rows
        } catch {
            throw InputFault.badCatalog(file: name, reason: "it is no CSV with a header")
        }
    }

    private static func json(_ path: String, _ name: String) throws -> [[String: String]] {
        let elements = try firstElements(
            of: DumpFile(
                name: name,
                content: .path(URL(fileURLWithPath: path).resolvingSymlinksInPath().path)),
            count: .max)
        return elements.compactMap(\.members).map { members in
            var row: [String: String] = [:]
            for member in members {
                if let scalar = member.value.scalar {
                    row[member.key] = String(decoding: scalar, as: UTF8.self)
                }
            }
            return row
        }
    }
}

/// Trimmed and in NFC; nil where nothing is left.
private func cleaned(_ value: String) -> Text? {
    let trimmed = value.trimmingCharacters(in: .whitespacesAndNewlines)
    return trimmed.isEmpty ? nil : Text(trimmed.precomposedStringWithCanonicalMapping)
}

/// The result of loading a catalog.
package struct CatalogReport: Sendable {
    package var load: LoadReport
    /// Number of products of the catalog that are in the store.
    package var known: Int
    /// Ids that the store does not know: nothing is stored for them.
    package var unknown: [Text]
    package var ignored: [String]
}

/// Loads the attributes of a catalog, as a run of its own. They outrank those from dumps and
/// reviews; an empty cell clears nothing. Reviews, and when they were observed, stay as they are.
///
/// - Throws: As `loadDump`.
package func loadCatalog(
    _ catalog: Catalog, into store: any ReviewStore, options: LoadOptions,
    surroundings: LoadSurroundings
) throws -> CatalogReport {
    var ids: Set<Text> = []
    try store.read { try $0.forEachPage { ids.formUnion($0.map(\.productID)) } }
    let known = catalog.entries.filter { ids.contains($0.product) }
    var options = options
    options.isCatalog = true
    options.completeness = .none
    options.hasGuards = false
    let dumpIndex = DumpIndex(ReadingRules())
    var digest = StreamDigest()
    digest.add(catalog.bytes[...])
    dumpIndex.files.append(
        IndexedFile(
            record: FileRecord(
                run: 0, name: catalog.name, byteCount: Int64(catalog.bytes.count),
                digest: digest.finish(), shape: "", balance: Balance(), nonstandardLiterals: 0)))
    for entry in known {
        let indexed =
            dumpIndex.products[entry.product] ?? IndexedProduct(kind: nil, file: 0)
        indexed.isOfCatalog = true
        indexed.hasUnreadableIdentity = true
        for (attribute, value) in entry.attributes {
            indexed.attributes[attribute, default: AttributeTally()]
                .add(value, rank: .catalog, sourceTime: nil)
        }
        dumpIndex.products[entry.product] = indexed
    }
    let dump = Dump(name: catalog.name, files: [])
    let request = LoadRequest(
        dump: dump, store: store, options: options, surroundings: surroundings)
    let workers = WorkerPool(threads: options.threads)
    let report = try attempt(request) { try apply(dumpIndex, request, $0, workers) }
    let unknown = Set(catalog.entries.map(\.product)).subtracting(ids)
    return CatalogReport(
        load: report, known: dumpIndex.products.count, unknown: unknown.sorted(),
        ignored: catalog.ignored)
}
