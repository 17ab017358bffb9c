/// Reads a rating in tenths of a star, 10–50, converted from a scale of `scale` and rounded half up
/// to the tenth.
func readRating(_ raw: [UInt8], scale: Int64) -> Result<Int64, ReadFault> {
    guard let number = Decimal(firstIn: raw) else { return .failure(.init(.unreadableNumber)) }
    guard let tenths = number.scaled(by: 50, over: scale), (10...50).contains(tenths) else {
        return .failure(.init(.ratingOutOfScale))
    }
    return .success(tenths)
}

/// The reason why a value cannot be read.
struct ReadFault: Error, Equatable {
    var reason: RejectReason
    init(_ reason: RejectReason) { self.reason = reason }
}
