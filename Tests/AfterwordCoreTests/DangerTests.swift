import AfterwordCore
import Testing

/// Classes of dangers: what happened, what is called dangerous, and the mere or denied word.
@Suite struct DangerTests {
    private func values(_ body: String, star: Int? = nil) -> ReviewValues {
        var values = ReviewValues()
        values.body = Text(body)
        values.rating = star.map { Int64($0) * 10 }
        return values
    }

    private func found(_ body: String, star: Int? = nil, _ verdict: Verdict? = nil) -> [Danger] {
        let values = values(body, star: star)
        return dangers(
            in: readReview(values, with: .first), of: values, verdict: verdict, lexicon: .first)
    }

    private func classes(_ body: String, star: Int? = nil) -> [String] {
        found(body, star: star).map { "\($0.dangerClass.rawValue) \($0.hazard)" }
    }

    @Test(
        "Class A: it happened, any stars",
        arguments: [
            ("Do not buy, it caught fire in the microwave.", "fire_or_smoke"),
            ("Do not buy - caught fire", "fire_or_smoke"),
            ("No joke it caught fire and I love the colour", "fire_or_smoke"),
            ("It does not work and burnt through the first time", "fire_or_smoke"),
            ("Es hat nicht lange gedauert, dann ist das Netzteil geschmolzen", "fire_or_smoke"),
            ("Nicht zu empfehlen, das Gerät ist nach zwei Tagen explodiert", "fire_or_smoke"),
            ("Non comprate, ha preso fuoco dopo un giorno", "fire_or_smoke"),
            ("N'achetez pas, il a pris feu et je ne suis pas content", "fire_or_smoke"),
            ("No lo compren, se incendió el cargador en mi casa", "fire_or_smoke"),
            ("Koop het niet, de lader is gesmolten en dat is niet goed", "fire_or_smoke"),
            ("Não comprem, o carregador pegou fogo e já não funciona", "fire_or_smoke"),
            ("煙が出て動かない。とても怖いです", "fire_or_smoke"),
            ("There was smoke coming out of it, but it was great", "fire_or_smoke"),
            ("After two weeks there is mold everywhere and it stinks", "mould"),
            ("Nothing but trouble, my son choked on it", "choking"),
            ("The coating failed to prevent mold after a week and it stinks", "mould"),
        ])
    func happened(text: String, hazard: String) {
        for star in [1, 5, nil] {
            #expect(classes(text, star: star) == ["A \(hazard)"], "\(text), stars \(star ?? 0)")
        }
    }

    @Test(
        "Class B: it is called dangerous, in every language",
        arguments: [
            ("This is dangerous and I want my money back", "dangerous"),
            ("Unsafe to use for children, they should not sell it", "dangerous"),
            ("The hook is not safe and I sent it back", "dangerous"),
            ("Das ist gefährlich für Kinder und nicht zu empfehlen", "dangerous"),
            ("È pericoloso per i bambini e non lo consiglio", "dangerous"),
            ("C'est dangereux pour les enfants et je ne suis pas content", "dangerous"),
            ("Es peligroso para los niños y no lo recomiendo", "dangerous"),
            ("Het is gevaarlijk voor kinderen en niet goed", "dangerous"),
            ("É perigoso para as crianças e não recomendo", "dangerous"),
            ("子供には危ないと思います", "dangerous"), ("とても危険です", "dangerous"),
            ("This thing is a fire hazard and they still sell it", "fire_or_smoke"),
            ("Scharfe Kanten und hohe Verletzungsgefahr für die Kinder", "injury"),
            ("It could catch fire when you are not there", "fire_or_smoke"),
            ("Das könnte leicht explodiert sein, ist aber nur warm", "fire_or_smoke"),
        ])
    func said(text: String, hazard: String) {
        for star in [1, 5, nil] {
            #expect(classes(text, star: star) == ["B \(hazard)"], "\(text), stars \(star ?? 0)")
        }
    }

