/// Sums of themes as they are kept: with the run that they are of, and the run whose sums of the
/// scope are the ones before, 0 for none. So a row that is lost or moved is found.
package struct KeptThemeSums: Equatable, Sendable {
    package var run: Int64
    package var previous: Int64
    package var sums: ThemeSums

    package init(run: Int64, previous: Int64, sums: ThemeSums) {
        (self.run, self.previous, self.sums) = (run, previous, sums)
    }

    /// Both runs, then the sums.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        Int(run).appendVariable(to: &bytes)
        Int(previous).appendVariable(to: &bytes)
        return bytes + sums.bytes
    }

    /// Nil where the bytes are not what this program writes of that many aspects.
    package init?(bytes: [UInt8], aspects: Int) {
        var numbers = VariableNumbers(bytes, bits: 63)
        guard let run = numbers.next(), let previous = numbers.next(),
            let sums = ThemeSums(bytes: numbers.rest, aspects: aspects)
        else { return nil }
        self.init(run: Int64(run), previous: Int64(previous), sums: sums)
        guard self.bytes == bytes else { return nil }
    }
}

extension ThemeSums {
    /// The sums as numbers of seven bits a byte, the lowest first: the number of aspects, the sum
    /// and the number of ratings, the readable reviews, and the distinct ones with those rated and
    /// negative; then of complaints and of praise the number of languages with the code and the 64
    /// bits of each (in two halves), the number of aspects with any count, and for each its place
    /// and its nine counts.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        func add(_ number: Int64) { Int(number).appendVariable(to: &bytes) }
        add(Int64(complaints.mentions.count))
        for number in [
            ratings.sum, ratings.count, readable, distinct.count, distinct.rated,
            distinct.negatives,
        ] { add(number) }
        for side in [complaints, praise] {
            add(Int64(side.languages.all.count))
            for own in side.languages.all {
                add(Int64(own.code))
                add(Int64(own.said.bits & 0xFFFF_FFFF))
                add(Int64(own.said.bits >> 32))
            }
            let said = side.mentions.indices.filter { place in
                side.counts(of: place).contains { $0 != 0 }
            }
            add(Int64(said.count))
            for place in said {
                add(Int64(place))
                for number in side.counts(of: place) { add(number) }
            }
        }
        return bytes
    }

    /// Nil where the bytes are not what this program writes of that many aspects.
    package init?(bytes: [UInt8], aspects: Int) {
        self.init(aspects: aspects)
        var numbers = VariableNumbers(bytes, bits: 63)
        guard numbers.next() == aspects else { return nil }
        var head: [Int64] = []
        for _ in 0..<6 {
            guard let number = numbers.next() else { return nil }
            head.append(Int64(number))
        }
        ratings = (head[0], head[1])
        readable = head[2]
        distinct = DistinctCounts(count: head[3], rated: head[4], negatives: head[5])
        guard complaints.read(&numbers), praise.read(&numbers), numbers.isAtEnd else { return nil }
        guard self.bytes == bytes else { return nil }
    }
}

extension ThemeSums.Side {
    /// How many counts an aspect has.
    private static let columns = 9

    fileprivate func counts(of place: Int) -> [Int64] {
        [
            mentions[place], mixed[place], new[place], distinct[place], readable[place],
            products[place], brands[place], ratingSum[place], ratingCount[place],
        ]
    }

    private mutating func take(_ counts: [Int64], of place: Int) {
        (mentions[place], mixed[place], new[place]) = (counts[0], counts[1], counts[2])
        (distinct[place], readable[place]) = (counts[3], counts[4])
        (products[place], brands[place]) = (counts[5], counts[6])
        (ratingSum[place], ratingCount[place]) = (counts[7], counts[8])
    }

    /// - Returns: Whether all numbers are there, and aspects have their places.
    fileprivate mutating func read(_ numbers: inout VariableNumbers) -> Bool {
        guard let languages = numbers.next() else { return false }
        for _ in 0..<min(languages, Int(UInt16.max)) {
            guard let code = numbers.next().flatMap({ UInt16(exactly: $0) }),
                let low = numbers.next(), let high = numbers.next(), low >> 32 == 0,
                high >> 32 == 0
            else { return false }
            let said = AspectSet(bits: UInt64(low) | UInt64(high) << 32)
            self.languages.formUnion(said, in: code)
        }
        guard let said = numbers.next(), said <= mentions.count else { return false }
        for _ in 0..<said {
            guard let place = numbers.next(), place < mentions.count else { return false }
            var counts: [Int64] = []
            for _ in 0..<Self.columns {
                guard let number = numbers.next() else { return false }
                counts.append(Int64(number))
            }
            take(counts, of: place)
        }
        return true
    }
}
