/// Personal names: the run of capitalized words after a title ("Mrs Anna Smith", "Mevr. de Vries"),
/// an introduction ("my name is"), a word for a relative ("my son Liam", "grandma Betty") or a
/// phrase such as "spoke to Anna"; a common first name with the capitalized words after it; a name
/// before さん or 様; the words of the author's name.
func personalNames(_ text: MaskText, author: Text?) -> [MaskSpan] {
    var spans: [MaskSpan] = []
    for place in text.words.indices {
        if isOwnName(text, place, author) {
            spans.append(text.span("NAME", place...place))
        }
        if let first = nameBegin(text, at: place) {
            spans.append(text.span("NAME", first...nameEnd(text, from: first)))
        }
    }
    return spans + honorificNames(text)
}

private func isOwnName(_ text: MaskText, _ place: Int, _ author: Text?) -> Bool {
    guard let author, text.isCapital(place) else { return false }
    let word = text.words[place].text
    return word.utf8.count > 2 && !placeholders.contains(word)
        && words(of: author).contains { $0.text == word }
}

/// The index where a name begins at this word; nil for none.
private func nameBegin(_ text: MaskText, at place: Int) -> Int? {
    let word = text.words[place].text
    if isTitled(text, place) { return place }
    guard text.isCapital(place), !placeholders.contains(word), !text.isNumber(place) else {
        return nil
    }
    if firstNames.contains(word) || isBehindRelative(text, place) { return place }
    for count in 1...3 where place >= count {
        let before = text.words[place - count..<place].map(\.text).joined(separator: " ")
        guard (place - count..<place).allSatisfy({ isPlainGap(text, after: $0) }) else { continue }
        if introductions.contains(before) { return place }
        // German nouns are capitalized too, so a single word is not enough here.
        if weakIntroductions.contains(before), isFollowedByCapital(text, place) { return place }
    }
    return nil
}

private func isPlainGap(_ text: MaskText, after place: Int) -> Bool {
    text.isGap(after: place, of: [" ", ": ", ", ", ". "])
}

private func isFollowedByCapital(_ text: MaskText, _ place: Int) -> Bool {
    text.isGap(after: place, of: [" ", "-"]) && text.isCapital(place + 1)
}

/// Whether a name stands directly after a word for a relative ("grandma", "Onkel", "tía"). In a
/// title with capitals ("Grandma Loves It", "GRANDMA AGREES") a capital letter proves nothing.
private func isBehindRelative(_ text: MaskText, _ place: Int) -> Bool {
    let word = text.words[place].text
    guard place > 0, word.utf8.count > 1, text.isGap(after: place - 1, of: [" "]),
        !plainWords.contains(word), !behindRelatives.contains(word), !relatives.contains(word)
    else { return false }
    let isGrandParent =
        place > 1 && text.words[place - 2].text == "grand"
        && text.isGap(after: place - 2, of: ["-", " "])
        && ["mere", "pere"].contains(text.words[place - 1].text)
    return (isGrandParent || relatives.contains(text.words[place - 1].text))
        && !(isShouted(text, place - 1) && isShouted(text, place))
}

/// Whether a word is all capitals.
private func isShouted(_ text: MaskText, _ place: Int) -> Bool {
    let bytes = text.bytes[text.words[place].range]
    return bytes.count > 1 && !bytes.contains { (0x61...0x7A).contains($0) }
}

/// Whether a title stands before this word; after titles used for people only, a name may begin in
/// lower case.
private func isTitled(_ text: MaskText, _ place: Int) -> Bool {
    guard place > 0, text.isGap(after: place - 1, of: [" ", ". ", "."]) else { return false }
    let title = text.words[place - 1].text
    let isAbbreviated = !text.isGap(after: place - 1, of: [" "])
    let word = text.words[place].text
    guard !text.isNumber(place), word.utf8.count > 1 else { return false }
    if title == "ra" || title == "na", place > 1, text.words[place - 2].text == "sig" {
        return text.isCapital(place)
    }
    if dotTitles.contains(title) {
        return isAbbreviated && (text.isCapital(place) || isParticleName(text, place))
            && isTitleBegin(text, place - 1)
    }
    guard titles.contains(title), !titles.contains(word) else { return false }
    return text.isCapital(place) || strictTitles.contains(title) && !plainWords.contains(word)
        || isParticleName(text, place)
}

