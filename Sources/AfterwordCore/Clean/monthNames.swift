/// The month, 1–12, that a folded word names in one of the known languages; nil for other words.
func monthNamed(_ word: String) -> Int? {
    // Hebrew writes "in" and the month as one word.
    monthNames[word] ?? (word.first == "ב" ? monthNames[String(word.dropFirst())] : nil)
}

/// The month, 1–12, that a word of a file's name names; nil for other words, and for months that
/// are written like words of such names: `reviews_set_01_2024`.
package func monthWritten(_ word: String) -> Int? {
    guard let folded = foldWritten(Array(word.utf8)), !wordsOfNames.contains(folded) else {
        return nil
    }
    return monthNamed(folded)
}

private let wordsOfNames: Set<String> = ["set", "out", "ago", "gen", "mag", "lis", "sub"]

/// The names of the months, one language a line, twelve groups of spellings each.
let monthNameTable = [
    // English, German
    """
    january|jan february|feb|febr march|mar april|apr may june|jun july|jul august|aug \
    september|sep|sept october|oct november|nov december|dec
    """,
    """
    januar|jan|jänner februar|feb|feber märz|mär|mrz|maerz april|apr mai juni|jun juli|jul \
    august|aug september|sep|sept oktober|okt november|nov dezember|dez
    """,
    // French, Spanish, Italian, Portuguese, Romanian
    """
    janvier|janv février|févr|fév mars avril|avr mai juin juillet|juil août septembre|sept \
    octobre|oct novembre|nov décembre|déc
    """,
    """
    enero|ene febrero|feb marzo|mar abril|abr mayo|may junio|jun julio|jul agosto|ago \
    septiembre|setiembre|sep|sept|set octubre|oct noviembre|nov diciembre|dic
    """,
    """
    gennaio|gen febbraio|feb marzo|mar aprile|apr maggio|mag giugno|giu luglio|lug agosto|ago \
    settembre|set|sett ottobre|ott novembre|nov dicembre|dic
    """,
    """
    janeiro|jan fevereiro|fev março|mar abril|abr maio|mai junho|jun julho|jul agosto|ago \
    setembro|set outubro|out novembro|nov dezembro|dez
    """,
    """
    ianuarie|ian februarie|feb martie|mar aprilie|apr mai iunie|iun iulie|iul august|aug \
    septembrie|sept octombrie|oct noiembrie|noi|nov decembrie|dec
    """,
    // Dutch, Swedish, Danish, Norwegian, Indonesian
    """
    januari|jan februari|feb maart|mrt april|apr mei juni|jun juli|jul augustus|aug \
    september|sep|sept oktober|okt november|nov december|dec
    """,
    """
    januari|januar|jan februari|februar|feb mars|marts april|apr maj|mai juni|jun juli|jul \
    augusti|august|aug september|sep|sept oktober|okt november|nov december|desember|dec|des
    """,
    """
    januari|jan februari|feb maret|mar april|apr mei juni|jun juli|jul agustus|agu|agt \
    september|sep oktober|okt november|nov desember|des
    """,
    // Polish, Czech, Russian, Ukrainian
    """
    stycznia|styczeń|sty lutego|luty|lut marca|marzec|mar kwietnia|kwiecień|kwi maja|maj \
    czerwca|czerwiec|cze lipca|lipiec|lip sierpnia|sierpień|sie września|wrzesień|wrz \
    października|październik|paź listopada|listopad|lis grudnia|grudzień|gru
    """,
    """
    ledna|leden února|únor března|březen dubna|duben května|květen června|červen \
    července|červenec srpna|srpen září října|říjen listopadu|listopad prosince|prosinec
    """,
    """
    января|январь|янв февраля|февраль|фев|февр марта|март|мар апреля|апрель|апр мая|май \
    июня|июнь|июн июля|июль|июл августа|август|авг сентября|сентябрь|сен|сент \
    октября|октябрь|окт ноября|ноябрь|ноя|нояб декабря|декабрь|дек
    """,
    """
    січня|січень лютого|лютий березня|березень квітня|квітень травня|травень червня|червень \
    липня|липень серпня|серпень вересня|вересень жовтня|жовтень листопада|листопад \
    грудня|грудень
    """,
    // Turkish, Hungarian, Finnish, Greek
    """
    ocak|oca şubat|şub mart|mar nisan|nis mayıs haziran|haz temmuz|tem ağustos|ağu \
    eylül|eyl ekim|eki kasım|kas aralık|ara
    """,
    """
    január|jan február|febr március|márc április|ápr május|máj június|jún július|júl \
    augusztus|aug szeptember|szept október|okt november|nov december|dec
    """,
    """
    tammikuuta|tammikuu helmikuuta|helmikuu maaliskuuta|maaliskuu huhtikuuta|huhtikuu \
    toukokuuta|toukokuu kesäkuuta|kesäkuu heinäkuuta|heinäkuu elokuuta|elokuu \
    syyskuuta|syyskuu lokakuuta|lokakuu marraskuuta|marraskuu joulukuuta|joulukuu
    """,
    """
    ιανουαρίου|ιανουάριος|ιαν φεβρουαρίου|φεβρουάριος|φεβ μαρτίου|μάρτιος|μαρ \
    απριλίου|απρίλιος|απρ μαΐου|μάιος|μαΐ ιουνίου|ιούνιος|ιουν ιουλίου|ιούλιος|ιουλ \
    αυγούστου|αύγουστος|αυγ σεπτεμβρίου|σεπτέμβριος|σεπ οκτωβρίου|οκτώβριος|οκτ \
    νοεμβρίου|νοέμβριος|νοε δεκεμβρίου|δεκέμβριος|δεκ
    """,
    // Arabic, Hebrew, Hindi, Thai
    """
    يناير فبراير مارس أبريل|ابريل|إبريل مايو يونيو|يونيه يوليو|يوليه أغسطس|اغسطس \
    سبتمبر أكتوبر|اكتوبر نوفمبر ديسمبر
    """,
    "ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר",
    """
    जनवरी फ़रवरी|फरवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर|सितम्बर \
    अक्टूबर|अक्तूबर नवंबर|नवम्बर दिसंबर|दिसम्बर
    """,
    """
    มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม \
    พฤศจิกายน ธันวาคม
    """,
]

private let monthNames: [String: Int] = {
    var names: [String: Int] = [:]
    for language in monthNameTable {
        for (index, group) in language.split(separator: " ").enumerated() {
            for name in group.split(separator: "|") {
                names[foldWritten(Array(name.utf8)) ?? String(name)] = index + 1
            }
        }
    }
    return names
}()
