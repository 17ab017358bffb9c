import AfterwordCore
import Foundation

// core-benchmark FILE …: what the core does by itself on one thread, the bytes being in memory: medians of three rounds in
// gigabytes a second. Files are JSON Lines of the 2023 research shape.

private let slabs = try CommandLine.arguments.dropFirst().flatMap { path -> [[UInt8]] in
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    return stride(from: 0, to: bytes.count, by: 4 << 20).map {
        Array(bytes[$0..<min($0 + 4 << 20, bytes.count)])
    }
}
private let byteCount = slabs.reduce(0) { $0 + $1.count }
private let cleaner = RecordCleaner(.amazon2023)

private func pass(_ take: (ExtractedUnit, RawSpan) -> Void) {
    var splitter = RecordSplitter(cleaner.plan, isStrict: false)
    for (place, slab) in slabs.enumerated() {
        splitter.feedAll(slab[...], isLast: place == slabs.count - 1, elements: 128) {
            events, window, _ in
            for event in events {
                if case .unit(let unit) = event { take(unit, window) }
            }
        }
    }
}

private func measure(_ name: String, _ body: () -> Int) {
    var seconds: [Double] = []
    var found = 0
    for _ in 0..<3 {
        let start = ContinuousClock.now
        found = body()
        seconds.append(start.duration(to: .now) / .seconds(1))
    }
    let rate = Double(byteCount) / seconds.sorted()[1] / 1e9
    print(String(format: "%6.3f GB/s  %@ (%ld)", rate, name, found))
}

measure("scan and extract") {
    var records = 0
    pass { unit, _ in records += unit.records.count }
    return records
}
measure("scan, extract, unescape every text") {
    var bytes = 0
    var plain: [UInt8] = []
    pass { unit, window in
        for token in unit.recordTokens where token.kind == .string || token.kind == .escapedString {
            let text = window.extracting(token.range.lowerBound + 1..<token.range.upperBound - 1)
            if token.kind == .escapedString {
                plain.removeAll(keepingCapacity: true)
                text.withUnsafeBytes { unescape($0, into: &plain) }
                bytes += plain.count
            } else {
                bytes += text.byteCount
            }
        }
    }
    return bytes
}
measure("the whole core: clean, identity, content, payload, personal part, row") {
    var rows = 0
    let observed = Instant(microseconds: 1_767_571_200_000_000)
    pass { unit, window in
        for index in unit.records.indices {
            let record = cleaner.clean(
                record: index, of: unit, context: .none, window: window)
            guard let product = record.productID,
                let identity = identify(record, placeholders: cleaner.shape.placeholders)
            else { continue }
            let id = reviewID(record.reviewID, kind: identity.kind, identity: identity.digest)
            let payload = payloadDigest(
                window.extracting(unit.records[index].range), context: [])
            let review = StoredReview(
                reviewKey: Int64(rows), productID: product, reviewID: id,
                identity: identity.digest, kind: identity.kind, version: 1, isLive: true, run: 1,
                observedAt: observed, values: record.values, authorID: record.authorID,
                times: reviewTimes(
                    seed: 1, productID: product, reviewID: id, version: 1, values: record.values,
                    observedAt: observed, previous: nil),
                contentDigest: record.values.contentDigest, payloadDigest: payload, rawKey: 1)
            let row = HistoryRow(
                review: review, operation: .insert, version: 1, run: 1, observedAt: observed,
                changedFields: [],
                salt: seededSalt(1, productID: product, reviewID: id, version: 1, run: 1))
            if row.rowDigest != row.contentDigest { rows += 1 }
        }
    }
    return rows
}