/// Lower-case particles before a capitalized word: "de Vries", "van der Berg". Not a name: after an
/// article and a German title ("der Herr von der Post"), or after a number ("20 mm de Largo").
private func isParticleName(_ text: MaskText, _ place: Int) -> Bool {
    var next = place
    while next - place < 3, particles.contains(text.words[next].text), !text.isCapital(next),
        text.isGap(after: next, of: [" "])
    {
        next += 1
    }
    guard next > place, text.isCapital(next), !text.isNumber(next),
        !placeholders.contains(text.words[next].text)
    else { return false }
    let title = text.words[place - 1].text
    guard !measureTitles.contains(title) else { return false }
    guard place > 1 else { return true }
    let isGerman = ["herr", "herrn", "frau"].contains(title)
    return !text.isNumber(place - 2)
        && !(isGerman && germanArticles.contains(text.words[place - 2].text))
}

/// "M. Dupont", not "size M. Perfect": the title is a capital and not a size.
private func isTitleBegin(_ text: MaskText, _ place: Int) -> Bool {
    guard text.isCapital(place) else { return false }
    guard place > 0 else { return true }
    return !sizes.contains(text.words[place - 1].text) && !text.isNumber(place - 1)
}

/// The index of the last word of a name: capitalized words in a row, with particles between them.
private func nameEnd(_ text: MaskText, from first: Int) -> Int {
    var end = first
    var next = first
    while next + 1 < text.words.count, next + 1 - first < 5,
        text.isGap(after: next, of: [" ", "-", ". ", "'", "’"]),
        !(text.isGap(after: next, of: [". "]) && text.words[next].range.count > 1)
    {
        next += 1
        let word = text.words[next].text
        if particles.contains(word) { continue }
        guard text.isCapital(next), !placeholders.contains(word), !plainWords.contains(word),
            !text.isNumber(next)
        else { break }
        end = next
    }
    return end
}

/// Names before さん, 様, 氏 or 君: up to four ideographs or up to ten katakana.
private func honorificNames(_ text: MaskText) -> [MaskSpan] {
    let scalars = Array(String(decoding: text.bytes, as: UTF8.self).unicodeScalars)
    var offsets = [0]
    for scalar in scalars { offsets.append(offsets.last! + UTF8.width(scalar)) }
    var spans: [MaskSpan] = []
    for place in scalars.indices.dropFirst() {
        let isHonorific =
            "様氏君".unicodeScalars.contains(scalars[place])
            || place + 1 < scalars.count && scalars[place] == "さ" && scalars[place + 1] == "ん"
        guard isHonorific else { continue }
        let isKatakana = (0x30A1...0x30FC).contains(scalars[place - 1].value)
        var start = place
        while start > 0, place - start < (isKatakana ? 10 : 4),
            isKatakana
                ? (0x30A1...0x30FC).contains(scalars[start - 1].value)
                : scalars[start - 1].properties.isIdeographic
        {
            start -= 1
        }
        let name = String(String.UnicodeScalarView(scalars[start..<place]))
        guard start < place, !roles.contains(where: name.hasSuffix) else { continue }
        spans.append(MaskSpan(kind: "NAME", range: offsets[start]..<offsets[place]))
    }
    return spans
}

private func list(_ words: String) -> Set<String> {
    Set(words.split { $0 == " " || $0 == "\n" }.map(String.init))
}

private func phrases(_ lines: String) -> Set<String> {
    Set(
        lines.split { $0 == "," || $0 == "\n" }.map {
            $0.split(separator: " ").joined(separator: " ")
        })
}

/// Words of author names that identify nobody, and companies.
private let placeholders = list(
    """
    amazon customer kunde client cliente klant kindle user the and von van della anonymous i prime
    ebay paypal dhl ups hermes dpd gls fedex usps google apple samsung facebook instagram whatsapp
    youtube android
    """)
/// Words that follow a title or a name but are not names.
private let plainWords = list(
    """
    war ist hat und der die das von vom am im in den dem des aus mit sehr so auch aber nicht is was
    has and of from for with at to in et est de du qui que a e ha che di del la le les il lo i ra na
    """)
