/// What counting needs of one version of a review: 48 bytes, which need no text.
///
/// All numbers are little-endian: the review's number within its product (24 bits) and its rating
/// in tenths (8 bits, 255 without one) in 4 bytes, the run of the version in 4, the two halves of
/// its distinct key in 8 each, complaints and praises in 8 each, dangers in 4, the language's code
/// in 2 letters (0 where unknown), flags in 1, and a byte that is 0.
package struct ReadingMarks: Equatable, Sendable {
    package var number: UInt32
    package var rating: Int64?
    /// The run that brought the version.
    package var run: Int64
    package var key: DistinctKey
    package var complaints = AspectSet()
    package var praises = AspectSet()
    package var dangers = DangerMarks()
    package var languageCode: UInt16 = 0
    package var isLive: Bool
    /// Whether it has a title or a body.
    package var hasText = false
    /// Whether it has a text in a language that the reader reads.
    package var isReadable = false

    package static let byteCount = 48

    /// The marks of a live version without a rating, by what is read in it.
    ///
    /// - Precondition: The number has at most 24 bits, the run 32.
    package init(number: Int64, run: Int64, key: DistinctKey, _ reading: ReviewReading) {
        self.init(number: number, run: run)
        (self.key, isLive) = (key, true)
        for mention in reading.mentions {
            if mention.isNegative {
                complaints.insert(mention.aspect)
            } else {
                praises.insert(mention.aspect)
            }
        }
        dangers = DangerMarks(reading.hazards)
        languageCode = reading.language.code
    }

    /// The marks of a review that is no longer live.
    package init(number: Int64, run: Int64) {
        precondition(number >= 0 && number < 1 << 24, "a review's number has 24 bits")
        precondition(run > 0 && run <= UInt32.max, "a run's number has 32 bits")
        (self.number, self.run) = (UInt32(number), run)
        (rating, key, isLive) = (nil, .none, false)
    }

    /// Where it stands among the marks of its product: by number, then run.
    var place: UInt64 { UInt64(number) << 32 | UInt64(run) }

    package var language: Language { Language(code: languageCode) }

    package var star: Int? { rating.map { starOf(rating: $0) } }

    package func aspects(negative: Bool) -> AspectSet { negative ? complaints : praises }

    /// As `ReadReview.counts`.
    package func counts(asStrength: Bool) -> Bool {
        guard let star else { return true }
        return asStrength ? star >= 4 : star <= 3
    }
}

extension ReadingMarks {
    /// Whether a lexicon has all its aspects and hazards: marks of a damaged store may have others.
    package func fits(_ lexicon: Lexicon) -> Bool {
        let aspects = UInt64.max << UInt64(lexicon.aspects.count)
        let hazards = UInt32.max << UInt32(lexicon.hazards.count * 2)
        return (complaints.bits | praises.bits) & aspects == 0 && dangers.bits & hazards == 0
    }
}

extension ReviewReading {
    /// Whether a lexicon has all that it mentions, and texts have all its places.
    package func fits(_ values: ReviewValues, _ lexicon: Lexicon) -> Bool {
        func holds(_ field: TrackedField, _ ranges: Range<Int>...) -> Bool {
            let text = field == .title ? values.title : values.body
            return ranges.allSatisfy { $0.upperBound <= text?.bytes.count ?? 0 }
        }
        return mentions.allSatisfy {
            $0.aspect < lexicon.aspects.count && holds($0.field, $0.range, $0.sentence)
        }
            && hazards.allSatisfy {
                $0.hazard < lexicon.hazards.count && holds($0.field, $0.range, $0.sentence)
            }
    }
}

// MARK: Bytes

extension ReadingMarks {
    /// Nil where the bytes are no marks that this program writes.
    init?(_ bytes: BorrowedBytes, at start: Int) {
        let head = bytes.word(at: start)
        let tail = bytes.word(at: start + 40)
        let tenths = UInt8(truncatingIfNeeded: head)
        number = UInt32(truncatingIfNeeded: head) >> 8
        run = Int64(head >> 32)
        rating = tenths == 255 ? nil : Int64(tenths)
        key = DistinctKey(source: bytes.word(at: start + 8), other: bytes.word(at: start + 16))
        complaints = AspectSet(bits: bytes.word(at: start + 24))
        praises = AspectSet(bits: bytes.word(at: start + 32))
        dangers = DangerMarks(bits: UInt32(truncatingIfNeeded: tail))
        languageCode = UInt16(truncatingIfNeeded: tail >> 32)
        let flags = tail >> 48
        isLive = flags & 1 != 0
        hasText = flags & 2 != 0
        isReadable = flags & 4 != 0
        guard run > 0, flags < 8, tenths == 255 || 10...50 ~= tenths else { return nil }
    }

    func append(to bytes: inout [UInt8]) {
        func add(_ number: UInt64, _ size: Int) {
            for place in 0..<size {
                bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(place * 8)))
            }
        }
        add(UInt64(number) << 8 | UInt64(rating ?? 255), 4)
        add(UInt64(run), 4)
        for word in [key.source, key.other, complaints.bits, praises.bits] { add(word, 8) }
        add(UInt64(dangers.bits), 4)
        add(UInt64(languageCode), 2)
        add((isLive ? 1 : 0) | (hasText ? 2 : 0) | (isReadable ? 4 : 0), 1)
        add(0, 1)
    }
}

extension Language {
    /// Its two letters as a number, the first in the lower byte; 0 for `unknown`.
    package var code: UInt16 { Self.codes[Int(place)] }

    /// The language of a code; `unknown` where no language has it.
    package init(code: UInt16) {
        self = Self.codes.firstIndex(of: code).map { Self.allCases[$0] } ?? .unknown
    }

    private static let codes: [UInt16] = allCases.map { language in
        if language == .unknown { return 0 }
        let letters = Array(language.rawValue.utf8)
        precondition(letters.count == 2, "a language has a code of two letters")
        return UInt16(letters[0]) | UInt16(letters[1]) << 8
    }
}
