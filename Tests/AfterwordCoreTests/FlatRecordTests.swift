import Testing

@testable import AfterwordCore

/// Compares the fast scan of flat records with the full scan.
@Suite struct FlatRecordTests {
    private static let members = [
        "\"rating\": 5.0", "\"title\": \"Gut\"", "\"text\": \"é \\u00e9 \\\"x\\\" \\n 😀\"",
        "\"asin\": \"B1\"",
        "\"parent_asin\": \"B1\"", "\"user_id\": \"A1\"", "\"timestamp\": 1600000000000",
        "\"helpful_vote\": 0", "\"verified_purchase\": true", "\"images\": []", "\"extra\": null",
        "\"deep\": {\"a\": [1, {}]}", "\"n\": -0.5e3", "\"f\": false", "\"bare\": NaN",
    ]

    private struct Piece: Equatable {
        var text: String
        var fault: RejectReason?
        var tokens: [String]
    }

    /// The records of a JSON Lines stream.
    private func split(_ bytes: [UInt8], slab: Int, join: Int = 1 << 14) -> [Piece] {
        let plan = RecordCleaner(.builtIn("amazon-2023")).plan
        var splitter = RecordSplitter(plan, isStrict: false, joinBytes: join)
        var pieces: [Piece] = []
        func take(_ events: [RecordSplitter.Event], _ window: RawSpan) {
            func text(_ range: Range<Int>) -> String {
                window.extracting(range).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
            }
            for event in events {
                switch event {
                case .known: Issue.record("nothing is recognised unasked")
                case .reject(let reason, let range):
                    // A broken line is rejected together with its line feed.
                    let line = text(range).replacing("\n", with: "")
                    pieces.append(Piece(text: line, fault: reason, tokens: []))
                case .unit(let unit):
                    let width = plan.recordSources.count
                    for (index, record) in unit.records.enumerated() {
                        let own = unit.recordTokens[index * width..<(index + 1) * width]
                        pieces.append(
                            Piece(
                                text: text(record.range), fault: record.fault,
                                tokens: own.map { "\($0.kind) \(text($0.range))" }))
                    }
                }
            }
        }
        var place = 0
        while place < bytes.count {
            let end = min(place + slab, bytes.count)
            splitter.feedAll(bytes[place..<end], isLast: false, elements: 16) { events, window, _ in
                take(events, window)
            }
            place = end
        }
        splitter.feedAll([], isLast: true, elements: 16) { events, window, _ in
            take(events, window)
        }
        return pieces
    }

