/// The greatest count that is believed: beyond it a sum could not be kept.
package let greatestCount: Int64 = 1_000_000_000

/// A count of people or votes: a whole number from zero to `greatestCount`.
func readCount(_ raw: [UInt8]) -> Result<Int64, ReadFault> {
    guard let count = Decimal(firstIn: raw)?.scaled(by: 1, over: 1),
        (0...greatestCount).contains(count)
    else {
        return .failure(.init(.unreadableNumber))
    }
    return .success(count)
}
