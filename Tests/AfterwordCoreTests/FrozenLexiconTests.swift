import Testing

@testable import AfterwordCore

/// The second lexicon: what the frozen model reads, as `ReviewReader` gives it to a store.
@Suite("The second lexicon")
struct FrozenLexiconTests {
    @Test("It has the model's aspects and dangers, and the first lexicon's in their places")
    func lanes() throws {
        let (first, second) = (Lexicon.first, Lexicon.second)
        let lanes = try #require(second.frozen)
        #expect(second.version == 2 && first.version == 1 && first.frozen == nil)
        #expect(lanes.meanings.count == lanes.model.ids.count)
        #expect(FrozenModel.idsOfSecond == lanes.model.ids)
        #expect(Lexicon.versionOfNewStores == Int64(Lexicon.ofNewStores.version))
        #expect(Set(lanes.meanings.map { "\($0)" }).count == lanes.meanings.count)
        #expect(second.aspects.count == 39 && second.aspects.count <= AspectSet.limit)
        #expect(second.hazards.count == 8 && second.hazards.count <= DangerMarks.limit)
        for (own, old) in zip(second.aspects, first.aspects) {
            #expect(own.id == old.id && own.label == old.label && own.route == old.route)
            #expect(own.isGeneral == old.isGeneral && own.strength != nil)
            #expect(old.strength == nil || own.strength == old.strength)
        }
        #expect(second.hazards.contains(Lexicon.unspecified))
        #expect(Set(second.aspects.map(\.id)).count == second.aspects.count)
        let unnamed = lanes.meanings[lanes.model.unnamed]
        #expect(unnamed == .hazard(second.hazards.firstIndex(of: Lexicon.unspecified)!))
    }

    @Test("Every aspect has a name in every language, who can act, and is named as a strength")
    func labels() {
        for aspect in Lexicon.second.aspects {
            #expect(["product", "listing", "both"].contains(aspect.route), "\(aspect.id)")
            #expect(!aspect.label.isEmpty, "\(aspect.id)")
            var names: Set<String> = []
            for language in Language.known {
                let name = AspectLabel.text(aspect, strength: false, in: language)
                let praise = AspectLabel.text(aspect, strength: true, in: language)
                #expect(!name.isEmpty && !praise.isEmpty && praise != name, "\(aspect.id)")
                #expect(AspectLabel.value(aspect.id, "issue", language) != nil, "\(aspect.id)")
                #expect(praise == AspectLabel.value(aspect.id, "strength", language))
                names.insert(name)
            }
            #expect(names.count >= 6, "\(aspect.id): \(names)")
            let other = AspectLabel.text(aspect, strength: false, in: .unknown)
            #expect(other == aspect.label)
        }
        for language in Language.known {
            for strength in [false, true] {
                let names = Lexicon.second.aspects.map {
                    AspectLabel.text($0, strength: strength, in: language)
                }
                #expect(Set(names).count == names.count, "\(language.rawValue)")
            }
        }
        let leaks = Lexicon.first.aspects.first { $0.id == "leaks" }
        let praise = leaks.map { AspectLabel.text($0, strength: true, in: .english) }
        #expect(praise == "Free of: Leaks or bursts", "lexicon 1 keeps its names")
    }

    @Test("A phrase that may praise something else counts as no praise")
    func loosePraise() {
        var reader = ReviewReader(.second)
        func praised(_ text: String) -> Set<String> {
            let reading = reader.read((title: nil, body: Text(text)), star: 5)
            return Set(
                reading.mentions.filter { !$0.isNegative }.map {
                    Lexicon.second.aspects[$0.aspect].id
                })
        }
        #expect(praised("Molto buono") == [])
        #expect(praised("It tastes great") == ["taste"])
        #expect(praised("Passt perfekt auf mein Handy") == ["fit"])
        #expect(praised("Schnell geliefert").isDisjoint(with: ["performance"]))
        #expect(praised("Easy to use") == ["handling"])
        #expect(praised("Works great") == ["does_not_work"])
        #expect(praised("Gut verpackt").isDisjoint(with: ["transport_damage"]))
    }

