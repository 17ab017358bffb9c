/// A group of negative reviews in which the lexicon finds no complaint, but which share words.
package struct SentenceCluster: Equatable, Sendable {
    /// One to three words without stop words, in the spelling that most of its reviews use.
    package var label: String
    package var language: Language
    /// The reviews of the group, by index in the clustered list.
    package var members: [Member]

    /// A review of the group and the sentence with the shared words, as a byte range of a field.
    package struct Member: Equatable, Sendable {
        package var index: Int
        package var field: TrackedField
        package var sentence: Range<Int>
    }
}

/// Limits of clustering.
package enum ClusterLimit {
    /// The fewest reviews of a cluster: one in `part` of the reviews without a known complaint, but
    /// at least `support` and never more than `enough`.
    package static let support = 3
    static let part = 25
    static let enough = 6
    package static let clusters = 8
    static let words = 3
    /// How many times as frequent a phrase must be in these reviews as in all others.
    static let lift = 2
}

/// Clusters complaints that the lexicon does not know. It looks for phrases of one to three words
/// without stop words in reviews of up to three stars without a known complaint. A phrase must be
/// in at least `ClusterLimit.support` reviews and at least twice as frequent there as in all other
/// reviews of the language (three times for a single word), which excludes product names. The
/// phrase in the most reviews takes those reviews, then the next phrase takes from the rest.
package func clusterSentences(
    _ reviews: [(values: ReviewValues, reading: ReviewReading)]
) -> [SentenceCluster] {
    var phrases: [Phrase: [Int: Place]] = [:]
    var elsewhere: [Phrase: Int] = [:]
    // Reviews per language: negative ones without a known complaint, and all others.
    var unread: [Language: Int] = [:]
    var others: [Language: Int] = [:]
    for (index, review) in reviews.enumerated() {
        let isOther = (review.values.star ?? 0) >= 4 || !review.reading.complaints.isEmpty
        let found = placedPhrases(review.values, review.reading.language)
        if isOther {
            others[review.reading.language, default: 0] += 1
            for phrase in found.keys { elsewhere[phrase, default: 0] += 1 }
        } else {
            unread[review.reading.language, default: 0] += 1
            for (phrase, place) in found { phrases[phrase, default: [:]][index] = place }
        }
    }
    let support = min(
        max(ClusterLimit.support, unread.values.reduce(0, +) / ClusterLimit.part),
        ClusterLimit.enough)
    phrases = phrases.filter { phrase, places in
        // Adding one to the others corrects for small samples; a single word needs a higher lift.
        let lift = ClusterLimit.lift + (phrase.words.count == 1 ? 1 : 0)
        return places.count >= support
            && places.count * ((others[phrase.language] ?? 0) + 1)
                >= lift * ((elsewhere[phrase] ?? 0) + 1) * (unread[phrase.language] ?? 0)
    }
    var clusters: [SentenceCluster] = []
    while clusters.count < ClusterLimit.clusters,
        let best = phrases.max(by: { weight($0) < weight($1) }),
        best.value.count >= support
    {
        let members = best.value.sorted { $0.key < $1.key }
        clusters.append(
            SentenceCluster(
                label: commonest(members.map(\.value.written)), language: best.key.language,
                members: members.map {
                    .init(index: $0.key, field: $0.value.field, sentence: $0.value.sentence)
                }))
        for phrase in phrases.keys {
            for (index, _) in members { phrases[phrase]?[index] = nil }
        }
    }
    return clusters
}

private struct Phrase: Hashable {
    var language: Language
    var words: [String]
}

private struct Place {
    var written: String
    var field: TrackedField
    var sentence: Range<Int>
}

/// Ordered by reviews, words and letters; ties by bytes.
private func weight(_ entry: (key: Phrase, value: [Int: Place])) -> (Int, Int, Int, Text) {
    let joined = entry.key.words.joined(separator: " ")
    return (entry.value.count, entry.key.words.count, joined.utf8.count, Text(joined))
}

