/// The greatest count that is accepted; sums of larger ones could overflow.
package let greatestCount: Int64 = 1_000_000_000

/// Reads a count of people or votes: a whole number from zero to `greatestCount`, alone, grouped
/// (`1,234`), shortened (`1.2K`) or in a sentence (`One person found this helpful`). Of two numbers
/// in a sentence (`12 of 15 people`) the smaller is the count, since the other is the whole.
func readCount(_ raw: [UInt8]) -> Result<Int64, ReadFault> {
    let number = isJSONNumber(ungrouped(raw)) ? plainCount(raw) : countText(raw)
    guard let number, (0...greatestCount).contains(number) else {
        return .failure(.init(.unreadableNumber))
    }
    return .success(number)
}

private func plainCount(_ raw: [UInt8]) -> Int64? {
    Decimal(firstIn: ungrouped(raw))?.whole
}

/// A count without the separators between its groups of three: `1,234`, `1.234`, `1 234`.
private func ungrouped(_ raw: [UInt8]) -> [UInt8] {
    let groups = raw.split(
        omittingEmptySubsequences: false, whereSeparator: { [0x2C, 0x2E, 0x20].contains($0) })
    guard groups.count > 1, (1...3).contains(groups[0].count),
        groups.allSatisfy({ $0.allSatisfy(isDigit) }),
        groups.dropFirst().allSatisfy({ $0.count == 3 }), groups[0] != [UInt8(ascii: "0")]
    else { return raw }
    return Array(groups.joined())
}

private func countText(_ raw: [UInt8]) -> Int64? {
    guard let folded = foldWritten(raw), let pieces = writtenPieces(folded) else { return nil }
    var counts: [Int64] = []
    var index = 0
    while index < pieces.count {
        guard case .number = pieces[index] else {
            index += 1
            continue
        }
        // A count is never negative.
        if index > 0, pieces[index - 1] == .sign("-") { return nil }
        guard let count = takeCount(pieces, &index) else { return nil }
        counts.append(count)
    }
    if counts.isEmpty { return countWord(pieces) }
    return counts.count <= 2 ? counts.min() : nil
}

/// The number that begins at `index`, which moves behind it: groups, then decimals and a suffix.
private func takeCount(_ pieces: [WrittenPiece], _ index: inout Int) -> Int64? {
    guard case .number(var value, let first) = pieces[index] else { return nil }
    index += 1
    var groups: [(value: Int64, digits: Int)] = []
    var after = index
    while after + 1 < pieces.count, case .sign(let sign) = pieces[after],
        "., '".unicodeScalars.contains(sign),
        case .number(let group, let digits) = pieces[after + 1]
    {
        groups.append((group, digits))
        after += 2
    }
    if let factor = suffix(pieces, after), groups.count < 2 {
        index = after + 1
        let decimals = groups.first.map { Decimal(digits: $0.value, exponent: -$0.digits) }
        let part = decimals?.scaled(by: factor, over: 1) ?? 0
        return value <= greatestCount ? value * factor + part : nil
    }
    // Groups of three, or of two before a last one of three (1,23,456). Others are not one number.
    let isGrouped =
        first <= 3 && groups.last?.digits == 3
        && groups.dropLast().allSatisfy { $0.digits == 3 || $0.digits == 2 }
    if isGrouped {
        for group in groups where value <= greatestCount {
            value = value * (group.digits == 3 ? 1000 : 100) + group.value
        }
        index = after
    }
    return value
}

/// The factor of a suffix at `index`, perhaps after a blank: `1.2K`, `1,2 Tsd.`, `1.2万`.
private func suffix(_ pieces: [WrittenPiece], _ index: Int) -> Int64? {
    let place = index < pieces.count && pieces[index].isSpace ? index + 1 : index
    guard place < pieces.count, case .word(let word) = pieces[place] else { return nil }
    // Chinese, Japanese and Korean write on without a blank: 1.2万人.
    let first = word.first.map(String.init) ?? ""
    return countSuffixes[word] ?? ("万萬만천千".contains(first) ? countSuffixes[first] : nil)
}

private let countSuffixes: [String: Int64] = [
    "k": 1000, "tsd": 1000, "mil": 1000, "тыс": 1000, "bin": 1000, "tys": 1000, "千": 1000,
    "천": 1000, "万": 10_000, "萬": 10_000, "만": 10_000, "m": 1_000_000, "mio": 1_000_000,
    "mln": 1_000_000, "млн": 1_000_000,
]

/// A count of one written as a word (`One person`), or the words for nobody.
private func countWord(_ pieces: [WrittenPiece]) -> Int64? {
    let words = pieces.compactMap { piece in
        if case .word(let word) = piece { word } else { nil }
    }
    guard let first = words.first else { return nil }
    if ["nobody", "zero", "niemand", "personne", "nadie", "nessuno", "ninguem"].contains(first)
        || words.starts(with: ["no", "one"])
    {
        return 0
    }
    return first == "a" ? 1 : smallNumber(first)
}
