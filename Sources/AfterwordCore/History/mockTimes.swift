/// The times of a review's version: the source's where given, else mock times.
///
/// Mock times depend on seed, product, review, version and the times of observation, never on a
/// clock, on the order of records, or on a store.
///
/// - Parameter previous: The version before; nil for the first.
package func reviewTimes(
    seed: UInt64, productID: Text, reviewID: Text, version: Int64, values: ReviewValues,
    observedAt: Instant, previous: (times: ReviewTimes, observedAt: Instant)?
) -> ReviewTimes {
    // Seeded at the first draw: no draw where the source gives all times.
    var generator: SplitMix64?
    func draw<Drawn>(_ body: (inout SplitMix64) -> Drawn) -> Drawn {
        var random =
            generator
            ?? mockGenerator(
                seed: seed, productID: productID, reviewID: reviewID, version: version)
        defer { generator = random }
        return body(&random)
    }
    let created: Instant
    var origin = TimeOrigin.source
    if let source = values.createdAt {
        created = source
    } else if let previous, previous.times.createdOrigin != .source {
        created = previous.times.createdAt
        origin = previous.times.createdOrigin
    } else {
        origin = .mock
        created = draw { mockCreation(before: observedAt, &$0) }
    }
    let updated: Instant
    if let source = values.updatedAt {
        updated = source
    } else if let previous {
        updated = draw { mockUpdate(after: previous.observedAt, until: observedAt, &$0) }
    } else {
        updated = created
    }
    return ReviewTimes(
        createdAt: created, createdOrigin: origin, updatedAt: updated,
        updatedOrigin: values.updatedAt == nil ? .mock : .source)
}

extension ReviewTimes {
    /// The times of a first version whose source writes a relative date: the estimate stands in
    /// place of the mock times.
    ///
    /// - Parameter date: Nil where the source writes none.
    package func estimated(from date: RelativeDate?, observedAt: Instant) -> ReviewTimes {
        guard createdOrigin == .mock, let instant = date?.estimate(observedAt: observedAt) else {
            return self
        }
        var times = self
        (times.createdAt, times.createdOrigin) = (instant, .estimated)
        if updatedOrigin == .mock { times.updatedAt = instant }
        return times
    }
}

private let secondsOfAYear: UInt64 = 365 * 86_400

/// Uniform over the whole seconds of the year before `observedAt`.
func mockCreation(before observedAt: Instant, _ random: inout SplitMix64) -> Instant {
    observedAt.adding(seconds: -Int64(1 + random.draw(below: secondsOfAYear)))
}

/// SplitMix64 seeded with the first 8 bytes, big-endian, of SHA-256("afterword.timestamps.1" 00
/// seed 00 product 00 review 00 version).
package func mockGenerator(
    seed: UInt64, productID: Text, reviewID: Text, version: Int64
) -> SplitMix64 {
    productID.bytes.lend { product in
        reviewID.bytes.lend { review in
            mockGenerator(seed: seed, product: product, review: review, version: version)
        }
    }
}

func mockGenerator(
    seed: UInt64, product: BorrowedBytes, review: BorrowedBytes, version: Int64
) -> SplitMix64 {
    let digest = DigestEncoder.digest { encoder in
        encoder.add(domain: "afterword.timestamps.1")
        Array(String(seed).utf8).lend { encoder.add(raw: $0) }
        encoder.add(byte: 0)
        encoder.add(raw: product)
        encoder.add(byte: 0)
        encoder.add(raw: review)
        encoder.add(byte: 0)
        Array(String(version).utf8).lend { encoder.add(raw: $0) }
    }
    return SplitMix64(seed: digest.words.0)
}

/// Uniform over the whole seconds back from `end` to `start`, `end` included and `start` excluded;
/// `end` where `start` is not before it.
private func mockUpdate(
    after start: Instant, until end: Instant, _ random: inout SplitMix64
) -> Instant {
    let span = end.microseconds - start.microseconds
    guard span > 0 else { return end }
    let seconds = UInt64((span + 999_999) / 1_000_000)
    return end.adding(seconds: -Int64(random.draw(below: seconds)))
}