private func commonest(_ written: [String]) -> String {
    var counts: [String: Int] = [:]
    for text in written { counts[text, default: 0] += 1 }
    let best = counts.max { left, right in
        left.value == right.value
            ? Text(left.key) > Text(right.key) : left.value < right.value
    }
    return best?.key ?? ""
}

/// The phrases of a review, each at its first occurrence.
private func placedPhrases(_ values: ReviewValues, _ language: Language) -> [Phrase: Place] {
    var places: [Phrase: Place] = [:]
    for (field, text) in [(TrackedField.title, values.title), (.body, values.body)] {
        guard let text, language != .japanese else { continue }
        let found = words(of: text)
        for start in found.indices where !isStopWord(found[start].text) {
            var group: [String] = []
            for end in start..<min(start + ClusterLimit.words, found.count) {
                guard found[end].sentence == found[start].sentence,
                    !isStopWord(found[end].text)
                else { break }
                group.append(found[end].text)
                let phrase = Phrase(language: language, words: group)
                guard places[phrase] == nil else { continue }
                let range = found[start].range.lowerBound..<found[end].range.upperBound
                places[phrase] = Place(
                    written: String(decoding: text.bytes[range], as: UTF8.self).lowercased(),
                    field: field, sentence: sentence(found, around: start..<end + 1, in: text))
            }
        }
    }
    return places
}

/// Whether a word is frequent in some language, a negation, a number, or shorter than three
/// letters.
package func isStopWord(_ word: String) -> Bool {
    word.unicodeScalars.count < 3 || stopWords.contains(word)
        || word.unicodeScalars.allSatisfy { $0.properties.numericType != nil }
}

private let stopWords = Lexicon.first.negations.values
    .reduce(fillers.union(Language.allMarks)) { $0.union($1) }

