import Testing

@testable import AfterwordCore

/// Which sentence of a review is shown for what is read in it.
@Suite("The sentence that is shown of a review")
struct SaidSentenceTests {
    private struct Shown: Equatable {
        var aspect: String
        var text: String
        var isClear: Bool
    }

    private func values(_ title: String, _ body: String, star: Int = 1) -> ReviewValues {
        var values = ReviewValues()
        (values.title, values.body) = (title.isEmpty ? nil : Text(title), Text(body))
        values.rating = Int64(star * 10)
        return values
    }

    private func place(_ id: String, in lexicon: Lexicon) -> Int {
        lexicon.aspects.firstIndex { $0.id == id } ?? -1
    }

    private func shown(
        _ id: String, _ values: ReviewValues, isNegative: Bool = true, _ lexicon: Lexicon = .second
    ) -> Shown? {
        var quotes = QuoteReader(lexicon)
        let said = quotes.sentence(
            of: place(id, in: lexicon), isNegative: isNegative, in: values,
            readReview(values, with: lexicon))
        return said.map {
            Shown(aspect: id, text: values.quote($0.field, $0.range), isClear: $0.isClear)
        }
    }

    @Test(
        "Where that of the reading does not say the aspect by itself, another one is shown",
        arguments: [
            ("size", "To small", "They are smaller than the original tips. Sent back.", 2, 0),
            ("size", "Zu klein?", "Zu klein für meine Schuhe.", 1, 0),
            ("leaks", "¿Gotea?", "La tapa gotea en la mochila.", 1, 0),
            ("leaks", "Fuite ?", "Le bouchon fuit dans le sac.", 1, 0),
            ("slippery", "Scivolosa", "Resa perché scivolosa.", 1, 0),
            ("leaks", "", "Does it leak, leak, leak? Sent back. The bottle leaks.", 1, 2),
        ])
    func other(_ id: String, _ title: String, _ body: String, _ star: Int, _ number: Int) {
        let own = values(title, body, star: star)
        let reading = readReview(own, with: .second)
        let read = reading.mention(of: place(id, in: .second), isNegative: true)
        let text = read.map { own.quote($0.field, $0.sentence) }
        let sentences = body.split { ".?".contains($0) }
        let wanted = String(sentences[number].drop { $0 == " " })
        #expect(text != nil && text != wanted, "\(id): \(body)")
        let found = shown(id, own)
        #expect(found == Shown(aspect: id, text: wanted, isClear: true), "\(id): \(body)")
    }

    @Test("What only phrases of a taxonomy find is shown by the sentence of the phrase")
    func added() throws {
        let file = """
            taxonomy = 1
            [add.gluten]
            label = "Contains gluten"
            complaints = { en = ["contain* gluten"] }
            """
        let lexicon = Lexicon.second.with(
            try Taxonomy(parsing: Array(file.utf8), over: .second), acceptedBy: 7)
        let stated = shown("gluten", values("", "I love the box. It contains gluten."), lexicon)
        #expect(stated?.text == "It contains gluten" && stated?.isClear == true)
        // A question is no other sentence's complaint.
        let asked = shown("gluten", values("Contains gluten?", "I love the box."), lexicon)
        #expect(asked?.text != "I love the box" && asked?.isClear != true)
    }

    @Test("Where that of the reading says so it is shown, and where none does too")
    func ofReading() {
        for (id, body, wanted) in [
            ("smell", "Sent le plastique. Renvoyé aussitôt.", "Sent le plastique"),
            ("leaks", "It leaks from the lid. Went straight back.", "It leaks from the lid"),
            ("rust", "Sie rostet schnell. Ging zurück.", "Sie rostet schnell"),
        ] {
            let found = shown(id, values("Finger weg", body))
            #expect(found == Shown(aspect: id, text: wanted, isClear: true), "\(id)")
        }
        let vague = values("Finger weg", "Nach wenigen Wochen enttäuscht. Der Arm sinkt ab.")
        let said = "Nach wenigen Wochen enttäuscht"
        #expect(shown("coating", vague) == Shown(aspect: "coating", text: said, isClear: false))
        #expect(shown("leaks", vague) == nil)
    }

