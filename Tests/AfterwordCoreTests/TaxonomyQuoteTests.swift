import Testing

@testable import AfterwordCore

/// Which sentences are quoted for themes that a user's own file merges and adds.
@Suite("Quotes of merged and added themes")
struct TaxonomyQuoteTests {
    private static let file = """
        taxonomy = 1
        [merge.annoying]
        of = ["comfort", "noise"]
        label = "Annoying"
        [merge.labelling]
        of = ["gluten", "not_as_listed"]
        label = "Not what the label says"
        [add.gluten]
        label = "Contains gluten"
        complaints = { en = ["contain* gluten"], ja = ["グルテン入り"] }
        praises = { en = ["gluten free"] }
        """
    private let lexicon: Lexicon

    init() throws {
        let taxonomy = try Taxonomy(parsing: Array(Self.file.utf8), over: .second)
        lexicon = Lexicon.second.with(taxonomy, acceptedBy: 7)
    }

    private func place(_ id: String, in lexicon: Lexicon) throws -> Int {
        try #require(lexicon.aspects.firstIndex { $0.id == id })
    }

    private func clarity(
        _ id: String, _ text: String, isNegative: Bool = true, _ lexicon: Lexicon
    ) throws -> QuoteClarity? {
        var quotes = QuoteReader(lexicon)
        return quotes.clarity(
            of: try place(id, in: lexicon), isNegative: isNegative, in: Text(text),
            star: isNegative ? 1 : 5)
    }

    @Test(
        "Of a merge with an added theme, a sentence with its phrase is quoted",
        arguments: [
            ("It contains gluten", true), ("グルテン入りでした", true), ("It is gluten free", false),
            ("It does not contain gluten", false),
        ])
    func mixed(_ text: String, _ isNegative: Bool) throws {
        #expect(try clarity("labelling", text, isNegative: isNegative, lexicon) == .given)
        #expect(try clarity("labelling", text, isNegative: !isNegative, lexicon) == nil)
        // The reader beneath says nothing of it.
        #expect(try clarity("not_as_listed", text, isNegative: isNegative, .second) == nil)
    }

    @Test("Of such a merge, what the reader's own theme says is quoted as before")
    func beneath() throws {
        for text in ["Nicht wie beschrieben", "I like the box"] {
            let own = try clarity("labelling", text, lexicon)
            #expect(try own == clarity("not_as_listed", text, .second), "\(text)")
        }
    }

    @Test("A review is shown by the sentence with the phrase, which says so by itself")
    func shown() throws {
        var values = ReviewValues()
        (values.body, values.rating) = ("I love the box. It contains gluten.", 10)
        var quotes = QuoteReader(lexicon)
        let said = quotes.sentence(
            of: try place("labelling", in: lexicon), isNegative: true, in: values,
            readReview(values, with: lexicon))
        let text = said.map { values.quote($0.field, $0.range) }
        #expect(text == "It contains gluten" && said?.isClear == true)
    }

    @Test("A sentence that says two members of a merge is clear for it, though for neither alone")
    func members() throws {
        let text = "It is too loud and too heavy"
        for id in ["comfort", "noise"] {
            let alone = try clarity(id, text, .second)
            #expect(alone?.step == .faint, "\(id)")
        }
        #expect(try clarity("annoying", text, lexicon)?.step == .clear)
        // Beside what is not merged it stays faint.
        let other = Lexicon.second.with(
            try Taxonomy(
                parsing: Array("taxonomy = 1\n[rename.noise]\nlabel = \"Loud\"\n".utf8),
                over: .second), acceptedBy: 7)
        #expect(try clarity("comfort", text, other)?.step == .faint)
    }
}