    @Test(
        "Class C: denied on either side, kept away, or known of dangers in general",
        arguments: [
            "Mit Schimmel hatte ich auch keinerlei Probleme.",
            "Schimmel war bei mir bisher kein Thema und das ist gut so.",
            "Das Kabel wird warm, aber es brannte nicht.",
            "Ich hatte keine Probleme mit Schimmel in der Flasche.",
            "Water drains quickly, preventing any mildew.",
            "With mold I never had any issues and it is easy to clean.",
            "The bottle stays mold free and that is what I want.",
            "It is not dangerous at all and it is easy to use.",
            "Did you know that injury risk rises on artificial turf?",
            "Wussten Sie, dass die Verletzungsgefahr auf dem Kunstrasen steigt?",
            "Con la muffa non ho avuto alcun problema, è molto buono.",
            "Non è pericoloso per i bambini e sono molto contento.",
            "Avec la moisissure je n'ai eu aucun problème, c'est très bien.",
            "Le produit évite la moisissure et c'est très bien pour moi.",
            "Con el moho no he tenido ningún problema y es muy bueno.",
            "No es peligroso para los niños y es muy bueno.",
            "Met schimmel heb ik nog geen enkel probleem en het werkt goed.",
            "Com o bolor não tive nenhum problema e é muito bom.",
            "カビは生えませんし、とても使いやすいです。", "火傷の心配がないので安心です。",
            "危なくないので子供にも使えます。",
        ])
    func unlikely(text: String) {
        for star in [1, 5, nil] {
            let found = found(text, star: star)
            #expect(!found.isEmpty && found.allSatisfy { !$0.dangerClass.leads }, "\(found)")
        }
    }

    @Test("A word alone is what happened under few stars, and says nothing over many")
    func alone() {
        let text = "Smoke, lots of it, the whole kitchen"
        #expect(classes(text, star: 1) == ["A fire_or_smoke"])
        #expect(classes(text, star: 5) == ["C fire_or_smoke"])
        #expect(
            classes("The smoke smell of this tea is what I like", star: 5) == ["C fire_or_smoke"])
    }

    @Test("A denial reaches neither over a comma or 'but', nor out of 'do not buy'")
    func clauses() {
        let table = classes("It has no buttons, burnt the table and it smells")
        #expect(table == ["A fire_or_smoke"])
        #expect(classes("It did not stop but exploded in the kitchen") == ["A fire_or_smoke"])
        #expect(classes("I would not recommend it exploded in my hand") == ["A fire_or_smoke"])
    }

    @Test("By class, then severity: fire before skin, whatever stands first in the text")
    func order() {
        let text = "I got a rash. There is mold in it. It caught fire. It is dangerous."
        #expect(
            classes(text, star: 1) == ["A fire_or_smoke", "A toxic_or_allergic", "A mould"])
        #expect(
            classes("It is a fire hazard, and there was mold in it after a week", star: 1)
                == ["A mould", "B fire_or_smoke"])
        #expect(Lexicon.first.hazards.first == "fire_or_smoke")
    }

    @Test("A hazard that is denied once and happened once has happened")
    func strongest() {
        let text = "The old one never caught fire. This one caught fire on the second day."
        let found = found(text)
        #expect(found.map(\.dangerClass) == [.happened])
        let sentence = found.first.map { Array(text.utf8)[$0.sentence] } ?? []
        #expect(String(decoding: sentence, as: UTF8.self).hasPrefix("This one"))
    }

    @Test("What was judged is rating, title and body; white space and votes are not in it")
    func judged() {
        var first = values("It caught fire here.", star: 1)
        first.title = "Oh no"
        var other = first
        other.body = "It  caught\u{A0}fire here. "
        other.helpfulVotes = 7
        #expect(first.judgedDigest == other.judgedDigest)
        for change: (inout ReviewValues) -> Void in [
            { $0.rating = 20 }, { $0.title = "Oh" }, { $0.title = nil },
            { $0.body = "It caught fire there." },
        ] {
            var edited = first
            change(&edited)
            #expect(edited.judgedDigest != first.judgedDigest)
        }
    }

    @Test("A verdict of false leaves nothing; one of real makes it class A, even without a word")
    func verdicts() {
        #expect(found("It caught fire and that is that", .isFalse).isEmpty)
        #expect(
            found("It is not dangerous at all and I like it", .real).map(\.dangerClass)
                == [.happened])
        let silent = found("The handle came off over my child", .real)
        #expect(silent.map(\.hazard) == [Danger.judged] && silent[0].dangerClass == .happened)
        #expect(silent[0].sentence == 0..<33)
    }
}
