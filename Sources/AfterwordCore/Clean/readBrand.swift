/// Reads a brand: an attribute without what shop pages write around it, so that `Brand: Acme` and
/// `Visit the Acme Store` are `Acme`. Case is kept. An empty one is absent.
func readBrand(_ raw: [UInt8]) -> Text? {
    guard let text = readAttribute(raw)?.string else { return nil }
    for (head, tail) in brandPhrases
    where text.count > head.count + tail.count && text.hasPrefix(head) && text.hasSuffix(tail) {
        return readAttribute(Array(text.dropFirst(head.count).dropLast(tail.count).utf8))
    }
    return Text(text)
}

/// What stands before and behind a brand on shop pages; the longer phrases first.
private let brandPhrases: [(head: String, tail: String)] = [
    ("Visit the ", " Store"), ("Visit the ", " Brand Store"), ("Besuche den ", "-Store"),
    ("Besuchen Sie den ", "-Store"), ("Visiter la boutique ", ""), ("Visitez la boutique ", ""),
    ("Visita la tienda de ", ""), ("Visita lo Store di ", ""), ("Visite a loja ", ""),
    ("Bezoek de ", "-store"), ("Bezoek de ", "-winkel"), ("Odwiedź sklep ", ""),
    ("Besök ", "-butiken"), ("Brand: ", ""), ("Brand : ", ""), ("Marke: ", ""), ("Marque : ", ""),
    ("Marque: ", ""), ("Marca: ", ""), ("Merk: ", ""), ("Marka: ", ""), ("Varumärke: ", ""),
    ("ブランド: ", ""),
]
