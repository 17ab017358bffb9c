/// Where a version of a review mentions aspects and dangers, for its quotes: numbers of one to five
/// bytes, seven bits a byte, the lowest first.
///
/// A version with mentions is written as the review's number, its run, how many bytes follow, how
/// many mentions of aspects there are, and all mentions, those of aspects first. A mention is its
/// meaning (the aspect twice, plus 1 for a complaint; the hazard four times, plus its class), then
/// the field and the beginning of its sentence (twice, plus 1 for the body), the length of the
/// sentence, where the words begin from there on (twice; before it, twice less 1), and how long
/// they are.
package struct ReadingPlaces: Equatable, Sendable {
    fileprivate var bytes: [UInt8]

    package static let none = ReadingPlaces(bytes: [])

    private init(bytes: [UInt8]) { self.bytes = bytes }

    package init(_ reading: ReviewReading) {
        bytes = []
        guard !reading.mentions.isEmpty || !reading.hazards.isEmpty else { return }
        add(reading.mentions.count)
        for own in reading.mentions {
            add(own.aspect * 2 + (own.isNegative ? 1 : 0))
            add(own.field, own.sentence, own.range)
        }
        for own in reading.hazards {
            add(own.hazard * 4 + (Self.classes.firstIndex(of: own.dangerClass) ?? 0))
            add(own.field, own.sentence, own.range)
        }
    }

    private static let classes = DangerClass.allCases

    private mutating func add(_ field: TrackedField, _ sentence: Range<Int>, _ range: Range<Int>) {
        add(sentence.lowerBound * 2 + (field == .body ? 1 : 0))
        add(sentence.count)
        let offset = range.lowerBound - sentence.lowerBound
        add(offset < 0 ? -offset * 2 - 1 : offset * 2)
        add(range.count)
    }

    private mutating func add(_ number: Int) { number.appendVariable(to: &bytes) }

    func append(of marks: ReadingMarks, to all: inout [UInt8]) {
        if bytes.isEmpty { return }
        Int(marks.number).appendVariable(to: &all)
        Int(marks.run).appendVariable(to: &all)
        bytes.count.appendVariable(to: &all)
        all += bytes
    }

    /// Passes each version among those of a product that mentions something: the review's number,
    /// the version's run, and its places where they are asked for. Ends where bytes are damaged.
    static func forEach(
        in all: [UInt8], _ body: (UInt32, Int64, _ places: () -> ReadingPlaces) -> Void
    ) {
        var numbers = VariableNumbers(all)
        while let number = numbers.next(), let run = numbers.next(), let count = numbers.next(),
            let range = numbers.skip(count)
        {
            body(UInt32(truncatingIfNeeded: number), Int64(run)) {
                ReadingPlaces(bytes: Array(all[range]))
            }
        }
    }

    /// What was read.
    package func reading(language: Language) -> ReviewReading {
        var reading = ReviewReading(language: language)
        var numbers = VariableNumbers(bytes)
        var left = numbers.next() ?? 0
        while let meaning = numbers.next(), let place = numbers.nextPlace() {
            if left > 0 {
                reading.mentions.append(
                    Mention(
                        aspect: meaning / 2, isNegative: meaning % 2 == 1, field: place.field,
                        range: place.range, sentence: place.sentence))
                left -= 1
            } else if meaning % 4 < Self.classes.count {
                reading.hazards.append(
                    HazardMention(
                        hazard: meaning / 4, dangerClass: Self.classes[meaning % 4],
                        field: place.field, range: place.range, sentence: place.sentence))
            }
        }
        return reading
    }
}

extension VariableNumbers {
    fileprivate mutating func nextPlace()
        -> (field: TrackedField, sentence: Range<Int>, range: Range<Int>)?
    {
        guard let begin = next(), let length = next(), let offset = next(), let count = next()
        else { return nil }
        let sentence = begin / 2..<begin / 2 + length
        let first = sentence.lowerBound + (offset % 2 == 1 ? -(offset + 1) / 2 : offset / 2)
        guard first >= 0 else { return nil }
        return (begin % 2 == 1 ? .body : .title, sentence, first..<first + count)
    }
}
