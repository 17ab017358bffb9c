/// What the profile of a dump is told of a review without reading it, as one number: the rating in tenths × 2, or 0, and 1 for a title or
/// a body.
func reading(rating: Int64?, hasText: Bool) -> Int64 { (rating ?? 0) << 1 | (hasText ? 1 : 0) }

func rating(ofReading reading: Int64) -> Int64? { reading >> 1 == 0 ? nil : reading >> 1 }

func hasText(ofReading reading: Int64) -> Bool { reading & 1 == 1 }
