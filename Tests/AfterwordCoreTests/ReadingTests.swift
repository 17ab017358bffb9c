import AfterwordCore
import Testing

/// What the lexicon finds in the words of a review.
@Suite struct ReadingTests {
    private func read(_ body: String) -> ReviewReading {
        var values = ReviewValues()
        values.body = Text(body)
        return readReview(values, with: .first)
    }

    private func complaints(_ body: String) -> Set<String> {
        Set(read(body).complaints.map { Lexicon.first.aspects[$0].id })
    }

    private func hazards(_ body: String) -> [String] {
        read(body).hazards.filter(\.dangerClass.leads)
            .map { Lexicon.first.hazards[$0.hazard] }
    }

    @Test("Words are folded: case, diacritics and apostrophes do not count")
    func folding() {
        let found = words(of: Text("Größe L'été doesn’t FIT — ça va… ÆØ 日本"))
        #expect(found.map(\.text) == ["grosse", "lete", "doesnt", "fit", "ca", "va", "aeo", "日本"])
        #expect(words(of: "One. Two! Three\nfour").map(\.sentence) == [0, 1, 2, 3])
    }

    @Test(
        "The language is told by its frequent words, and unknown where nothing tells",
        arguments: [
            ("This is not what I expected and it does not fit", .english),
            ("Leider ist die Hülle nach zwei Wochen schon kaputt", "de"),
            ("Purtroppo non è della misura giusta per il mio telefono", "it"),
            ("La qualité est très bonne mais ce n'est pas pour moi", "fr"),
            ("El producto es muy bueno pero no sirve para mi móvil", "es"),
            ("Het product is niet goed en werkt ook niet", "nl"),
            ("O produto não é bom e já não funciona com a minha", "pt"),
            ("とても良い商品です", "ja"), ("商品", .unknown), ("OK", .unknown), ("", .unknown),
            ("Super!!! 100%", .unknown),
        ] as [(String, Language)])
    func languages(text: String, expected: Language) {
        #expect(read(text).language == expected)
    }

    @Test(
        "The same complaint in eight languages",
        arguments: [
            "The paint is peeling off after a week and it looks bad",
            "Nach einer Woche blättert die Farbe ab, das ist nicht schön",
            "Dopo una settimana si scrosta la vernice e non è bello",
            "Après une semaine la peinture s'en va et ça s'écaille, ce n'est pas bien",
            "En una semana se descascara la pintura y no me gusta para nada",
            "Na een week bladdert de verf af en het is niet mooi",
            "Depois de uma semana descasca e não gostei do produto",
            "一週間で塗装が剥がれました",
        ])
    func coating(text: String) {
        #expect(complaints(text).contains("coating"), "\(read(text))")
    }

    @Test(
        "What is denied is no complaint",
        arguments: [
            ("It does not leak at all and I like it", "leaks"),
            ("The bottle never leaks and it is great", "leaks"),
            ("Es gibt keinen Geruch und das ist gut so", "smell"),
            ("Non ha un cattivo odore ed è molto bello", "smell"),
            ("No huele mal y es muy bueno para mi", "smell"),
            ("Il n'y a pas d'odeur et c'est très bien pour moi", "smell"),
        ])
    func denied(text: String, aspect: String) {
        #expect(!complaints(text).contains(aspect), "\(read(text))")
    }

    @Test("Not only is no denial; a negation in another sentence reaches nowhere")
    func reach() {
        #expect(complaints("It not only leaked, it was the wrong size too").contains("leaks"))
        #expect(complaints("I do not care. It leaked and that is that").contains("leaks"))
        #expect(complaints("Does it fit? Not. The case").isDisjoint(with: ["fit"]))
    }