private let particles = list(
    "von van de der den di da del della du la le zu zum dos bin al ter ten dei degli")
/// Titles that also are a measure or a gift, and so are no titles before a particle.
private let measureTitles = list("mm don dona")
/// Folded words before "Herr" and "Frau" that refer to an unnamed person.
private let germanArticles = list(
    """
    der die dem den des ein eine einem einen einer dieser diese diesem diesen mein meine meiner
    meinem meinen seine seiner ihre ihrer unsere unserer nette netter netten freundliche
    freundlicher
    """)
/// Folded words for relatives before a name. Words that are as often something else are left out:
/// gran, nan, son, brother, tata, primo.
private let relatives = list(
    """
    grandma grandpa granny grandad granddad grandmother grandfather nana aunt auntie uncle cousin
    nephew niece
    oma opa omi opi grossmutter grossvater tante onkel cousine
    nonna nonno zia zio cugina cugino suocera suocero
    mamie papi papy tatie tonton oncle
    abuela abuelo abuelita abuelito yaya yayo tia tio
    oom
    avo vovo titia
    """)
/// Words that follow a relative in a title with all words capitalized.
private let behindRelatives = list(
    """
    love loves loved like likes liked hate hates hated use uses used say says said want wants wanted
    got get gets had have will can could cannot would approved approves agrees day gift gifts
    present friendly style size proof who that or on by now still just never always really needs
    enjoys your my his her our their this these it its we you he she they an but if when very too also
    und oder liebt mag sagt hat ist war e y et ou o le la les il lo en ama adore adora
    """)
/// Folded titles before a name.
private let titles = list(
    """
    mr mrs ms miss mister dr prof herr herrn frau hr fr frl sig signor signora signorina sigra dott
    dottssa monsieur madame mademoiselle mme mlle mm senor senora senorita sr sra srta don dona
    meneer mevrouw mevr mej heer dhr mw drs senhor senhora
    """)
/// Titles used only before a name.
private let strictTitles = list("mr mrs herrn mme mlle sig monsieur mevrouw meneer")
/// Titles that need their point: M. Dupont.
private let dotTitles = list("m")
private let sizes = list(
    "size sizes taille grosse groesse gr taglia misura talla tamanho maat s m l xl xs in e und and or"
)
private let introductions = phrases(
    """
    my name is, name is, i am called, mein name ist, ich heisse, name ist, mi chiamo, il mio nome e
    je mappelle, je m appelle, mon nom est, me llamo, mi nombre es, mijn naam is, ik heet
    meu nome e, chamo me, me chamo, signed, regards, greetings from, gruss, viele grusse, mfg
    my son, my daughter, my husband, my wife, my mother, my father, my brother, my sister
    my friend, my grandson, my granddaughter, my nephew, my niece, my boyfriend, my girlfriend
    mein mann, meine frau, mein sohn, meine tochter, mein bruder, meine schwester, mein freund
    meine freundin, mein enkel, meine enkelin, meinem mann, meinem sohn, meiner tochter, meiner frau
    mon mari, ma femme, mon fils, ma fille, mon frere, ma soeur, mon ami, mon amie
    mio marito, mia moglie, mio figlio, mia figlia, mio fratello, mia sorella
    mi marido, mi mujer, mi esposo, mi esposa, mi hijo, mi hija, mi hermano, mi hermana
    mijn man, mijn vrouw, mijn zoon, mijn dochter, meu marido, minha esposa, meu filho, minha filha
    spoke to, spoke with, talked to, talked with, chatted with, named, called me, thanks to
    thank you, merci a, grazie a, gracias a, dank an
    """)
/// Introductions that count only before two capitalized words.
private let weakIntroductions = phrases(
    """
    ich bin, i am, im, je suis, sono, soy, ik ben, eu sou, habe mit, danke an, contact, ask for
    """)
/// Roles, not names, before さん and 様.
private let roles = [
    "客", "皆", "奥", "神", "王", "業者", "店員", "販売者", "出品者", "配達員", "母", "父", "姉", "兄", "妹", "弟",
    "息子", "娘", "孫", "爺", "婆", "店", "同", "店主", "職人", "大家", "旦那", "子供", "貴方", "メーカー",
    "ショップ", "スタッフ", "サポート", "オペレーター", "ドライバー", "アマゾン",
]

