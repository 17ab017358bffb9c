/// The greatest count that is accepted; sums of larger ones could overflow.
package let greatestCount: Int64 = 1_000_000_000

/// Reads a count of people or votes: a whole number from zero to `greatestCount`.
func readCount(_ raw: [UInt8]) -> Result<Int64, ReadFault> {
    guard let count = Decimal(firstIn: ungrouped(raw))?.scaled(by: 1, over: 1),
        (0...greatestCount).contains(count)
    else {
        return .failure(.init(.unreadableNumber))
    }
    return .success(count)
}

/// A count without the separators between its groups of three: `1,234`, `1.234`, `1 234`.
private func ungrouped(_ raw: [UInt8]) -> [UInt8] {
    let groups = raw.split(
        omittingEmptySubsequences: false, whereSeparator: { [0x2C, 0x2E, 0x20].contains($0) })
    let isDigits: (ArraySlice<UInt8>) -> Bool = {
        $0.allSatisfy { (0x30...0x39).contains($0) }
    }
    guard groups.count > 1, (1...3).contains(groups[0].count), groups.allSatisfy(isDigits),
        groups.dropFirst().allSatisfy({ $0.count == 3 })
    else { return raw }
    return Array(groups.joined())
}
