import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// `reviews`: the reviews of a product.
struct ReviewsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reviews", abstract: "List the reviews of a product, newest first.")

    @Argument(help: "The product's id.")
    var product: String
    @OptionGroup var store: ReadOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var page: PageOptions
    @Option(help: "Only reviews of so many stars, 1 to 5.")
    var star: Int?
    @Flag(help: "Deleted reviews too.")
    var deleted = false

    func run() throws {
        let listing = try store.read { reader in
            guard try !reader.products(Text(product)).isEmpty else {
                throw CommandFault(.usage, "no such product")
            }
            return try reviewListing(
                reader, product: Text(product), star: star, withDeleted: deleted, page: page.value)
        }
        if output.json { return Terminal.write(json: listing.entries.map(\.answer)) }
        var table = Table([
            "review": .left, "v": .right, "stars": .right, "created": .left, "title": .left,
            "text": .left,
        ])
        for review in listing.entries {
            let values = review.values
            let day = String(review.times.createdAt.description.prefix(10))
            table.add(
                [
                    cut(printable(review.reviewID.string), to: 36), String(review.version),
                    values.rating.map { decimal($0, of: 10, places: $0 % 10 == 0 ? 0 : 1) } ?? "–",
                    day + (review.times.createdOrigin == .mock ? " mock" : ""),
                    cut(printable(values.title?.string ?? ""), to: 28),
                    cut(printable(values.body?.string ?? ""), to: 48),
                ], isGrey: !review.isLive)
        }
        table.show()
        showFooter(listing, "reviews", hasGrey: false)
    }
}
