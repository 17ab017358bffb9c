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

    var query: ThemeQuery {
        var query = ThemeQuery()
        query.brand = brand
        query.product = product.map { Text($0) }
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
            what the mean would gain without these reviews. New is what the newest run brought. \
            Complaints that the lexicon does not know stand below, by the words their reviews share.
            """)

    @OptionGroup var arguments: ThemeArguments
    @Flag(help: "What is praised.")
    var strengths = false

    func run() throws {
        var query = arguments.query
        query.strengths = strengths
        let (found, unknown) = try arguments.store.read { reader in
            try allThemes(reader, query)
        }
        if arguments.output.json {
            return Terminal.write(json: found.map { $0.json(strengths) } + unknown.map(\.json))
        }
        var table = Table([
            "theme": .left, "": .text, "reviews": .right, "new": .right, "mixed": .right,
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
        let quoteWidth = max((Terminal.width ?? Table.cellLimit) - 40, 20)
        for complaint in unknown {
            say(
                "“\(printable(complaint.cluster.label))” (\(complaint.cluster.language.rawValue)): "
                    + "\(several(complaint.reviews.count, "review")), as "
                    + "“\(cut(printable(complaint.reviews.first?.quote ?? ""), to: quoteWidth))”")
        }
        say(Terminal.grey("lexicon \(Lexicon.first.version); one theme's reviews: theme NAME"))
    }
}

/// `theme`: the reviews of one theme.
struct ThemeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "theme", abstract: "The reviews that speak of one theme, with what they say.")

    @OptionGroup var arguments: ThemeArguments
    @OptionGroup var page: PageOptions
    @Argument(help: "The theme, as 'themes' names it: its short name or its label.")
    var theme: String
    @Flag(help: "What is praised.")
    var strengths = false

    func run() throws {
        var query = arguments.query
        query.strengths = strengths
        let aspect = try Self.aspect(named: theme)
        let found = try arguments.store.read { reader in
            try themeReviews(reader, aspect: aspect, query, page: page.value)
        }
        guard let listing = found else { preconditionFailure("an aspect of the lexicon") }
        if arguments.output.json { return Terminal.write(json: listing.entries.map(\.json)) }
        var table = Table([
            "product": .left, "review": .left, "stars": .right, "": .left, "says": .text,
        ])
        for entry in listing.entries {
            table.add([
                printable(entry.review.productID.string),
                printable(entry.review.reviewID.string),
                entry.review.values.star.map { "\($0)" } ?? "–", entry.isNew ? "new" : "",
                printable(entry.quote),
            ])
        }
        table.show()
        showFooter(listing, "review", hasGrey: false)
    }
}

extension ThemeCommand {
    /// The id of a theme by its id or label, in any case and in any language that it is shown in.
    fileprivate static func aspect(named name: String) throws -> String {
        let aspects = Lexicon.first.aspects
        let wanted = name.lowercased()
        let found = aspects.first { aspect in
            ([aspect.id, aspect.label, aspect.strength].compactMap { $0 }
                + Language.allCases.flatMap { language in
                    [true, false].map { AspectLabel.text(aspect, strength: $0, in: language) }
                }).contains { $0.lowercased() == wanted }
        }
        if let found { return found.id }
        let ids = aspects.map(\.id)
        let hint = nearest(to: name, among: ids + aspects.map(\.label))
        throw CommandFault(
            .usage,
            "no theme is called \(printable(name)); "
                + (hint.map { "did you mean '\($0)'? " } ?? "")
                + "There are \(ids.joined(separator: ", "))")
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
    @Option(help: "Only what runs after this one brought.")
    var since: Int64 = 0
    @Flag(help: "Also list class C: the word alone, or denied.")
    var all = false

    func run() throws {
        let listing = try arguments.store.read { reader in
            try safetyReviews(
                reader, arguments.query, since: since, withUnlikely: all, page: page.value)
        }
        if arguments.output.json { return Terminal.write(json: listing.entries.map(\.json)) }
        var table = Table([
            "": .left, "hazard": .left, "product": .left, "brand": .left, "stars": .right,
            "run": .right,
            "says": .text,
        ])
        for entry in listing.entries {
            table.add([
                entry.danger.dangerClass.rawValue,
                entry.danger.dangerClass.leads ? Terminal.red(entry.hazard) : entry.hazard,
                printable(entry.review.productID.string),
                printable(entry.brand?.string ?? "–"),
                entry.review.values.star.map { "\($0)" } ?? "–", String(entry.review.run),
                printable(entry.quote),
            ])
        }
        table.show()
        showFooter(listing, "review", hasGrey: false)
    }
}
