import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// `products`: lists products by impact.
struct ProductsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "products",
        abstract: "List products, those with most avoidable harm first.",
        discussion: """
            Impact is the number of one- and two-star reviews beyond what the rest of the \
            product's brand (or the portfolio) would lead one to expect, drawn towards that by \
            ten expected ratings. A product with fewer than 3 ratings is not ranked.
            """)

    @OptionGroup var store: ReadOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var page: PageOptions
    @OptionGroup var arguments: RankingArguments
    @Option(help: "Only products of this brand.")
    var brand: String?
    @Option(help: "Only products of this category.")
    var category: String?

    func run() throws {
        var query = arguments.query(page.value)
        let listing = try store.read { reader in
            query.brand = try brand.map { try resolveBrand($0, in: reader) }
            query.category = try category.map {
                try resolveScope(reader, "category:\($0)").id.string
            }
            return try rankedProducts(reader, query)
        }
        if output.json {
            return Terminal.write(json: listing.entries.map { $0.json("product_id") })
        }
        var table = Table([
            "product": .left, "brand": .left, "impact": .right, "reviews": .right,
            "mean": .right, "negative (95 %)": .right, "title": .text,
        ])
        for entry in listing.entries {
            table.add(
                [
                    printable(entry.id.string),
                    printable(entry.attributes[.brand]?.string ?? "–"),
                    entry.isRanked ? decimal(entry.impact, of: 1_000_000, places: 1) : "*",
                    grouped(entry.counters.reviewCount), stars(entry.counters),
                    percent(entry.negativeShare),
                    printable(entry.attributes[.title]?.string ?? ""),
                ], isGrey: !entry.isRanked)
        }
        table.show()
        showFooter(listing, "product", hasGrey: listing.entries.contains { !$0.isRanked })
    }
}
