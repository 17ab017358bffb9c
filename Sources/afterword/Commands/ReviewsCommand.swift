import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// `reviews`: lists the reviews of a product.
struct ReviewsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reviews", abstract: "List the reviews of a product, newest first.",
        discussion: """
            By the source's times where every review has one; else by the run that brought a \
            review, which then stands in place of its time.
            """)

    @Argument(help: "The product's id.")
    var product: String
    @OptionGroup var store: ReadOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var page: PageOptions
    @Option(help: "Only reviews of so many stars, 1 to 5.")
    var star: Int?
    @Flag(help: "Deleted reviews too.")
    var deleted = false

    func validate() throws {
        guard star.map({ (1...5).contains($0) }) ?? true else {
            throw ValidationError("--star is 1, 2, 3, 4 or 5")
        }
    }

    /// The day of the source; that of an estimate behind "~"; the run where the source says none.
    private static func created(_ review: ListedReview) -> String {
        switch review.times.createdOrigin {
        case .source: review.times.createdAt.day
        case .estimated: "~\(review.times.createdAt.day)"
        case .mock: "run \(review.run)"
        }
    }

    /// What models say of the whole text, in few words.
    private static func read(_ review: ListedReview) -> String {
        let words = Set(review.modelReadings.map(\.enrichment.sentiment.rawValue))
        return words.isEmpty ? "–" : words.sorted().joined(separator: ", ")
    }

    func run() throws {
        let listing = try store.read { reader in
            let id = try resolveScope(reader, "product:\(product)").id
            return try reviewListing(
                reader, product: id, star: star, withDeleted: deleted, page: page.value)
        }
        if output.json { return Terminal.write(json: listing.entries.map(\.answer)) }
        let isRead = listing.entries.contains { !$0.modelReadings.isEmpty }
        var table =
            isRead
            ? Table([
                "review": .left, "v": .right, "stars": .right, "model": .left, "created": .left,
                "title": .text, "text": .text,
            ])
            : Table([
                "review": .left, "v": .right, "stars": .right, "created": .left, "title": .text,
                "text": .text,
            ])
        for review in listing.entries {
            let values = review.values
            table.add(
                [
                    printable(review.reviewID.string), String(review.version),
                    values.rating.map { decimal($0, of: 10, places: $0 % 10 == 0 ? 0 : 1) } ?? "–",
                ] + (isRead ? [Self.read(review)] : []) + [
                    Self.created(review),
                    printable(values.title?.string ?? ""),
                    printable(values.body?.string ?? ""),
                ], isGrey: !review.isLive)
        }
        table.show()
        showFooter(listing, "review", hasGrey: false)
    }
}
