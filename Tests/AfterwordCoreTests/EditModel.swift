@testable import AfterwordCore

/// Ways in which customers edit a review, as a seeded model for tests.
enum ModelledEdit: String, CaseIterable {
    case typo, addedSentence, removedSentence, changedRating, reordered, update, casing
}

/// Sentences of one language, written for these tests.
struct ReviewSentences {
    var language: String
    var sentences: [String]
    var update: String
    /// Between two sentences.
    var joint = " "

    static let all = [
        ReviewSentences(
            language: "en",
            sentences: [
                "The zipper broke on the second day of our holiday.",
                "I use this lamp every evening to read in bed.",
                "Assembly took twenty minutes and all screws were there.",
                "My daughter spilled juice over it and nothing happened.",
                "The colour looks much darker than in the pictures.",
                "Customer service answered within an hour and sent another one.",
                "It smells of plastic for about a week, then it is fine.",
                "For the price you cannot expect leather, but the seams hold.",
                "The battery lasts three days if you turn the screen down.",
                "I would buy it again for my mother.",
                "Works great.", "Nice and warm.",
            ], update: "UPDATE after two months: the hinge came loose and squeaks."),
        ReviewSentences(
            language: "de",
            sentences: [
                "Der Reißverschluss ist schon am zweiten Urlaubstag gerissen.",
                "Ich benutze die Lampe jeden Abend zum Lesen im Bett.",
                "Der Aufbau dauerte zwanzig Minuten, alle Schrauben waren dabei.",
                "Meine Tochter hat Saft darüber geschüttet und nichts ist passiert.",
                "Die Farbe wirkt viel dunkler als auf den Bildern.",
                "Der Kundendienst hat innerhalb einer Stunde geantwortet.",
                "Eine Woche lang riecht es nach Plastik, danach ist alles gut.",
                "Für den Preis kann man kein Leder erwarten, aber die Nähte halten.",
                "Der Akku hält drei Tage, wenn man den Bildschirm dunkler stellt.",
                "Ich würde es für meine Mutter wieder kaufen.",
                "Alles bestens.", "Schön warm.",
            ], update: "UPDATE nach zwei Monaten: Das Scharnier ist locker und quietscht."),
        ReviewSentences(
            language: "es",
            sentences: [
                "La cremallera se rompió el segundo día de las vacaciones.",
                "Uso esta lámpara todas las noches para leer en la cama.",
                "El montaje duró veinte minutos y no faltaba ningún tornillo.",
                "Mi hija le derramó zumo encima y no pasó nada.",
                "El color es mucho más oscuro que en las fotos.",
                "La atención al cliente contestó en una hora y envió otro.",
                "Huele a plástico durante una semana y luego se pasa.",
                "Por este precio no se puede esperar cuero, pero las costuras aguantan.",
                "La batería dura tres días si se baja el brillo de la pantalla.",
                "Lo compraría otra vez para mi madre.",
                "Todo bien.", "Muy abrigado.",
            ], update: "ACTUALIZACIÓN tras dos meses: la bisagra se aflojó y chirría."),
        ReviewSentences(
            language: "fr",
            sentences: [
                "La fermeture s'est cassée le deuxième jour de nos vacances.",
                "J'utilise cette lampe tous les soirs pour lire au lit.",
                "Le montage a pris vingt minutes et il ne manquait aucune vis.",
                "Ma fille a renversé du jus dessus et rien ne s'est passé.",
                "La couleur est bien plus foncée que sur les photos.",
                "Le service client a répondu en une heure et en a envoyé un autre.",
                "Cela sent le plastique pendant une semaine, ensuite ça va.",
                "À ce prix on ne peut pas attendre du cuir, mais les coutures tiennent.",
                "La batterie dure trois jours si on baisse la luminosité.",
                "Je le rachèterais volontiers pour ma mère.",
                "Très bien.", "Bien chaud.",
            ], update: "MISE À JOUR après deux mois : la charnière est lâche et grince."),
        ReviewSentences(
            language: "ja",
            sentences: [
                "旅行の二日目にファスナーが壊れてしまいました。",
                "毎晩ベッドで本を読むときにこのランプを使っています。",
                "組み立ては二十分ほどで、ネジも全部そろっていました。",
                "娘がジュースをこぼしましたが、何ともありませんでした。",
                "写真で見るより色がかなり暗いです。",
                "問い合わせに一時間で返事が来て、交換品を送ってくれました。",
                "一週間くらいはプラスチックの匂いがしますが、その後は平気です。",
                "この値段で本革は期待できませんが、縫い目はしっかりしています。",
                "画面を暗くすれば電池は三日もちます。",
                "母のためにもう一つ買いたいと思います。",
                "とても良いです。", "暖かいです。",
            ], update: "追記:二か月後に蝶番がゆるんで音がするようになりました。", joint: ""),
    ]

    /// A review of some of the sentences, none twice.
    func review(_ random: inout SplitMix64) -> [String] {
        var open = sentences
        let count = 1 + Int(random.draw(below: 6))
        return (0..<count).map { _ in open.remove(at: Int(random.draw(below: UInt64(open.count)))) }
    }
}

/// A review whose text is a list of sentences.
struct ModelledReview {
    var sentences: [String]
    var joint = " "
    var rating: Int64 = 50

    var text: String { sentences.joined(separator: joint) }

    /// The review as a customer may edit it; nil where this edit cannot be made of it.
    func edited(
        _ edit: ModelledEdit, with language: ReviewSentences, _ random: inout SplitMix64
    ) -> ModelledReview? {
        var edited = self
        switch edit {
        case .typo: edited.sentences = [misspelled(text, &random)]
        case .addedSentence:
            let open = language.sentences.filter { !sentences.contains($0) }
            let place = Int(random.draw(below: UInt64(sentences.count + 1)))
            edited.sentences.insert(open[Int(random.draw(below: UInt64(open.count)))], at: place)
        case .removedSentence:
            guard sentences.count > 1 else { return nil }
            edited.sentences.remove(at: Int(random.draw(below: UInt64(sentences.count))))
        case .changedRating:
            edited.rating = 10
            edited.sentences = [misspelled(text, &random)]
        case .reordered:
            guard sentences.count > 1 else { return nil }
            edited.sentences.append(edited.sentences.removeFirst())
        case .update: edited.sentences.append(language.update)
        case .casing:
            edited.sentences = [
                text.uppercased().replacing(".", with: "!").replacing("。", with: "！")
            ]
        }
        return edited.text == text ? nil : edited
    }

    /// One letter doubled, dropped, swapped with the next or exchanged.
    private func misspelled(_ text: String, _ random: inout SplitMix64) -> String {
        var letters = Array(text)
        let places = letters.indices.dropLast().filter {
            letters[$0].isLetter && letters[$0 + 1].isLetter
        }
        guard !places.isEmpty else { return text }
        let place = places[Int(random.draw(below: UInt64(places.count)))]
        switch random.draw(below: 4) {
        case 0: letters.insert(letters[place], at: place)
        case 1: letters.remove(at: place)
        case 2: letters.swapAt(place, place + 1)
        default: letters[place] = letters[place] == "e" ? "a" : "e"
        }
        return String(letters)
    }
}
