import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// `brands`: lists brands by impact.
struct BrandsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "brands",
        abstract: "List brands, those with most avoidable harm first.",
        discussion: """
            Impact is the number of one- and two-star reviews beyond what the rest of the \
            portfolio would lead one to expect, drawn towards that by ten expected ratings. A \
            brand with fewer than 10 ratings is not ranked. A review that is shown under several \
            products is one distinct review: the negative share counts it once, all else as often \
            as it is shown.
            """)

    @OptionGroup var store: ReadOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var page: PageOptions
    @OptionGroup var arguments: RankingArguments

    func run() throws {
        let listing = try store.read { reader in
            try rankedBrands(reader, arguments.query(page.value))
        }
        if output.json {
            return Terminal.write(json: listing.entries.map { $0.json("brand") })
        }
        var table = Table([
            "brand": .left, "impact": .right, "products": .right, "reviews": .right,
            "distinct": .right, "mean": .right, "negative (95 %)": .right,
        ])
        for entry in listing.entries {
            table.add(
                [
                    printable(entry.id.string),
                    entry.isRanked ? decimal(entry.impact, of: 1_000_000, places: 1) : "*",
                    grouped(entry.productCount), grouped(entry.counters.reviewCount),
                    entry.distinct.map { grouped($0.count) } ?? "–", stars(entry.counters),
                    percent(entry.distinctNegativeShare),
                ], isGrey: !entry.isRanked)
        }
        table.show()
        showFooter(listing, "brand", hasGrey: listing.entries.contains { !$0.isRanked })
    }
}
