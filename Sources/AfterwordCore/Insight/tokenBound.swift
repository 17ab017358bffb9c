/// Upper bound on the number of o200k_base tokens of a text, for any text, without the vocabulary.
///
/// A token has at least one byte, so the number of bytes always is a bound. Words of ASCII letters
/// allow a tighter one: merging ends only when no two neighboring tokens can merge, and all pairs
/// of lower-case letters but 29 are tokens. So two neighboring tokens are both single letters only
/// at one of the b pairs of the word that may not be tokens, and n letters make at most (2n + 1 +
/// b) ∕ 3 tokens. A space before a word belongs to the word, up to three digits are one token, and
/// some frequent words are one token. `ci/token-check` compares all of this with a real tokenizer.
package func tokenBound(_ text: String) -> Int {
    var bound = TokenBound()
    var utf8 = text.utf8.makeIterator()
    while let byte = utf8.next() { bound.add(byte) }
    return bound.finish()
}

private struct TokenBound {
    private var total = 0
    /// The current word: its bytes, how many of its pairs may not be tokens, and whether a space
    /// precedes it.
    private var word: [UInt8] = []
    private var pairs = 0
    private var hasSpace = false
    private var isAfterSpace = false
    /// Whether nothing or a space precedes the word, so that it can be a single token.
    private var isBare = true
    private var digits = 0
    /// Whether the second byte of a Latin letter with a diacritic follows.
    private var isInLatin = false

    mutating func add(_ byte: UInt8) {
        if isInLatin {
            isInLatin = false
            word.append(byte)
            pairs += 1
            return
        }
        switch byte {
        case 0x30...0x39:
            endWord(next: byte)
            flushSpace()
            digits += 1
            isBare = false
        case 0x41...0x5A, 0x61...0x7A:
            endDigits()
            letter(byte)
        case 0xC3:
            endDigits()
            letter(byte)
            isInLatin = true
        case 0x20:
            endWord(next: byte)
            endDigits()
            flushSpace()
            isAfterSpace = true
        default:
            endWord(next: byte)
            endDigits()
            flushSpace()
            total += 1
            isBare = false
        }
    }

    private mutating func letter(_ byte: UInt8) {
        if word.isEmpty {
            hasSpace = isAfterSpace
            isBare = isBare || isAfterSpace
            isAfterSpace = false
            if hasSpace, byte == 0xC3 { pairs += 1 }
        } else if let last = word.last, !isPair(last, byte) {
            pairs += 1
        }
        word.append(byte)
    }

    private func isPair(_ first: UInt8, _ second: UInt8) -> Bool {
        guard (0x61...0x7A).contains(first), (0x61...0x7A).contains(second) else { return false }
        return !strangePairs.contains(UInt16(first) << 8 | UInt16(second))
    }

    private mutating func flushSpace() {
        if isAfterSpace { total += 1 }
        isAfterSpace = false
    }

    private mutating func endDigits() {
        total += (digits + 2) / 3
        digits = 0
    }

    private mutating func endWord(next: UInt8?) {
        guard !word.isEmpty else { return }
        // An apostrophe, straight or curved, may belong to the word.
        let isWhole = isBare && next != 0x27 && next != 0xE2
        if isWhole, singleTokens.contains(word) {
            total += 1
        } else {
            let count = word.count + (hasSpace ? 1 : 0)
            total += (2 * count + 1 + pairs + 2) / 3
        }
        word.removeAll(keepingCapacity: true)
        pairs = 0
        hasSpace = false
        isBare = false
    }

    mutating func finish() -> Int {
        endWord(next: nil)
        endDigits()
        flushSpace()
        return total
    }
}

/// Pairs of lower-case letters that are not tokens.
private let strangePairs: Set<UInt16> = Set(
    """
    bq gk gq jv jz kq kz lq nq qf qg qj qk qv qz rj tq wq wz xg xj xk xq xv xw yq zj zq zv
    """.split(separator: " ").map { pair in
        pair.utf8.reduce(UInt16(0)) { $0 << 8 | UInt16($1) }
    })

/// Words that are one token, both with a space before them and without.
private let singleTokens: Set<[UInt8]> = Set(
    """
    the this that is are was were with have has had they them it its my you your for and but
    not very of just would been from only after will when because these does did great good
    than what all i a an be can could do get got go going how if in into like made make me
    more most much no now off on one or other our out over own put really right same see she
    he his her so some still such take then there thing things think time to too two three
    up us use used using want way we well which while who why work works worked working
    years year month months week weeks day days first last new old buy ordered order product
    products item items quality price money return returned refund seller amazon came
    received delivery box package broken break bad poor cheap better best nice love perfect
    fit fits size small large big little wrong color colour black white phone case cover
    charger battery screen glass water hot cold bag piece pieces part parts plastic easy
    hard back side inside outside open closed stars star recommend happy worth review title
    text der die das ist und nicht ich auch mit für auf ein eine aber leider nach wie zum
    zur bei noch gut passt dem den vom über kein mir man wenn nur war es zu von im als oder
    haben hat werden mehr alles produkt preis il che di non per una sono con del ho ma anche
    questa gli nel alla bene mi lo ha dei si e la le un è da al ne les et est pas pour une
    mais avec des du je sur dans ce qui au plus mon bien bon vous nous fait de à en que se
    son sa el los las y muy pero para por esta este como más producto sin cuando solo su het
    een van niet dat zijn voor maar met ook heel goed wel werkt ik naar aan bij nog geen er
    op om na te não uma com mas os as um boa bom produto já isso tem até o em
    """.split { $0 == " " || $0 == "\n" }.map { Array($0.utf8) })