/// Words that carry no complaint by themselves: auxiliaries, pronouns, particles, number words, and
/// words found in reviews of any product. Folded.
private let fillers: Set<String> = Set(
    """
    about again all also always another any anything are back been before being both buy bought can could doing each
    even ever every first get gets getting give given going got here his how however item its just know like little long
    look lot made make many may maybe might more most much must need needs never new now off old once one ones only order
    ordered other our out over product purchase purchased put quite rather really review same say says second see seem
    seems she should since some something star stars still such sure take than their them then there thing things think
    third though thought three time times too took tried try trying two under until use used uses using very want wanted
    way well were what where which who why will work yet yes amazon day days week weeks month months year years five four
    also alle allem allen aller alles als also anderen andere beim bestellt bin bis bitte damit dann darf daran dass dazu
    dein denn deren dessen diese diesem diesen dieser dieses doch dort drei durch eben ein einmal einfach erst etwas ganz
    gar gekauft gibt habe haben hat hatten hier hin ihr ihre immer jetzt jede jeder jedes jedoch kann kauf kaufen konnte
    machen macht man mehr mein meine meinem meinen meiner muss musste neu nun oder ohne produkt schon sehr sein seine seit
    selbst sich sie sind soll sollte stern sterne tag tage tagen trotz uber und uns unter viel viele vier von vor war waren
    warum weil weiter welche wenig weniger werden wie wieder wird wirklich wollte wurde wurden zwar zwei zweite zwischen
    monat monate monaten woche wochen jahr jahre jahren
    alcuni ancora avere aveva avevo bel bella ben cosa cosi cui dalla dalle dallo dai degli della dello dentro dire dove due
    ecco era erano essere fare fatto forse gia giorni giorno grande invece mai mesi mese meno mio mia molto nella nelle
    niente noi ogni ogni oltre ora parte poi poco prima primo proprio pure quale quando quanto quasi quelli quello quindi
    quattro sempre senza settimana settimane sia siamo solo sono sopra sotto stata stato stelle stella sul sulla suo sua
    tanto tre troppo tutta tutte tutti tutto una uno volta volte vuole anni anno acquistato acquisto
    achat acheter achete ainsi alors apres assez aucun aussi autre autres avant avait avoir beaucoup car ceci cela celui
    ces cet cette chaque chose comme comment contre dans depuis deux donc dont elle elles encore enfin entre est etait etc
    ete etre faire fois ici ils jamais jour jours juste lequel leur leurs lors mais malgre meme mes mieux mois moins mon
    non nos notre nous ont par parce pas peu peut plus pour pourquoi pourtant premier presque quand que quel quelle quelques
    quoi rien sans semaine semaines ses seulement soit son sont sous suis sur tant tous tout toute toutes tres trois trop
    une vers vos votre vous vraiment ans annee etoile etoiles commande
    ademas ahora algo algun alguna antes aqui aunque cada casi compra comprado compre con cual cuando cuatro dado debe
    decir desde despues dia dias donde dos ella ellos entonces entre era eran eso esos esta estaba estan estar estas este
    esto estos estrella estrellas fue fueron habia hace hacer hasta hay hecho igual mas meses mes menos mientras mis mismo
    mucha mucho muchos muy nada ni nos nosotros nuestra otra otro otros para parece pedido pero poco poner por porque pues
    puede puedo que quien quiero realmente semana semanas ser sido siempre sino sobre son soy su sus tal tambien tan tanto
    tener tengo tenia tiene tienen toda todas todo todos tres tras una unas uno unos usar vez veces anos
    aan alle alles als altijd andere besteld bij binnen daar dan dagen dag deze dit doen door dus echt een eens eerst elke
    gaan geen gekocht haar had hadden hebben heeft hele hem hier hij hoe hun iets ik in is jaar jaren kan komen kon kopen
    maand maanden maar maken meer men met mij mijn moet na naar niet nieuw nog nu of om omdat onder ons ook op over product
    sinds steeds ster sterren te tegen toch toen tot twee uit van veel verder via vier volgens voor waar wanneer waren was wat
    weken week weer weg weinig wel werd werden wie wij worden wordt zal ze zeer zelf zich zij zijn zo zoals zonder zou
    die aus auf ins dir dich euch eure hab halt mal nichts eher sonst sowie somit statt wegen wobei weder ihm ihn ihnen
    ihrem ihren ihrer leider schade schlecht schlechte gut gute guter besser
    received receive receives receiving came come comes coming quickly big bigger bit lots able actually anymore bad better
    best better good great nice poor sadly unfortunately disappointed disappointing happy hope hoped however instead left
    less least maybe part place probably right side small sort stuff sure together today wrong worst
    quality qualitat qualite calidad qualita kwaliteit qualidade dommage decu decue decus helaas peccato lastima
    purtroppo pena penna deluso delusa male mal malo mala mauvais mauvaise bueno buena bonne slecht slechte goed goede
    perche hanno geht gehen ging lleva llevan niveau covered zuruck returned return
    allerdings jedoch dennoch different however besides anyway zudem ausserdem
    agora ainda algum alguma antes apenas aqui assim ate bem cada caso coisa com como comprei compra da dar das de depois
    dele dentro desde dia dias dois duas ela ele eles em entre era essa esse esta estao estar estava este estou estrela
    estrelas eu fazer fica ficou fiz foi for foram ha isso isto ja la lhe logo mais mas meio menos mes meses mesmo minha
    muita muito nada nao nas nem nos nossa num numa o onde ou outra outro para parece pela pelo pode pois por porque pouco
    pra qual quando quase que quem sao se seja sem sempre ser seu sido sim sobre so sua tal tambem tanto tem tenho ter tinha
    toda todas todo todos tudo um uma vai vem vez vezes voce ano anos semana semanas tres
    """.split { $0 == " " || $0 == "\n" }.map(String.init))
