import AfterwordCore
import Foundation

/// What is measured, on no actor: in a program's main file every closure would be asked whether it is on the main one, for each record.
struct CorePasses {
    let byteCount: Int
    private let slabs: [[UInt8]]
    private let cleaner = RecordCleaner(.builtIn("amazon-2023"))

    init(files: [String]) throws {
        slabs = try files.flatMap { path -> [[UInt8]] in
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
            return stride(from: 0, to: bytes.count, by: 1 << 18).map {
                Array(bytes[$0..<min($0 + 1 << 18, bytes.count)])
            }
        }
        byteCount = slabs.reduce(0) { $0 + $1.count }
    }

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

    private func clean(_ unit: ExtractedUnit, _ window: BorrowedBytes, into rows: inout CleanRows) {
        rows.removeAll()
        for index in unit.records.indices {
            cleaner.clean(record: index, of: unit, context: .none, window: window, into: &rows)
        }
    }

    /// The records found.
    func extract() -> Int {
        var records = 0
        pass { unit, _ in records += unit.records.count }
        return records
    }

    /// The bytes of all texts.
    func unescapeAll() -> Int {
        var bytes = 0
        var plain: [UInt8] = []
        pass { unit, window in
            window.lend { window in
                for token in unit.recordTokens {
                    let range = token.range
                    switch token.kind {
                    case .string: bytes += range.count - 2
                    case .escapedString:
                        let inner = window.part(range.lowerBound + 1..<range.upperBound - 1)
                        plain.removeAll(keepingCapacity: true)
                        unescape(inner, into: &plain)
                        bytes += plain.count
                    default: break
                    }
                }
            }
        }
        return bytes
    }

    /// The records without a fault.
    func clean() -> Int {
        var found = 0
        var rows = CleanRows()
        pass { unit, window in
            window.lend { clean(unit, $0, into: &rows) }
            found += rows.rows.count { $0.fault == nil }
        }
        return found
    }

    /// The rows whose digest is not that of their content: all.
    func digest() -> Int {
        var found = 0
        let observed = Instant(microseconds: 1_767_571_200_000_000)
        var rows = CleanRows()
        pass { unit, window in
            window.lend { window in
                clean(unit, window, into: &rows)
                let digests = rows.withTexts(in: window) { texts in
                    let all = rows.rows.span
                    return all.indices.map {
                        texts.identity(all[$0], placeholders: cleaner.shape.placeholders)
                    }
                }
                for (index, identity) in digests.enumerated() {
                    guard let identity else { continue }
                    rows.giveID(index, identity, by: cleaner.rules.identity, in: window)
                }
                let payloads = payloadDigests(of: unit.records.map(\.range), in: window)
                rows.withTexts(in: window) { texts in
                    // Lent one after another: none is copied out.
                    let all = rows.rows.span
                    for index in all.indices {
                        guard let identity = digests[index] else { continue }
                        let payload = payloads[index]
                        let review = NewReview(
                            all[index], texts, identity: identity,
                            content: texts.contentDigest(all[index]), payload: payload, seed: 1,
                            run: 1, observedAt: observed, salt: payload)
                        if review.rowDigest != review.content { found += 1 }
                    }
                }
            }
        }
        return found
    }
}