    @Test("Praise is shown by the sentence that praises and does not ask")
    func praise() {
        let own = values("Passt perfekt?", "Passt perfekt auf mein Telefon.", star: 5)
        let found = shown("fit", own, isNegative: false)
        #expect(found?.text == "Passt perfekt auf mein Telefon" && found?.isClear == true)
    }

    @Test("Of a review only its first sentences are read again")
    func bounded() {
        func text(_ others: Int) -> String {
            String(repeating: "Ok. ", count: others) + "Zu klein für meine Schuhe."
        }
        let most = ProgramQuote.sentences
        #expect(
            shown("size", values("Zu klein?", text(most - 1)))?.text
                == "Zu klein für meine Schuhe")
        #expect(shown("size", values("Zu klein?", text(most)))?.text == "Zu klein")
    }

    @Test("A review is shown for the first complaint that a sentence says clearly")
    func complaint() {
        func found(_ body: String) -> Shown? {
            let own = values("Finger weg", body)
            var quotes = QuoteReader(.second)
            return quotes.complaint(in: own, readReview(own, with: .second)).map { found in
                let said = found.sentence
                return Shown(
                    aspect: Lexicon.second.aspects[found.aspect].id,
                    text: own.quote(said.field, said.range), isClear: said.isClear)
            }
        }
        let plastic = "Riecht auch nach dem dritten Spülen nach Plastik"
        let vague = "Nach wenigen Wochen enttäuscht"
        let both = values("Finger weg", "\(plastic). \(vague).")
        let complaints = readReview(both, with: .second).complaints.sorted()
            .map { Lexicon.second.aspects[$0].id }
        #expect(complaints == ["coating", "smell"])
        #expect(
            found("\(plastic). \(vague).")
                == Shown(aspect: "smell", text: plastic, isClear: true))
        #expect(
            found("\(vague). Der Arm sinkt ab.")
                == Shown(aspect: "coating", text: vague, isClear: false))
        #expect(found("Das Buch kam am Montag.") == nil)
    }

    @Test("A danger is shown by a sentence that states it, where the review has one")
    func danger() {
        func shown(_ body: String, _ hazard: String = "fire_or_smoke", _ end: Int = 20) -> String {
            let own = values("At night", body)
            var quotes = QuoteReader(.second)
            let danger = Danger(
                hazard: hazard, severity: 0, dangerClass: .happened, field: .body,
                sentence: 0..<end)
            let placed = quotes.placed(danger, in: own)
            #expect(placed.hazard == hazard && placed.dangerClass == .happened)
            return own.quote(placed.field, placed.sentence)
        }
        let stated = "It happened at night. The charger caught fire."
        #expect(shown(stated) == "The charger caught fire")
        #expect(shown("It happened at night. I was afraid.") == "It happened at night")
        #expect(shown(stated, Danger.judged, stated.utf8.count) == stated)
        let first = "The charger caught fire. There was fire everywhere."
        #expect(shown(first, "fire_or_smoke", 23) == "The charger caught fire")
    }

    @Test("With phrases the longest sentence that has one is shown, as insights quote it")
    func first() {
        let own = values("Leaks", "It leaked after two days and my bag was wet. Leaks!")
        let found = shown("leaks", own, .first)
        #expect(found?.text == "It leaked after two days and my bag was wet")
        #expect(found?.isClear == true)
        var quotes = QuoteReader(.first)
        let danger = Danger(
            hazard: "fire_or_smoke", severity: 0, dangerClass: .said, field: .title,
            sentence: 0..<5)
        #expect(quotes.placed(danger, in: own) == danger)
    }
}
