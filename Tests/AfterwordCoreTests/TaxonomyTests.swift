import Testing

@testable import AfterwordCore

/// A user's own file of themes: what is refused, and what it makes of readings.
@Suite struct TaxonomyTests {
    private static let file = """
        taxonomy = 1

        [rename.leaks]
        label = { en = "Runs out", de = "Läuft aus" }
        strength = "Holds water"

        [merge.unusable]
        of = ["breaks_early", "smell"]
        label = "Breaks or stinks"
        severity = "high"

        [merge.size]
        of = ["size", "fit"]
        label = { fr = "Taille ou forme" }

        [add.gluten]
        label = { en = "Contains gluten", ja = "グルテン入り" }
        complaints = { en = ["Contain* Gluten"], ja = ["グルテン入り"] }
        praises = { en = ["gluten-free"] }
        route = "listing"

        [map.noise]
        route = "listing"
        general = true
        """

    private func parse(
        _ text: String, over lexicon: Lexicon = .second
    ) throws(TOMLFault) -> Taxonomy {
        try Taxonomy(parsing: Array(text.utf8), over: lexicon)
    }

    private func lexicon(_ text: String, over base: Lexicon = .second) throws -> Lexicon {
        base.with(try parse(text, over: base), acceptedBy: 7)
    }

    private func read(_ body: String, _ lexicon: Lexicon) -> ReviewReading {
        var values = ReviewValues()
        (values.body, values.rating) = (Text(body), 10)
        return readReview(values, with: lexicon)
    }

    /// What a text complains of, and praises with a `+`.
    private func said(_ body: String, _ lexicon: Lexicon) -> Set<String> {
        Set(
            read(body, lexicon).mentions.map {
                ($0.isNegative ? "" : "+") + lexicon.aspects[$0.aspect].id
            })
    }

