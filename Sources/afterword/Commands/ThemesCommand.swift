import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// The arguments that select the reviews of a theme command.
struct ThemeArguments: ParsableArguments {
    @Option(help: "Only products of this brand.")
    var brand: String?
    @Option(help: "Only this product.")
    var product: String?

    /// The query that the arguments describe. Names match exactly or ignoring case.
    func query(_ reader: any StoreReader) throws -> ThemeQuery {
        var query = ThemeQuery()
        query.brand = try brand.map { try resolveBrand($0, in: reader) }
        query.product = try product.map { try resolveScope(reader, "product:\($0)").id }
        return query
    }
}

/// `themes`: lists what reviews complain about, across products and languages.
struct ThemesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "themes",
        abstract: "What reviews complain of, or praise, across products and languages.",
        discussion: """
            Found by the store's reader (see 'reread'), without a language model. A complaint \
            counts in a review of up to three stars; in one of four or five it is counted apart, \
            as mixed. Star impact is what the mean would gain without these reviews. New is what \
            the newest dump brought. Complaints that the reader does not know stand below, by the \
            words their reviews share. A review that is shown under several products is one \
            distinct review.
            """)

    @OptionGroup var store: ReadOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var arguments: ThemeArguments
    @Flag(help: "What is praised.")
    var strengths = false

    func run() throws {
        let ((found, unknown), lexicon) = try store.read { reader in
            var query = try arguments.query(reader)
            query.strengths = strengths
            let lexicon = try reader.lexicon()
            return (try allThemes(reader, query, lexicon: lexicon), lexicon.version)
        }
        if output.json {
            return Terminal.write(json: found.map { $0.json(strengths) } + unknown.map(\.json))
        }
        var table = Table([
            "theme": .left, "": .text, "reviews": .right, "distinct": .right,
            "per 100": .right, "new": .right,
            "mixed": .right,
            "products": .right, "brands": .right, "star impact": .right, "languages": .left,
        ])
        for theme in found {
            table.add([
                theme.aspect.id, theme.label(strengths), grouped(theme.mentions),
                grouped(theme.distinctMentions),
                theme.distinct?.share.map { interval($0) } ?? "–", grouped(theme.new),
                grouped(theme.mixed), grouped(theme.products),
                grouped(theme.brands),
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
        if let readable = found.first?.distinct?.whole {
            say(
                Terminal.grey(
                    "per 100 of \(several(readable, "distinct readable review")), "
                        + "with 95 % interval"))
        }
        print(
            Terminal.grey(
                "\(Lexicon.named(Int64(lexicon))); one theme's reviews: theme NAME"))
    }
}

/// `theme`: lists the reviews of one theme.
struct ThemeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "theme", abstract: "The reviews that speak of one theme, with what they say.")

    @OptionGroup var store: ReadOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var arguments: ThemeArguments
    @OptionGroup var page: PageOptions
    @Argument(help: "The theme, as 'themes' names it: its short name or its label.")
    var theme: String
    @Flag(help: "What is praised.")
    var strengths = false

    func run() throws {
        let found = try store.read { reader in
            let aspect = try Self.aspect(named: theme, in: reader.lexicon())
            var query = try arguments.query(reader)
            query.strengths = strengths
            return try themeReviews(reader, aspect: aspect, query, page: page.value)
        }
        guard let listing = found else { preconditionFailure("an aspect of the lexicon") }
        if output.json { return Terminal.write(json: listing.entries.map(\.json)) }
        var table = Table([
            "product": .left, "review": .left, "stars": .right, "": .left, "says": .text,
        ])
        for entry in listing.entries {
            table.add([
                printable(entry.review.productID.string),
                printable(entry.review.reviewID.string),
                entry.review.values.star.map { "\($0)" } ?? "–", entry.isNew ? "new" : "",
                printable(entry.quote) + (entry.shown.words.map { " (\($0))" } ?? ""),
            ])
        }
        table.show()
        showFooter(listing, "review", hasGrey: false)
    }
}

extension ThemeCommand {
    /// The theme of an id or label, ignoring case; labels of all languages are accepted.
    ///
    /// - Throws: `CommandFault` for a name that the lexicon does not know, with the nearest one as
    ///   a hint.
    static func aspect(named name: String, in lexicon: Lexicon) throws -> String {
        let aspects = lexicon.aspects
        let wanted = name.lowercased()
        // An id goes before labels, which a taxonomy may choose at will.
        if let own = aspects.first(where: { $0.id == wanted }) { return own.id }
        let found = aspects.first { aspect in
            ([aspect.id, aspect.label, aspect.strength].compactMap { $0 }
                + Language.allCases.flatMap { language in
                    [true, false].map { AspectLabel.text(aspect, strength: $0, in: language) }
                }).contains { $0.lowercased() == wanted }
        }
        if let found { return found.id }
        let ids = aspects.map(\.id)
        let hint = nearestName(to: name, among: ids + aspects.map(\.label))
        throw CommandFault(
            .usage,
            "no theme is called \(printable(name)); "
                + (hint.map { "did you mean '\($0)'? " } ?? "")
                + "There are \(ids.joined(separator: ", "))")
    }
}

/// A share per hundred with its interval, such as `12.5 (10.1–15.3)`.
private func interval(_ share: Share) -> String {
    func perHundred(_ millionths: Int64) -> String {
        decimal(millionths, of: 10_000, places: 1)
    }
    return "\(perHundred(share.value)) (\(perHundred(share.low))–\(perHundred(share.high)))"
}
