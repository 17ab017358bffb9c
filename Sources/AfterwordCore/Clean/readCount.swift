/// A count of people or votes: a whole number, zero or more.
func readCount(_ raw: [UInt8]) -> Result<Int64, ReadFault> {
    guard let count = Decimal(firstIn: raw)?.scaled(by: 1, over: 1), count >= 0 else {
        return .failure(.init(.unreadableNumber))
    }
    return .success(count)
}
