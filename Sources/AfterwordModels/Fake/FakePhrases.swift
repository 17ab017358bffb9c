import AfterwordCore

/// Phrases of the fake model in one language, used around an aspect's label. They contain no
/// numbers and no quotation marks.
struct FakePhrases {
    /// What a phrase introduces.
    enum Kind {
        case issue, strength
        case recommendation(Route)
    }

    var issue: String
    var strength: String
    var product: String
    var listing: String
    var both: String
    var standing: String
    var limitation: String

    func say(_ label: String, _ kind: Kind) -> String {
        let phrase =
            switch kind {
            case .issue: issue
            case .strength: strength
            case .recommendation(.product): product
            case .recommendation(.listing): listing
            case .recommendation(.both): both
            }
        return phrase + " " + label + "."
    }

    static func of(_ language: Language) -> FakePhrases {
        phrases[language] ?? phrases[.english]!
    }

    private static let phrases: [Language: FakePhrases] = [
        .english: FakePhrases(
            issue: "A complaint that customers share:", strength: "What customers praise:",
            product: "Have the makers of the product look into this:",
            listing: "Say more clearly in the listing how it is with this:",
            both: "Check product and listing for this:",
            standing: "Complaints and praise stand side by side in what customers write.",
            limitation: "Only those who write reviews are heard here."),
        .german: FakePhrases(
            issue: "Eine Klage, die Kunden teilen:", strength: "Was Kunden loben:",
            product: "Dem sollten die Hersteller am Produkt nachgehen:",
            listing: "In der Beschreibung klarer sagen, wie es damit steht:",
            both: "Produkt und Beschreibung daraufhin prüfen:",
            standing: "Klagen und Lob stehen in den Bewertungen nebeneinander.",
            limitation: "Zu Wort kommt nur, wer eine Bewertung schreibt."),
        .italian: FakePhrases(
            issue: "Un reclamo comune tra i clienti:", strength: "Quello che i clienti lodano:",
            product: "I produttori dovrebbero verificare sul prodotto:",
            listing: "Spiegare meglio nella scheda come stanno le cose:",
            both: "Verificare prodotto e scheda:",
            standing:
                "Lamentele e lodi stanno una accanto all'altra in quello che scrivono i clienti.",
            limitation: "Parla soltanto chi scrive una recensione."),
        .french: FakePhrases(
            issue: "Une plainte que partagent les clients :",
            strength: "Ce que les clients apprécient :",
            product: "Les fabricants devraient examiner le produit :",
            listing: "Dire plus clairement dans la fiche ce qu'il en est :",
            both: "Vérifier le produit et la fiche :",
            standing: "Plaintes et éloges se côtoient dans ce qu'écrivent les clients.",
            limitation: "On n'entend ici que ceux qui écrivent un avis."),
        .spanish: FakePhrases(
            issue: "Una queja que comparten los clientes:",
            strength: "Lo que elogian los clientes:",
            product: "Los fabricantes deberían revisar el producto:",
            listing: "Decir con más claridad en la ficha cómo es:",
            both: "Revisar el producto y la ficha:",
            standing: "Quejas y elogios conviven en lo que escriben los clientes.",
            limitation: "Aquí solo se oye a quienes escriben una reseña."),
        .dutch: FakePhrases(
            issue: "Een klacht die klanten delen:", strength: "Wat klanten prijzen:",
            product: "Laat de makers van het product hiernaar kijken:",
            listing: "Zeg in de beschrijving duidelijker hoe het hiermee zit:",
            both: "Controleer product en beschrijving hierop:",
            standing: "Klachten en lof staan naast elkaar in wat klanten schrijven.",
            limitation: "Alleen wie een recensie schrijft, komt hier aan het woord."),
        .portuguese: FakePhrases(
            issue: "Uma queixa que os clientes partilham:",
            strength: "O que os clientes elogiam:",
            product: "Os fabricantes deveriam verificar o produto:",
            listing: "Dizer com mais clareza no anúncio como é:",
            both: "Verificar o produto e o anúncio:",
            standing: "Queixas e elogios andam lado a lado no que escrevem os clientes.",
            limitation: "Aqui só se ouve quem escreve uma avaliação."),
        .japanese: FakePhrases(
            issue: "お客様に共通する不満です：", strength: "お客様が評価している点です：",
            product: "メーカーによる製品の確認をお勧めします：",
            listing: "商品ページでの説明をわかりやすくしてください：",
            both: "製品と商品ページの確認をお勧めします：",
            standing: "不満の声と評価する声が並んでいます。",
            limitation: "レビューを書いた方の声だけが反映されています。"),
    ]
}