    @Test("A file is read as it is written, over either reader")
    func parts() throws {
        for base in [Lexicon.first, .second] {
            let taxonomy = try parse(Self.file, over: base)
            #expect(taxonomy.renamings.map(\.id) == ["leaks"])
            #expect(taxonomy.renamings[0].names.issue == ["en": "Runs out", "de": "Läuft aus"])
            #expect(taxonomy.merges.map(\.id) == ["unusable", "size"])
            #expect(taxonomy.merges[0].members == ["breaks_early", "smell"])
            #expect(
                taxonomy.additions[0].complaints.map(\.text) == ["contain* gluten", "グルテン入り"])
            #expect(taxonomy.additions[0].praises.map(\.text) == ["gluten free"])
            #expect(Set(taxonomy.mappings.map(\.id)) == ["unusable", "gluten", "noise"])
        }
        #expect(try parse("taxonomy = 1") == Taxonomy())
    }

    @Test(
        "What does not hold is refused with its line",
        arguments: [
            ("", 1, "taxonomy = 1"), ("x = 1", 1, "taxonomy = 1"),
            ("taxonomy = 2", 1, "taxonomy = 1"), ("taxonomy = 1\nhide = 3", 2, "hide is not one"),
            ("taxonomy = 1\nmegre = 3", 2, "did you mean merge"),
            ("taxonomy = 1\nmerge = 3", 2, "merge holds tables"),
            ("taxonomy = 1\n[rename]\nsize = 3", 3, "rename.size is a table"),
            ("taxonomy = 1\n[rename.size]\nlable = \"x\"", 3, "did you mean label"),
            ("taxonomy = 1\n[rename.size]", 2, "neither label nor strength"),
            ("taxonomy = 1\n[rename.siez]\nlabel = \"x\"", 2, "did you mean size"),
            ("taxonomy = 1\n[rename.size]\nlabel = \"  \"", 3, "is empty"),
            ("taxonomy = 1\n[rename.size]\nlabel = \"\"", 3, "is empty"),
            ("taxonomy = 1\n[rename.size]\nlabel = 3", 3, "is a text"),
            ("taxonomy = 1\n[rename.size]\nlabel = \"A\\nB\"", 3, "one line"),
            ("taxonomy = 1\n[rename.size]\nlabel = \"A\\u202EB\"", 3, "plain characters"),
            ("taxonomy = 1\n[rename.size]\nlabel = { xx = \"Y\" }", 3, "xx is not one of"),
            ("taxonomy = 1\n[rename.size]\nlabel = { unknown = \"Y\" }", 3, "is not one of"),
        ] as [(String, Int, String)])
    func refusedNames(text: String, line: Int, reason: String) {
        expect(text, line, reason)
    }

    @Test(
        "A danger is neither named, merged, mapped nor added, whatever it is called",
        arguments: [
            ("[rename.mould]\nlabel = \"x\"", 2), ("[rename.fire_or_smoke]\nlabel = \"x\"", 2),
            ("[merge.bad]\nlabel = \"x\"\nof = [\"smell\",\n\"fire\"]", 5),
            ("[merge.skin]\nlabel = \"x\"\nof = [\"smell\", \"size\"]", 2),
            ("[map.injury]\nseverity = \"low\"", 2),
            ("[add.choking]\nlabel = \"x\"\ncomplaints = { en = [\"a b\"] }", 2),
            ("[add.toxic_or_allergic]\nlabel = \"x\"\ncomplaints = { en = [\"a b\"] }", 2),
        ] as [(String, Int)])
    func refusedDangers(text: String, line: Int) {
        for base in [Lexicon.first, .second] {
            expect("taxonomy = 1\n" + text, line, "is a danger", over: base)
        }
    }

    private static let ofSize = "[merge.size]\nof = [\"size\", \"fit\"]\n"
    private static let mergedTwice = """
        [merge.one]
        of = ["smell", "size"]
        label = "x"
        [merge.two]
        of = ["size", "fit"]
        label = "y"
        """
    private static let merging = """
        [merge.one]
        of = ["two", "size"]
        label = "x"
        [merge.two]
        of = ["one", "fit"]
        label = "y"
        """
    private static let gluten = "[add.gluten]\nlabel = \"x\"\n"

    @Test(
        "A merge is of known themes, each in one merge, and of no merges",
        arguments: [
            ("[merge.one]\nof = [\"smell\"]\nlabel = \"x\"", 2, "fewer than two"),
            ("[merge.one]\nlabel = \"x\"", 2, "of = "),
            ("[merge.one]\nof = \"smell\"\nlabel = \"x\"", 3, "a list of texts"),
            ("[merge.one]\nof = [\"smell\", \"tsate\"]\nlabel = \"x\"", 3, "did you mean taste"),
            ("[merge.one]\nof = [\"size\", \"size\"]\nlabel = \"x\"", 3, "stands twice"),
            ("[merge.one]\nof = [\"one\", \"size\"]\nlabel = \"x\"", 3, "one is a merge"),
            ("[merge.size]\nof = [\"fit\", \"comfort\"]", 2, "in its own of"),
            ("[merge.sizing]\nof = [\"size\", \"fit\"]", 2, "no label in English"),
            ("[merge.sizing]\nof = [\"size\", \"fit\"]\nlabel = { de = \"x\" }", 2, "in English"),
            ("[merge.Sizing]\nof = [\"size\", \"fit\"]\nlabel = \"x\"", 2, "small letters"),
            ("[merge.other]\nof = [\"size\", \"fit\"]\nlabel = \"x\"", 2, "small letters"),
            (mergedTwice, 6, "merged twice"), (merging, 3, "two is a merge"),
            (ofSize + "[rename.fit]\nlabel = \"x\"", 4, "fit is shown as size"),
            (ofSize + "[rename.size]\nlabel = \"x\"", 4, "say it in merge.size"),
            (ofSize + "[map.fit]\nroute = \"both\"", 4, "fit is shown as size"),
        ] as [(String, Int, String)])
    func refusedMerges(text: String, line: Int, reason: String) {
        expect("taxonomy = 1\n" + text, line, reason)
    }

    private static let mapping = "route = \"listing\"\n"
    private static let renamingAdded = """
        [add.gluten]
        label = "x"
        complaints = { en = ["y z"] }
        [rename.gluten]
        label = "x"
        """

    @Test(
        "An added theme has a name of its own and phrases that say something; a map says something",
        arguments: [
            ("[add.size]\nlabel = \"x\"\ncomplaints = { en = [\"y z\"] }", 2, "already"),
            (gluten, 2, "no phrase"),
            (gluten + "complaints = [\"y z\"]", 4, "lists by language"),
            (gluten + "complaints = { en = [\"the\"] }", 4, "too many reviews"),
            (gluten + "complaints = { en = [\"!\"] }", 4, "no word"),
            (gluten + "complaints = { en = [\"..\"] }", 4, "begins and ends"),
            (gluten + "complaints = { en = [\"\"] }", 4, "begins and ends"),
            (gluten + "complaints = { en = [\"a ..\"] }", 4, "begins and ends"),
            (gluten + "complaints = { ja = [\"入 り\"] }", 4, "no spaces"),
            (gluten + "complaints = { en = [\"the*\"] }", 4, "too many reviews"),
            (gluten + "complaints = { en = [\"ga* leak*\"] }", 4, "three letters"),
            (gluten + "complaints = { de = [\"öl* riecht\"] }", 4, "three letters"),
            (gluten + "complaints = { en = [\"v2.0 fails\"] }", 4, "no word"),
            (gluten + "complaints = { en = [\"glu*ten\"] }", 4, "no word"),
            (gluten + "complaints = { en = [\"a .. b .. c .. d .. e\"] }", 4, "three gaps"),
            ("[rename.gluten]\nlabel = \"x\"", 2, "has no theme gluten"),
            (renamingAdded, 5, "its own table"),
            ("[map.size]", 2, "says nothing"), ("[map.size]\nroute = \"nobody\"", 3, "one of"),
            ("[map.size]\nseverity = \"dire\"", 3, "one of"),
            ("[map.size]\ngroup = \"danger\"", 3, "one of"),
            ("[map.size]\ngroup = 3", 3, "one of"),
            ("[map.size]\ngruop = \"service\"", 3, "did you mean group"),
            ("[rename.size]\ngroup = \"service\"", 3, "group is not one of"),
            ("[map.size]\ngeneral = \"yes\"", 3, "true or false"),
            ("[map.siez]\nroute = \"both\"", 2, "did you mean size"),
            (ofSize + mapping + "[map.size]\n" + mapping, 5, "mapped twice"),
            ("[map.size]\n" + mapping + ofSize + mapping, 2, "mapped twice"),
        ] as [(String, Int, String)])
    func refusedAdditions(text: String, line: Int, reason: String) {
        expect("taxonomy = 1\n" + text, line, reason)
    }

    private func expect(
        _ text: String, _ line: Int, _ reason: String, over base: Lexicon = .second
    ) {
        do throws(TOMLFault) {
            _ = try parse(text, over: base)
            Issue.record("taken: \(text)")
        } catch {
            #expect(error.line == line, "\(text): \(error.reason)")
            #expect(error.reason.contains(reason), "\(text): \(error.reason)")
        }
    }

    @Test("More themes than can be counted are refused; merging makes room")
    func tooMany() throws {
        let room = AspectSet.limit - Lexicon.second.aspects.count
        func file(_ count: Int) -> String {
            (0..<count).reduce("taxonomy = 1\n") { text, number in
                text + "[add.own\(number)]\nlabel = \"x\"\ncomplaints = { en = [\"own word\"] }\n"
            }
        }
        #expect(try lexicon(file(room)).aspects.count == AspectSet.limit)
        expect(file(room + 1), 1, "65 themes")
        let merge = "[merge.size]\nof = [\"size\", \"fit\"]\n"
        #expect(try lexicon(file(room + 1) + merge).aspects.count == AspectSet.limit)
    }

    @Test("Renamed themes are called otherwise; where a language is left out, as before")
    func renamed() throws {
        let lexicon = try lexicon(Self.file)
        let leaks = try #require(lexicon.aspects.first { $0.id == "leaks" })
        let before = try #require(Lexicon.second.aspects.first { $0.id == "leaks" })
        #expect(leaks.label == "Runs out" && leaks.strength == "Holds water")
        #expect(AspectLabel.text(leaks, strength: false, in: "de") == "Läuft aus")
        #expect(AspectLabel.text(leaks, strength: true, in: .english) == "Holds water")
        #expect(
            AspectLabel.text(leaks, strength: false, in: "fr")
                == AspectLabel.text(before, strength: false, in: "fr"))
        #expect(leaks.route == before.route && leaks.isGeneral == before.isGeneral)
        let gluten = try #require(lexicon.aspects.first { $0.id == "gluten" })
        #expect(AspectLabel.text(gluten, strength: false, in: "ja") == "グルテン入り")
        #expect(AspectLabel.text(gluten, strength: false, in: "de") == "Contains gluten")
        let praised = try self.lexicon(
            "taxonomy = 1\n" + Self.gluten + "strength = { de = \"Glutenfrei\" }\n"
                + "complaints = { en = [\"own word\"] }")
        let free = try #require(praised.aspects.last)
        #expect(AspectLabel.text(free, strength: true, in: "de") == "Glutenfrei")
        let english = AspectLabel.text(free, strength: true, in: .english)
        #expect(english != free.label && english.hasSuffix(free.label))
        let noise = try #require(lexicon.aspects.first { $0.id == "noise" })
        #expect(noise.route == "listing" && noise.isGeneral)
        #expect(noise.label == Lexicon.second.aspects.first { $0.id == "noise" }?.label)
    }

    @Test("A merge stands once, where its first member stood, and has what its members agree on")
    func merged() throws {
        for base in [Lexicon.first, .second] {
            let lexicon = try lexicon(Self.file, over: base)
            let ids = lexicon.aspects.map(\.id)
            #expect(Set(ids).count == ids.count)
            #expect(ids.count == base.aspects.count - 2 + 1)
            #expect(Set(ids).isDisjoint(with: ["breaks_early", "smell", "fit"]))
            #expect(ids.firstIndex(of: "unusable") == 1)
            let unusable = lexicon.aspects[1]
            #expect(unusable.label == "Breaks or stinks" && unusable.severity == .high)
            #expect(unusable.route == "product" && !unusable.isGeneral)
            let size = try #require(lexicon.aspects.first { $0.id == "size" })
            let before = try #require(base.aspects.first { $0.id == "size" })
            #expect(size.label == before.label && size.severity == nil)
            #expect(AspectLabel.text(size, strength: false, in: "fr") == "Taille ou forme")
            #expect(lexicon.hazards == base.hazards)
        }
    }

    @Test("Readings are those of the reader beneath, at the places of merges")
    func readings() throws {
        let texts = [
            "It broke after a week and the smell is terrible, do not buy this one.",
            "It leaked after two days and the bag was wet.",
            "It caught fire while charging and burned my hand.",
            "Die Flasche ist leider undicht und nicht zu gebrauchen.", "壊れました。使えません。", "",
        ]
        for base in [Lexicon.first, .second] {
            let lexicon = try lexicon(Self.file, over: base)
            for text in texts {
                let (own, before) = (read(text, lexicon), read(text, base))
                #expect(own.language == before.language && own.hazards == before.hazards)
                let named = before.mentions.map { mention in
                    switch base.aspects[mention.aspect].id {
                    case "breaks_early", "smell": "unusable"
                    case "fit": "size"
                    case let id: id
                    }
                }
                #expect(own.mentions.map { lexicon.aspects[$0.aspect].id } == named, "\(text)")
                #expect(own.mentions.map(\.range) == before.mentions.map(\.range))
            }
            #expect(said(texts[0], lexicon).contains("unusable"))
            #expect(!read(texts[2], lexicon).hazards.isEmpty)
        }
        #expect(said(texts[0], .first).isSuperset(of: ["breaks_early", "smell"]))
    }

    @Test("Phrases find an added theme, a negation turns it, and nothing else changes")
    func added() throws {
        for base in [Lexicon.first, .second] {
            let lexicon = try lexicon(Self.file, over: base)
            func gluten(_ text: String) -> Set<String> {
                let own = said(text, lexicon)
                #expect(own.subtracting(["gluten", "+gluten"]) == renamed(said(text, base)))
                return own.intersection(["gluten", "+gluten"])
            }
            #expect(gluten("This bread contains gluten and I can not eat it.") == ["gluten"])
            #expect(gluten("It is CONTAINING  gluten, so it is not what they say.") == ["gluten"])
            #expect(gluten("It does not contain gluten, and that is good.") == ["+gluten"])
            #expect(gluten("It is gluten-free and my son can eat it with us.") == ["+gluten"])
            #expect(gluten("It has too much sugar in it for what it is.") == [])
            #expect(gluten("この商品はグルテン入りでした。とても残念です。") == ["gluten"])
            #expect(gluten("It says グルテン, and contains none of it.") == [])
        }
    }

    /// What is said as the file's merges show it.
    private func renamed(_ said: Set<String>) -> Set<String> {
        Set(
            said.map { id in
                let (sign, name) = id.hasPrefix("+") ? ("+", String(id.dropFirst())) : ("", id)
                return switch name {
                case "breaks_early", "smell": sign + "unusable"
                case "fit": sign + "size"
                default: id
                }
            })
    }

    @Test("Versions of readers with taxonomies are their own, and say what lies beneath")
    func versions() throws {
        let lexicon = try lexicon(Self.file)
        #expect(lexicon.version == 7_002)
        #expect(Lexicon.taxonomyRun(of: 7_002) == 7 && Lexicon.beneath(7_002) == 2)
        #expect(Lexicon.taxonomyRun(of: 2) == nil && Lexicon.beneath(2) == 2)
        #expect(Lexicon.named(2) == "reader 2")
        #expect(Lexicon.named(7_002) == "reader 2 with the taxonomy of run 7")
        #expect(Lexicon.ofVersion(7_002) == nil)
    }

    @Test("The schema of an answer allows the themes shown, and says which reader lies beneath")
    func schemas() throws {
        for base in [Lexicon.first, .second] {
            let lexicon = try lexicon(Self.file, over: base)
            for schema in [AnswerSchema.document(lexicon), EnrichmentSchema.document(lexicon)] {
                #expect(AnswerSchema.lexicon(of: schema).version == base.version)
                #expect(
                    AnswerSchema.aspects(of: schema)
                        == lexicon.aspects.map(\.id) + [AnswerSchema.other])
            }
        }
    }

    @Test("Quotes are judged by what lies beneath a merge, those of phrases by the phrase")
    func quotes() throws {
        let lexicon = try lexicon(Self.file)
        func place(_ id: String) throws -> Int {
            try #require(lexicon.aspects.firstIndex { $0.id == id })
        }
        var merged = QuoteReader(lexicon)
        var before = QuoteReader(.second)
        let members = try ["breaks_early", "smell"].map { id in
            try #require(Lexicon.second.aspects.firstIndex { $0.id == id })
        }
        let (unusable, gluten) = (try place("unusable"), try place("gluten"))
        var clear = 0
        for text in ["The smell is terrible.", "It broke after two days.", "I like it."] {
            let quote = Text(text)
            let own = merged.clarity(of: unusable, isNegative: true, in: quote, star: 1)
            var clearest: QuoteClarity?
            for member in members {
                let alone = before.clarity(of: member, isNegative: true, in: quote, star: 1)
                clearest = [clearest, alone].compactMap { $0 }.max()
            }
            #expect(own == clearest, "\(text)")
            clear += own == nil ? 0 : 1
            let phrase = merged.clarity(of: gluten, isNegative: true, in: quote, star: 1)
            #expect(phrase == QuoteClarity.given)
        }
        #expect(clear > 0, "no text says what is merged")
    }
}
