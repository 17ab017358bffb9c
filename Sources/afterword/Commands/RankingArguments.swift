import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// How `products` and `brands` rank, and what.
struct RankingArguments: ParsableArguments {
    @Option(help: "By impact, reviews, negatives, rating (worst first) or id.")
    var sort: RankingOrder = .impact

    @Option(help: "Fewest reviews.")
    var minReviews: Int64 = 1

    @Option(help: "Part of the id, title or brand, in any case.")
    var text: String?

    /// The ranking query that the arguments describe.
    func query(_ page: Page) -> RankingQuery {
        var query = RankingQuery()
        query.order = sort
        query.page = page
        query.text = text
        query.minimumReviews = minReviews
        return query
    }
}

extension RankingOrder: ExpressibleByArgument {}

/// Prints which part of a list is shown, below its table.
///
/// - Parameter noun: The singular name of an entry.
/// - Parameter plural: Its plural; nil for the regular form.
/// - Parameter hasGrey: Whether the table has unranked rows, which need a footnote.
func showFooter<Entry>(
    _ listing: Listing<Entry>, _ noun: String, plural: String? = nil, hasGrey: Bool
) {
    let last = listing.first + listing.entries.count
    let range = listing.entries.isEmpty ? "none" : "\(listing.first + 1)–\(last)"
    let reviews = listing.reviewCount.map { " in \(several($0, "review"))" } ?? ""
    print(Terminal.grey("\(range) of \(several(listing.total, noun, plural: plural))\(reviews)"))
    if listing.unlikely > 0 {
        print(
            Terminal.grey(
                several(
                    listing.unlikely, "more, probably not a danger",
                    plural: "more, probably not dangers")))
    }
    if hasGrey { print(Terminal.grey("* too few ratings to be ranked")) }
}