/// Common first names, folded, without those that are ordinary words (Mark, Rose, Will).
private let firstNames = list(
    """
    adam adrian agnes aidan aisha albert alberto alejandra alejandro alessandra alessandro alex
    alexander alexandra alfred alice alicia amanda amelia amy ana andre andrea andreas andrew angela
    anita anja anke ann anna anne annette antoine anton antonia antonio armin arthur astrid barbara
    beate beatrice benedikt benjamin bernd bernhard bettina birgit bjorn brian bruno camille carl
    carla carlo carlos carmen caroline catherine cecilia celine charles charlotte chiara
    chloe christa christian christina christine christoph christopher claire claudia claudio
    clemens clement constantin cornelia cristina dagmar daniel daniela daniele daniella david davide
    debora deborah denis denise dennis diana diego dieter dimitri dirk dominic dominik dominique
    doris dorothea edith eduard eduardo edward eleanor elena eleonora elfriede elias elisa elisabeth
    elizabeth elke ella ellen elsa emil emilia emilie emily emma enrico erich erik erika ernesto
    ernst esther eugen eva evelyn fabian fabien fabio fabrizio federica federico felicitas felix
    ferdinand fernanda fernando filippo flavia florian francesca francesco francisco
    francois francoise franziska frederic frederik friedrich fritz gabriel gabriela gabriele georg
    george gerald gerhard gertrud giacomo giorgia giorgio giovanna giovanni gisela giulia
    giuliano giuseppe gregor greta guido guillaume gunther gustav hanna hannah hans harald harry
    hedwig heidi heike heiko heinrich heinz helen helena helene helga helmut hendrik henri henry
    herbert hermann hilde holger hubert hugo ian ignacio igor ilona ilse inga inge ingrid irene irina
      isabella isabelle ivan jacob jacques jakob james jan jana janet jason javier jean
    jeanne jennifer jens jeremy jessica jim joachim joan joanna jochen johann johanna johannes john
    jonas jonathan jorg jorge jose josef joseph joshua juan juana judith julia julian juliane julie
    juliette julien jurgen jurg justin karin karina karl karla karsten katharina katherine kathrin
    katja katrin kenneth kerstin kevin kirsten klara klaus konrad konstantin kristin kurt laetitia
    lara lars laura laurent lena leo leonardo leonie leticia liam lieselotte lilly lina
     lisa lorenzo louis louise luca lucas lucia luciano lucie ludwig luis luisa lukas
    lydia magdalena maike manfred manuel manuela marc marcel marcello marco marcus maren margarete
    margaret margit maria marianne mariano marie marina marion markus marlene marta martha
    martin martina mathias mathieu mathilde matteo matthew matthias maurizio max maximilian megan
    melanie melissa michael michaela michel michele michelle miguel mike mirko miriam mohamed
    mohammed monica monika moritz nadia nadine natalia natalie natascha nathalie nathan nicholas
    nico nicola nicolas nicole niklas nina noah norbert olaf olga oliver olivia olivier oscar oskar
     pablo paola paolo pascal patricia patrick patrizia paul paula paulina paulo pedro peter
    petra philip philipp philippe pierre pietro rachel raffaele rainer ralf ralph raphael raul
    rebecca reinhard rene renate renato ricardo riccardo richard rita robert roberta roberto
    rodrigo roger roland rolf romina rosemarie rudolf ruth ryan sabine sabrina salvatore sam
    samantha samuel sandra sandro sara sarah sascha sebastian sergio silke silvia simon simone sofia
    sonja sophia sophie stefan stefania stefanie stefano steffen stephan stephanie stephen steven
    susan susanna susanne sven sylvia sylvie tamara tanja tatjana teresa theo theodor theresa
    therese thibault thierry thomas thorsten tim timo timothy tobias tom tomas torsten udo ulrich
    ulrike ursula uschi ute uwe valentin valentina valerie vanessa verena veronica veronika
    victor viktor vincent vincenzo volker walter waltraud werner wilhelm
    wilhelmine william winfried wolfgang yannick yvonne zoe
    """)