    @Test("A record that is scanned as those before it gives what it gives by itself")
    func sameAsAlone() {
        for seed in 1...400 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed)
            func pick(_ count: Int) -> Int { Int(random.draw(below: UInt64(count))) }
            let order = Self.members.shuffled(using: &random).prefix(4 + pick(11))
            var lines: [[UInt8]] = []
            for _ in 0..<30 {
                var own = Array(order)
                if pick(4) == 0 { own.remove(at: pick(own.count)) }
                if pick(9) == 0 { own.swapAt(0, own.count - 1) }
                if pick(9) == 0 { own.append(own[0]) }
                let glue = pick(12) == 0 ? "," : ", "
                var bytes = Array(("{" + own.joined(separator: glue) + "}").utf8)
                if pick(3) == 0 {
                    // Change one byte: it may hit a value, a separator, an escape or part of a
                    // multibyte character.
                    let other =
                        [0x22, 0x5C, 0x7D, 0x2C, 0x30, 0x80, 0xC3, 0x1F, 0x20, 0x2D] as [UInt8]
                    bytes[pick(bytes.count)] = other[pick(other.count)]
                }
                lines.append(bytes)
            }
            let together = split(
                Array(lines.joined(separator: [0x0A])), slab: [1 << 20, 97, 7][pick(3)],
                join: [1 << 14, 30, 5][pick(3)])
            let alone = lines.flatMap { split($0, slab: 1 << 20) }
            // A truncated line may absorb the lines after it. The two results then differ
            // legitimately.
            let isCut = alone.contains { $0.fault == .truncated }
            if isCut { continue }
            #expect(together == alone, "seed \(seed)")
        }
    }

    @Test("Plain numbers, flags and identifiers are read where they lie as by the rules for all")
    func plainNumbers() {
        var random = SplitMix64(seed: 11)
        let letters = Array("0123456789.,-+eE truefalsTRUE\u{0}".utf8)
        var texts: [[UInt8]] = [
            "", "5", "5.0", "4.5", "4.50", "4.555", "0.5", ".5", "5.", "05", "00", "-5", "1e3",
            "1,234", "1.234",
            "999999999999999", "9999999999999999", "1000000000", "1000000001", "true", "false",
            "True", "1",
            "1600000000000", " 5", "5 ", "4.0 out of 5", "253402300799999", "253402300800000",
        ].map { Array($0.utf8) }
        for _ in 0..<20_000 {
            texts.append(
                (0..<random.draw(below: 9)).map { _ in
                    letters[Int(random.draw(below: UInt64(letters.count)))]
                })
        }
        for text in texts {
            text.lend { raw in
                for scale in [5, 10, 100] as [Int64] {
                    #expect(
                        outcome(readRating(raw, scale: scale))
                            == outcome(readRating(text, scale: scale)))
                }
                #expect(outcome(readCount(raw)) == outcome(readCount(text)))
                #expect(outcome(readFlag(raw)) == outcome(readFlag(text)))
                for format in [.unixSeconds, .unixMilliseconds] as [FieldFormat] {
                    #expect(
                        outcome(readInstant(raw, as: format))
                            == outcome(readInstant(text, as: format)))
                }
                if isPlainIdentifier(raw) { #expect(readIdentifier(text)?.bytes == text) }
                let work = workNeeded(by: raw)
                if work == .none || (work == .composing && isPlainlyComposed(raw)) {
                    #expect(readText(text)?.bytes ?? [] == text)
                }
            }
        }
    }

    private func outcome<Value>(_ result: Result<Value, ReadFault>) -> String { "\(result)" }

    @Test("A new review's row digest is that of its row in the history")
    func rowDigest() {
        let cleaner = RecordCleaner(.builtIn("amazon-2023"))
        for text in ["\"text\": \"Gut\"", "\"timestamp\": 1600000000000", "\"helpful_vote\": 3"] {
            let json =
                "{\"review_id\": \"R1\", \"asin\": \"B1\", \"parent_asin\": \"B1\", \"rating\": 4.0, \(text)}"
            let record = cleaner.clean(payload: Array(json.utf8), context: [])
            var rows = CleanRows()
            let bytes = Array(json.utf8)
            bytes.lend { window in
                cleaner.clean(payload: window, context: [], into: &rows)
                rows.withTexts(in: window) { texts in
                    let row = rows.rows[0]
                    guard let identity = texts.identity(row, placeholders: []),
                        let id = record.reviewID, let product = record.productID
                    else { return #expect(Bool(false)) }
                    #expect(identity == identify(record, placeholders: []))
                    #expect(texts.contentDigest(row) == record.values.contentDigest)
                    let observed = Instant(seconds: 1_700_000_000)
                    let salt = Digest128([UInt8](repeating: 9, count: 16))
                    let new = NewReview(
                        row, texts, identity: identity, content: record.values.contentDigest,
                        payload: salt, seed: 3, run: 2, observedAt: observed, salt: salt)
                    let times = reviewTimes(
                        seed: 3, productID: product, reviewID: id, version: 1,
                        values: record.values,
                        observedAt: observed, previous: nil)
                    #expect(new.times == times)
                    let stored = StoredReview(
                        reviewKey: 1, productID: product, reviewID: id, identity: identity.digest,
                        kind: identity.kind, version: 1, isLive: true, run: 2, observedAt: observed,
                        values: record.values, authorID: record.authorID, times: times,
                        contentDigest: record.values.contentDigest, payloadDigest: salt, rawKey: 1)
                    let whole = HistoryRow(
                        review: stored, operation: .insert, version: 1, run: 2,
                        observedAt: observed,
                        changedFields: [], salt: salt.bytes)
                    #expect(new.rowDigest == whole.rowDigest)
                }
            }
        }
    }
}
