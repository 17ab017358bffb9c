import AfterwordCore
import Testing

@Suite struct IdentityTests {
    private func record(
        _ change: (inout CleanedRecord) -> Void = { _ in }
    ) -> CleanedRecord {
        var record = CleanedRecord()
        record.productID = "P"
        record.values.title = "A title"
        record.values.body = "and a body that is long enough"
        record.values.rating = 40
        change(&record)
        return record
    }

    func identity(_ change: (inout CleanedRecord) -> Void = { _ in }) -> Identity? {
        identify(record(change), placeholders: ["Amazon Customer"])
    }

    @Test("The first rule that applies decides the kind")
    func kinds() {
        #expect(identity()?.kind == .content)
        #expect(identity { $0.authorID = "u1" }?.kind == .author)
        #expect(
            identity {
                $0.reviewID = "R1"; $0.authorID = "u1"
            }?.kind == .source)
        #expect(identity { $0.values.authorName = "Ann" }?.kind == .content)
        #expect(
            identity {
                $0.values.authorName = "Ann"; $0.writtenDate = "May 1"
            }?.kind == .author)
        #expect(
            identity {
                $0.values.authorName = "Amazon Customer"; $0.writtenDate = "May 1"
            }?.kind
                == .content)
        #expect(identity { $0.productID = nil } == nil)
    }

    @Test("White space does not tell texts apart; case, product, name and date do")
    func content() {
        let plain = identity()
        #expect(identity { $0.values.body = " and a  body\nthat is long\u{A0}enough " } == plain)
        #expect(identity { $0.values.rating = 10 } == plain)
        #expect(identity { $0.values.body = "And a body that is long enough" } != plain)
        #expect(identity { $0.productID = "Q" } != plain)
        #expect(identity { $0.values.authorName = "Ann" } != plain)
        #expect(identity { $0.writtenDate = "May 1" } != plain)
        // Title and body do not run into each other.
        #expect(
            identity {
                $0.values.title = "A title and"; $0.values.body = "a body that is long enough"
            }
                != plain)
    }

    @Test("Under 20 scalars of text the rating counts and records are numbered")
    func short() {
        func short(_ body: Text, _ rating: Int64) -> Identity? {
            identity {
                $0.values.title = nil; $0.values.body = body; $0.values.rating = rating
            }
        }
        #expect(short("nineteen scalars ää", 50)?.isNumbered == true)
        #expect(short("twenty scalars are ä", 50)?.isNumbered == false)
        #expect(short("Ok", 50) != short("Ok", 40))
        #expect(short("Ok", 50)?.numbered(0) != short("Ok", 50)?.numbered(1))
    }

    @Test(
        "A source id stays as it is unless it looks like a derived one",
        arguments: [
            ("R2X", "R2X"), ("c1:00", "a1:c1:00"), ("a1:c1:00", "a1:a1:c1:00"), ("c:1", "c:1"),
            ("d1:x", "d1:x"), ("c12:", "a1:c12:"), ("C1:x", "C1:x"),
        ])
    func escaping(source: String, expected: String) {
        let digest = Digest128([UInt8](repeating: 0, count: 16))
        #expect(reviewID(Text(source), kind: .source, identity: digest) == Text(expected))
    }

    @Test("A record of a dump takes at most 144 bytes in memory")
    func candidateSize() { #expect(MemoryLayout<Candidate>.stride <= 144) }

    // MARK: Contests

    private func candidate(
        content: UInt8, payload: UInt8, identity: UInt8 = 1, isNumbered: Bool = false,
        time: Int64? = nil, votes: Int64 = 0, file: Int32 = 0, offset: Int64 = 0
    ) -> Candidate {
        Candidate(
            identity: Identity(
                kind: .content, digest: Digest128([UInt8](repeating: identity, count: 16)),
                isNumbered: isNumbered),
            content: Digest256([UInt8](repeating: content, count: 32)),
            payload: Digest128([UInt8](repeating: payload, count: 16)),
            sourceTime: time.map { Instant(seconds: $0) }, helpfulVotes: votes, file: file,
            offset: offset, length: 1, context: 0)
    }

    @Test("Equal contents are one rival; the greatest payload of them is kept")
    func copies() throws {
        let (contests, settled) = contests([
            candidate(content: 5, payload: 1, file: 1), candidate(content: 5, payload: 9, file: 0),
            candidate(content: 5, payload: 1, file: 0, offset: 3),
        ])
        let contest = try #require(contests.first)
        #expect(contests.count == 1 && settled.isEmpty)
        #expect(contest.finalists.count == 1 && contest.beaten.isEmpty)
        #expect(contest.finalists[0].candidates.map(\.file) == [0, 0, 1])
        #expect(contest.finalists[0].kept.payload == Digest128([UInt8](repeating: 9, count: 16)))
    }

    @Test("The latest source time wins, absent least, then votes; the rest is for the store to say")
    func rivals() throws {
        func beaten(_ candidates: Candidate...) -> ([Int], [Int]) {
            let contest = contests(candidates).contests[0]
            func firstBytes(_ rivals: [Contest.Rival]) -> [Int] {
                rivals.map { Int($0.content.bytes[0]) }
            }
            return (firstBytes(contest.finalists), firstBytes(contest.beaten))
        }
        #expect(
            beaten(
                candidate(content: 1, payload: 1, time: 20),
                candidate(content: 2, payload: 2, time: 10),
                candidate(content: 3, payload: 3, votes: 9)) == ([1], [3, 2]))
        #expect(
            beaten(
                candidate(content: 1, payload: 1, votes: 2),
                candidate(content: 2, payload: 2, votes: 1))
                == ([1], [2]))
        #expect(
            beaten(candidate(content: 1, payload: 1), candidate(content: 2, payload: 2)) == (
                [2, 1], []
            ))
    }

    @Test("A record that is settled is no contest; one of two of an identity always is in one")
    func settled() {
        func record(_ identity: UInt8, content: UInt8, payload: UInt8) -> Candidate {
            var record = candidate(content: content, payload: payload)
            record.identity.digest = Digest128([UInt8](repeating: identity, count: 16))
            return record
        }
        let records = [
            record(3, content: 1, payload: 1), record(1, content: 2, payload: 2),
            record(2, content: 3, payload: 3), record(2, content: 4, payload: 4),
        ]
        let (open, settled) = contests(records) { $0.payload != records[1].payload }
        #expect(settled.map(\.payload) == [records[0].payload])
        #expect(open.map(\.identity) == [records[1].identity.digest, records[2].identity.digest])
        #expect(open[1].finalists.count + open[1].beaten.count == 2)
        #expect(contests(records).contests.count == 3 && contests(records).settled.isEmpty)
    }

    @Test(
        "Between finalists the current version wins, then a known content, then the greatest digest"
    )
    func finalists() {
        let contest = contests([
            candidate(content: 1, payload: 1), candidate(content: 2, payload: 2),
            candidate(content: 3, payload: 3),
        ]).contests[0]
        func digest(_ byte: UInt8) -> Digest256 { Digest256([UInt8](repeating: byte, count: 32)) }
        #expect(winner(of: contest, current: digest(1), history: [digest(2)]).content == digest(1))
        #expect(winner(of: contest, current: digest(9), history: [digest(2)]).content == digest(2))
        #expect(winner(of: contest, current: nil, history: []).content == digest(3))
    }

    @Test("Short texts stay as many as they are, in any order")
    func numbering() {
        let five = [(1, 1), (1, 1), (1, 2), (2, 1), (2, 1)].map { content, payload in
            candidate(content: UInt8(content), payload: UInt8(payload), isNumbered: true)
        }
        let inOrder = contests(five).contests
        #expect(inOrder.count == 5)
        let reversed = contests(five.reversed()).contests
        #expect(inOrder.map(\.identity) == reversed.map(\.identity))
        #expect(inOrder.map { $0.finalists[0].content } == reversed.map { $0.finalists[0].content })
    }
}

extension IdentityTests {
    @Test("Every scalar that Unicode calls white space unifies, and no other does")
    func whiteSpace() {
        let plain = identity { $0.values.body = "and a body that is long enough" }
        for value in (0x9...0x3FFF as ClosedRange<UInt32>).compactMap(Unicode.Scalar.init) {
            let other = identity { $0.values.body = Text("and\(value) a body that is long enough") }
            #expect(
                (other == plain) == value.properties.isWhitespace,
                "U+\(String(value.value, radix: 16))")
        }
    }
}