    @Test("A phrase with a gap reaches over three words, not four, and never over a sentence")
    func gaps() {
        #expect(complaints("The colour is slowly coming off and I am sad").contains("coating"))
        #expect(
            !complaints("The colour that I chose for it is off and I am sad").contains("coating"))
        #expect(!complaints("I like the colour. Off we go with this one").contains("coating"))
    }

    @Test(
        "Words of danger in every language",
        arguments: [
            ("It caught fire while I was at work", ["fire_or_smoke"]),
            (
                "Das Netzteil ist geschmolzen und es kam Rauch heraus",
                ["fire_or_smoke", "fire_or_smoke"]
            ),
            ("Ha preso fuoco dopo un giorno di utilizzo, non comprate", ["fire_or_smoke"]),
            ("Le chargeur a fondu, je ne suis pas content du tout", ["fire_or_smoke"]),
            ("Se incendió el cargador y no me devuelven el dinero", ["fire_or_smoke"]),
            ("My child choked on a small part that was loose", ["choking"]),
            ("Der Schlauch war innen voller Schimmel und nicht zu gebrauchen", ["mould"]),
            ("I got a rash from the strap and it is not nice", ["toxic_or_allergic"]),
            ("Ho preso la scossa elettrica con questo prodotto", ["injury"]),
            ("充電中に発火しました", ["fire_or_smoke"]),
            ("Easy to grow, but it molded within a couple of days", ["mould"]),
        ])
    func dangers(text: String, expected: [String]) {
        #expect(hazards(text) == expected)
    }

    @Test(
        "What looks like danger and is none",
        arguments: [
            "Great brand, a brand new one arrived and it was the best brand",
            "The app does crash sometimes but it is fine with me",
            "El molde de silicona es muy bueno para hacer pan", "A wonderful gift for my mother",
            "Perfect gift", "It works with my Fire TV Stick and the Kindle Fire",
            "The case is molded to the phone and it is great", "Non toxic and safe for my child",
            "There is no mold and no smell in this bottle", "The material is non-toxic, I like it",
            "Der Stoff ist ungiftig und es gibt keine Verletzungsgefahr",
            "Ein tolles Gift for you", "The solder is melted with a heat gun as it should be",
            "This scissor did the trick to cut my fabric", "Measures my blood pressure well",
        ])
    func falseFriends(text: String) {
        #expect(hazards(text) == [], "\(read(text))")
    }

    @Test("In German the word that is a present in English is poison")
    func gift() {
        #expect(hazards("In dem Stoff ist Gift und das ist nicht gut") == ["toxic_or_allergic"])
    }

    /// For any text: ranges consist of whole characters, and a mention is within its sentence.
    @Test("Every mention lies in its sentence, and both are whole characters")
    func ranges() {
        var random = SplitMix64(seed: 5)
        let parts = [
            "It leaked", "größe", "blättert ab", ". ", "! ", "\n", "日本語", "漏れ", "。", "😀",
            "does not fit ",
            "si è rotto ", "pas bien ", "n'est ", "caught fire ", "  ", "é", "\u{301}",
            "peeling off ",
        ]
        for round in 0..<2000 {
            let text = (0..<random.draw(below: 12)).map { _ in
                parts[Int(random.draw(below: UInt64(parts.count)))]
            }.joined(separator: random.draw(below: 2) == 0 ? " " : "")
            let bytes = Array(text.utf8)
            let reading = read(text)
            let ranges =
                reading.mentions.map { ($0.range, $0.sentence) }
                + reading.hazards.map { ($0.range, $0.sentence) }
            for (range, sentence) in ranges {
                #expect(
                    sentence.lowerBound <= range.lowerBound
                        && range.upperBound <= sentence.upperBound)
                for place in [range, sentence] {
                    #expect(
                        String(validating: bytes[place], as: UTF8.self) != nil,
                        "round \(round): \(text)")
                }
            }
        }
    }

    @Test("The lexicon's phrases are folded, say more than a frequent word, and none stands twice")
    func lexicon() {
        let lexicon = Lexicon.first
        #expect(lexicon.version == 1 && lexicon.aspects.count >= 25 && lexicon.hazards.count == 6)
        #expect(Set(lexicon.aspects.map(\.id)).count == lexicon.aspects.count)
        #expect(lexicon.faults == [])
        for aspect in lexicon.aspects {
            #expect(["product", "listing", "both"].contains(aspect.route), "\(aspect.id)")
        }
    }

    @Test("What a complaint costs is exact")
    func impact() {
        #expect(starImpact(of: (20, 2), in: (120, 4)) == 2_000_000)
        #expect(starImpact(of: (120, 4), in: (120, 4)) == nil)
        #expect(starImpact(of: (0, 0), in: (0, 0)) == nil)
        #expect(starImpact(of: (10, 1), in: (110, 3)) == 1_333_333)
    }
}