    @Test("A review's reading is the model's, in one reading or among many", arguments: texts)
    func reads(_ title: String?, _ body: String?, _ star: Int?) throws {
        let lexicon = Lexicon.second
        let lanes = try #require(lexicon.frozen)
        let texts = (title: title.map { Text($0) }, body: body.map { Text($0) })
        var (reader, frozen) = (ReviewReader(lexicon), FrozenReader())
        let reading = reader.read(texts, star: star)
        let own = frozen.read(title: texts.title, body: texts.body, stars: star)
        #expect(reading == ReviewReading(own, lanes))
        #expect(reading.mentions.count == own.aspects.count)
        #expect(reading.hazards.count == own.dangers.count)
        for (mention, told) in zip(reading.mentions, own.aspects) {
            #expect(lexicon.aspects[mention.aspect].id == frozen.ids[told.id].name)
            #expect(mention.isNegative == told.isNegative && mention.range == told.word)
        }
        var one = ReviewReader(lexicon, isForOne: true)
        #expect(one.read(texts, star: star) == reading)
        #expect(ReadingPlaces(reading).reading(language: reading.language) == reading)
        let entry = reader.entry(
            texts, rating: star.map { Int64($0) * 10 }, number: 3, run: 2, key: .none)
        #expect(entry.marks.fits(lexicon))
        let complaints = lexicon.aspects.indices.filter(entry.marks.complaints.contains)
        #expect(reading.complaints == Set(complaints))
        #expect(entry.marks.hasText == (title != nil || body != nil))
    }

    @Test("A version names a lexicon, an id an aspect, and a schema the lexicon that it asks by")
    func named() {
        #expect(Lexicon.versions.allSatisfy { Lexicon.ofVersion($0)?.version == Int($0) })
        #expect(Lexicon.ofVersion(0) == nil && Lexicon.ofVersion(3) == nil)
        let setting = SettingKey.named("load.reader")
        #expect(setting?.kind == .choice(Lexicon.versions.map { "\($0)" }))
        #expect(Lexicon.ofNewStores.version == 2)
        #expect(setting?.fallback == "\(Lexicon.ofNewStores.version)")
        #expect(Lexicon.aspect(named: "taste")?.label == "Taste and freshness")
        #expect(Lexicon.aspect(named: "leaks") == Lexicon.first.aspects.first { $0.id == "leaks" })
        #expect(Lexicon.aspect(named: AnswerSchema.other) == nil)
        for lexicon in [Lexicon.first, .second] {
            for schema in [AnswerSchema.document(lexicon), EnrichmentSchema.document(lexicon)] {
                #expect(AnswerSchema.lexicon(of: schema).version == lexicon.version)
            }
        }
        #expect(AnswerSchema.lexicon(of: .row(["type": .string("object")])).version == 1)
    }

    @Test("A text in a language that no lexicon knows is unread where nothing is read in it")
    func unread() {
        var reader = ReviewReader(.second)
        func isReadable(_ text: String) -> Bool {
            reader.entry(
                (nil, Text(text)), rating: 50, number: 1, run: 1, key: .none
            ).marks.isReadable
        }
        #expect(isReadable("I bought it for my sister and she is happy with it."))
        #expect(!isReadable("Mam go od wczoraj, siostra też go ma i tata tak samo."))
    }
}

private let texts: [(String?, String?, Int?)] = [
    ("Bad", "The bottle leaks everywhere. It caught fire while charging.", 1),
    (nil, "Riecht nach Plastik und rostet, gefährlich für Kinder!", 2),
    ("Difficile à nettoyer", nil, 1),
    (nil, "Great quality, fits perfectly and easy to clean.", 5),
    ("Wrong item", "They sent another colour and it came two weeks late.", 1),
    (nil, "すぐに壊れました。", nil),
    (nil, nil, 3),
    ("", "", 1),
    (nil, "It broke after two days and the seller refused a refund.", 4),
]
