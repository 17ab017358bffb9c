/// The labels of aspects in the languages of insights.
package enum AspectLabel {
    /// The label in the requested language; in English where that has none.
    package static func text(_ aspect: Lexicon.Aspect, strength: Bool, in language: Language)
        -> String
    {
        // An aspect without a label as a strength is praised as the absence of the complaint.
        if strength, aspect.strength == nil {
            return (absence[language] ?? "Free of:") + " "
                + text(aspect, strength: false, in: language)
        }
        let table = strength ? strengths : issues
        let fallback = strength ? aspect.strength ?? aspect.label : aspect.label
        guard let place = order.firstIndex(of: language), let row = table[aspect.id] else {
            return fallback
        }
        return row[place]
    }

    private static let absence: [Language: String] = [
        .german: "Frei von:", .italian: "Senza:", .french: "Sans :", .spanish: "Sin:",
        .dutch: "Vrij van:", .portuguese: "Sem:", .japanese: "問題なし：",
    ]

    private static let order: [Language] = [
        .german, .italian, .french, .spanish, .dutch, .portuguese, .japanese,
    ]

    private static func table(_ text: String) -> [String: [String]] {
        var rows: [String: [String]] = [:]
        for line in text.split(separator: "\n") {
            let cells = line.split(separator: "|").map { cell in
                String(cell.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            }
            rows[cells[0]] = Array(cells.dropFirst())
        }
        return rows
    }

    /// Every aspect of the lexicon has a row, and every row a cell for each language; a test checks
    /// this.
    package static let issues = table(
        """
        defect_on_arrival | Bei Ankunft defekt | Difettoso all'arrivo | Défectueux à l'arrivée | Llega defectuoso | Defect bij aankomst | Chega com defeito | 初期不良
        breaks_early | Geht früh kaputt | Si rompe presto | Casse vite | Se rompe pronto | Gaat snel kapot | Parte-se cedo | すぐに壊れる
        does_not_work | Funktioniert nicht | Non funziona | Ne fonctionne pas | No funciona | Werkt niet | Não funciona | 使えない
        coating | Beschichtung oder Farbe löst sich | Il rivestimento o il colore si stacca | Le revêtement ou la couleur s'en va | Se cae la pintura o el color | Coating of kleur laat los | O revestimento ou a cor sai | 塗装や色がはがれる
        fit | Passt nicht oder ist nicht kompatibel | Non si adatta o non è compatibile | Ne va pas ou n'est pas compatible | No encaja o no es compatible | Past niet of is niet compatibel | Não serve ou não é compatível | 合わない
        size | Falsche Größe | Misura sbagliata | Mauvaise taille | Tamaño equivocado | Verkeerde maat | Tamanho errado | サイズが違う
        leaks | Undicht oder geplatzt | Perde o scoppia | Fuit ou éclate | Gotea o revienta | Lekt of barst | Verte ou rebenta | 漏れる
        temperature | Hält die Temperatur nicht | Non mantiene la temperatura | Ne garde pas la température | No mantiene la temperatura | Houdt de temperatuur niet | Não mantém a temperatura | 温度を保てない
        smell | Riecht | Ha un cattivo odore | Sent mauvais | Huele mal | Ruikt | Cheira mal | 臭う
        missing_parts | Teile fehlen | Mancano pezzi | Il manque des pièces | Faltan piezas | Onderdelen ontbreken | Faltam peças | 部品が足りない
        not_as_listed | Anders als beschrieben | Diverso dalla descrizione | Différent de la description | Distinto de lo anunciado | Anders dan beschreven | Diferente do anunciado | 説明と違う
        connection | Lässt sich nicht verbinden oder einrichten | Non si collega o non si configura | Ne se connecte pas | No se conecta o no se configura | Maakt geen verbinding | Não liga ou não se configura | 接続できない
        adhesion | Haftet nicht | Non aderisce | Ne colle pas | No se pega | Plakt niet | Não cola | くっつかない
        slippery | Rutschig | Scivoloso | Glissant | Resbaladizo | Glad | Escorregadio | 滑る
        transport_damage | Kommt beschädigt an | Arriva danneggiato | Arrive abîmé | Llega dañado | Komt beschadigd aan | Chega danificado | 破損して届く
        used | Kommt gebraucht oder geöffnet an | Arriva usato o aperto | Arrive utilisé ou ouvert | Llega usado o abierto | Komt gebruikt of geopend aan | Chega usado ou aberto | 中古や開封済みで届く
        after_sales | Rückgabe, Erstattung und Verkäufer | Resi, rimborsi e venditore | Retours, remboursements et vendeur | Devoluciones, reembolsos y vendedor | Retour, terugbetaling en verkoper | Devoluções, reembolsos e vendedor | 返品・返金・販売者
        workmanship | Schlecht verarbeitet | Fatto male | Mal fini | Mal hecho | Slecht afgewerkt | Mal feito | 作りが悪い
        quality | Schlechte Qualität | Scarsa qualità | Mauvaise qualité | Mala calidad | Slechte kwaliteit | Má qualidade | 品質が悪い
        stains | Wird fleckig oder staubig | Si macchia o prende polvere | Se tache ou prend la poussière | Se mancha o coge polvo | Vlekken of stof | Mancha ou ganha pó | 汚れやほこりがつく
        battery | Akku oder Strom | Batteria o alimentazione | Batterie ou alimentation | Batería o alimentación | Accu of stroom | Bateria ou alimentação | バッテリーや電源
        noise | Laut | Rumoroso | Bruyant | Ruidoso | Lawaaiig | Ruidoso | うるさい
        instructions | Anleitung | Istruzioni | Notice | Instrucciones | Handleiding | Instruções | 説明書
        comfort | Unbequem | Scomodo | Inconfortable | Incómodo | Oncomfortabel | Desconfortável | 使い心地が悪い
        value | Preis und Wert | Prezzo e valore | Prix et valeur | Precio y valor | Prijs en waarde | Preço e valor | 価格
        appearance | Aussehen | Aspetto | Aspect | Aspecto | Uiterlijk | Aspeto | 見た目
        protection | Schutz | Protezione | Protection | Protección | Bescherming | Proteção | 保護
        """)

    package static let strengths = table(
        """
        breaks_early | Haltbar | Resistente | Solide | Duradero | Duurzaam | Resistente | 丈夫
        does_not_work | Funktioniert gut | Funziona bene | Fonctionne bien | Funciona bien | Werkt goed | Funciona bem | よく動く
        fit | Passt gut | Si adatta bene | Va bien | Encaja bien | Past goed | Serve bem | ぴったり合う
        connection | Einfach zu benutzen | Facile da usare | Facile à utiliser | Fácil de usar | Makkelijk in gebruik | Fácil de usar | 使いやすい
        quality | Gute Qualität | Buona qualità | Bonne qualité | Buena calidad | Goede kwaliteit | Boa qualidade | 品質が良い
        comfort | Bequem | Comodo | Confortable | Cómodo | Comfortabel | Confortável | 快適
        value | Preiswert | Buon prezzo | Bon rapport qualité-prix | Buen precio | Goede prijs | Bom preço | コスパが良い
        appearance | Sieht gut aus | Bello | Beau | Bonito | Ziet er goed uit | Bonito | 見た目が良い
        protection | Schützt gut | Protegge bene | Protège bien | Protege bien | Beschermt goed | Protege bem | しっかり保護
        """)
}
