/// Whether a model's wording of a complaint praises, or its wording of praise complains. Judged by
/// words of praise and complaint in the eight languages and by the lexicon; a text with both or
/// neither is not an opposite.
package func saysTheOpposite(_ text: String, isStrength: Bool, lexicon: Lexicon) -> Bool {
    var values = ReviewValues()
    values.body = Text(text)
    let mentions = readReview(values, with: lexicon).mentions
    let found = words(of: Text(text)).map(\.text)
    var (praises, complains) = (
        mentions.contains { !$0.isNegative }, mentions.contains(where: \.isNegative)
    )
    for (index, word) in found.enumerated() {
        // Negated praise is a complaint; a negated complaint is praise.
        let isDenied = found[max(0, index - 3)..<index].contains { denials.contains($0) }
        if praiseWords.contains(word) {
            if isDenied { complains = true } else { praises = true }
        }
        if complaintWords.contains(word) {
            if isDenied { praises = true } else { complains = true }
        }
    }
    for sign in japanesePraise where text.contains(sign) { praises = true }
    for sign in japaneseComplaints where text.contains(sign) { complains = true }
    return isStrength ? complains && !praises : praises && !complains
}

/// Words, and beginnings of words marked with a star.
private struct WordList {
    private var whole: Set<String> = []
    private var beginnings: [String] = []

    init(_ list: String) {
        for word in list.split(whereSeparator: { $0 == " " || $0 == "\n" }).map(String.init) {
            if word.hasSuffix("*") {
                beginnings.append(String(word.dropLast()))
            } else {
                whole.insert(word)
            }
        }
    }

    func contains(_ word: String) -> Bool {
        whole.contains(word) || beginnings.contains { word.hasPrefix($0) }
    }
}

private let denials = WordList(
    """
    not no never without nobody hardly nicht kein keine keinen nie ohne niemand kaum non nessun
    nessuno mai senza pas aucun aucune jamais sans personne nunca sin ningun nadie niet geen nooit
    zonder niemand nao sem nenhum ninguem
    """)

/// Folded.
private let praiseWords = WordList(
    """
    ador* love loves loved lovely excellent* perfect* wonderful* amaz* awesom* fantastic* superb*
    delight* flawless* prais* happy enjoy* satisf* recommend* begeister* perfekt* hervorragend*
    wunderbar* lieben liebt zufrieden* empfehl* empfiehlt lob lobt loben gluckl* eccellent*
    perfett* meravig* soddisf* consigli* lodano felic* apprezz* parfait* merveill* fantasti*
    recommand* appreci* ravi ravis ravie ravies heureu* excelente* maravill* encant* satisfech*
    recomend* recomiend* elogia* uitstekend* geweldig* tevreden* aanbevel* prijzen prachtig* otim*
    maravilh* satisfeit*
    """)

private let complaintWords = WordList(
    """
    complain* fail* broke broken defect* disappoint* poor poorly bad badly worse worst useless
    terribl* awful* problem* leak* peel* tear tears crack* annoy* struggl* dislike* beschwer*
    klag* kaputt* enttausch* schlecht* mangel* mangelt undicht* unbrauchbar* reclam* lament*
    difett* delus* pessim* rotto rotta rotti inutil* scarso scarsa problema* plaint* plaign*
    casse* defaut* decu decue decus mauvais* probleme* fuit* quej* decepc* malo mala malos roto
    rota klacht* klagen kapot* teleurgest* slecht* gebrek* queix* defeit* desilud* decec* mau ruim
    estraga*
    """)

private let japanesePraise = ["気に入", "満足", "素晴らし", "最高", "おすすめ", "評価して", "好評"]
private let japaneseComplaints = ["不満", "壊れ", "悪い", "問題", "残念", "使えない", "漏れ", "不良"]
