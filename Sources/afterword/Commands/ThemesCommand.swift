import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// Of which reviews themes are told.
struct ThemeArguments: ParsableArguments {
    @OptionGroup var store: ReadOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "Only products of this brand.")
    var brand: String?
    @Option(help: "Only this product.")
    var product: String?

    /// Names matched exactly or without case.
    func query(_ reader: any StoreReader) throws -> ThemeQuery {
        var query = ThemeQuery()
        query.brand = try brand.map { try resolveBrand($0, in: reader) }
        query.product = try product.map { try resolveScope(reader, "product:\($0)").id }
        return query
    }
}

/// `themes`: what reviews complain of, across products and languages.
struct ThemesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "themes",
        abstract: "What reviews complain of, or praise, across products and languages.",
        discussion: """
            Found by a lexicon in eight languages, without a model. A complaint counts in a review of \
            up to three stars; in one of four or five it is counted apart, as mixed. Star impact is \
            what the mean would gain without these reviews. New is what the newest dump brought. \
            Complaints that the lexicon does not know stand below, by the words their reviews share.
            """)

    @OptionGroup var arguments: ThemeArguments
    @Flag(help: "What is praised.")
    var strengths = false

    func run() throws {
        let (found, unknown) = try arguments.store.read { reader in
            var query = try arguments.query(reader)
            query.strengths = strengths
            return try allThemes(reader, query)
        }
        if arguments.output.json {
            return Terminal.write(json: found.map { $0.json(strengths) } + unknown.map(\.json))
        }
        var table = Table([
            "theme": .left, "": .left, "reviews": .right, "new": .right, "mixed": .right,
            "products": .right, "brands": .right, "star impact": .right, "languages": .left,
        ])
        for theme in found {
            table.add([
                theme.aspect.id, theme.label(strengths), grouped(theme.mentions),
                grouped(theme.new),
                grouped(theme.mixed), grouped(Int64(theme.products.count)),
                grouped(Int64(theme.brands.count)),
                theme.starImpact.map { decimal($0, of: 1_000_000, places: 3) } ?? "–",
                theme.languages.sorted().joined(separator: " "),
            ])
        }
        table.show()
        for complaint in unknown {
            print(
                "“\(printable(complaint.cluster.label))” (\(complaint.cluster.language.rawValue)): "
                    + "\(complaint.reviews.count) reviews, as "
                    + "“\(cut(printable(complaint.reviews.first?.quote ?? ""), to: 70))”")
        }
        print(Terminal.grey("lexicon \(Lexicon.first.version); one theme's reviews: theme NAME"))
    }
}

/// `theme`: the reviews of one theme.
struct ThemeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "theme", abstract: "The reviews that speak of one theme, with what they say.")

    @OptionGroup var arguments: ThemeArguments
    @OptionGroup var page: PageOptions
    @Argument(help: "The theme, as 'themes' names it.")
    var theme: String
    @Flag(help: "What is praised.")
    var strengths = false

    func run() throws {
        let found = try arguments.store.read { reader in
            var query = try arguments.query(reader)
            query.strengths = strengths
            return try themeReviews(reader, aspect: theme, query, page: page.value)
        }
        guard let listing = found else {
            let names = Lexicon.first.aspects.map(\.id).joined(separator: ", ")
            throw CommandFault(.usage, "no theme is called \(printable(theme)); there are \(names)")
        }
        if arguments.output.json { return Terminal.write(json: listing.entries.map(\.json)) }
        var table = Table([
            "product": .left, "review": .left, "stars": .right, "": .left, "says": .left,
        ])
        for entry in listing.entries {
            table.add([
                cut(printable(entry.review.productID.string), to: 24),
                cut(printable(entry.review.reviewID.string), to: 36),
                entry.review.values.star.map { "\($0)" } ?? "–", entry.isNew ? "new" : "",
                cut(printable(entry.quote), to: 90),
            ])
        }
        table.show()
        showFooter(listing, "reviews", hasGrey: false)
    }
}

/// `safety`: reviews with words of danger, for a person to look at.
struct SafetyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "safety",
        abstract: "Reviews that speak of fire, injury, choking, mould or poison: one is enough.",
        discussion: """
            Words in eight languages, with what looks like them and is harmless left out. Class A: it \
            happened. B: the review says that it is dangerous. C, listed with --all: the word alone, or \
            denied. It is a list for a person to look at: neither all that is on it is a danger, nor \
            every danger on it.
            """)

    @OptionGroup var arguments: ThemeArguments
    @OptionGroup var page: PageOptions
    @Option(
        help: "Only what came after a run, a date, an instant or a dump; last: the newest dump.")
    var since: String?
    @Flag(help: "Also list class C: the word alone, or denied.")
    var all = false

    func validate() throws { _ = try since.map { try readMoment($0, of: "--since") } }

    func run() throws {
        let since = try since.map { try readMoment($0, of: "--since") }
        let listing = try arguments.store.read { reader in
            let from = try since.map { try reader.runs().dumps.window(since: $0).from } ?? 0
            return try safetyReviews(
                reader, arguments.query(reader), since: from, withUnlikely: all, page: page.value)
        }
        if arguments.output.json { return Terminal.write(json: listing.entries.map(\.json)) }
        var table = Table([
            "": .left, "hazard": .left, "product": .left, "brand": .left, "stars": .right,
            "run": .right,
            "says": .left,
        ])
        for entry in listing.entries {
            table.add([
                entry.danger.dangerClass.rawValue,
                entry.danger.dangerClass.leads ? Terminal.red(entry.hazard) : entry.hazard,
                cut(printable(entry.review.productID.string), to: 24),
                cut(printable(entry.brand?.string ?? "–"), to: 20),
                entry.review.values.star.map { "\($0)" } ?? "–", String(entry.review.run),
                cut(printable(entry.quote), to: 90),
            ])
        }
        table.show()
        showFooter(listing, "reviews", hasGrey: false)
    }
}
