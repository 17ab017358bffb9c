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

    @Test("A name that sources write for unknown authors names none, whatever the shape says")
    func sharedNames() {
        for name: Text in ["Verified Customer", "ANONYMOUS", "Kunde", "?"] {
            let named = record {
                $0.values.authorName = name; $0.writtenDate = "May 1"
            }
            #expect(identify(named, placeholders: [])?.kind == .content, "\(name)")
            #expect(identify(named, placeholders: [], by: .v1)?.kind == .author)
        }
    }

    @Test("An author's id that shops write for guests is absent, and was none before")
    func guests() throws {
        let shape = try Shape(
            parsing: Array(
                """
                {"shape": "g", "version": 1, "fields":
                 {"product_id": "p", "author_id": "u", "body": "t"}}
                """.utf8))
        func author(_ written: String, _ rules: IdentityRules = .current) -> Text? {
            var reading = ReadingRules()
            reading.identity = rules
            let found = readRecords(
                #"[{"p": "P", "u": \#(written), "t": "The lid leaks."}]"#, shape, reading)
            return found.first?.authorID
        }
        let none = [
            "0", "\"0\"", "0.0", "-1", "\"null\"", "\"Guest\"", "\"ANONYMOUS\"",
            "\"00000000-0000-0000-0000-000000000000\"", "\" 0 \"",
        ]
        for written in none {
            #expect(author(written) == nil, "\(written)")
            #expect(author(written, .v1) != nil, "\(written)")
        }
        for written in ["7", "-2", "\"00\"", "\"guest1\"", "\"nulls\"", "\"anonymous1\"", "10"] {
            #expect(author(written) != nil, "\(written)")
        }
    }

    @Test("Blanks and invisible characters around a name or variant do not count")
    func blanks() {
        func identities(_ name: Text, _ variant: Text, by rules: IdentityRules = .current)
            -> [Identity?]
        {
            ([nil, "May 1"] as [Text?]).map { date in
                let named = record {
                    $0.values.authorName = name; $0.writtenDate = date
                    $0.values.variant = variant
                }
                return identify(named, placeholders: [], by: rules)
            }
        }
        let bare = identities("Anné", "Größe")
        for blank in [" ", "\t", "\u{A0}", "\u{200B}", "\u{FEFF}", "\u{3000}", " \u{200E} "] {
            let (name, variant) = (Text("\(blank)Anné\(blank)"), Text("Größe\(blank)"))
            #expect(identities(name, variant) == bare, "\(blank.debugDescription)")
            #expect(identities(name, variant, by: .v1) != identities("Anné", "Größe", by: .v1))
        }
        #expect(identities("An né", "Größe") != bare)
        #expect(identities(" ", "Größe") != bare)
    }

    @Test("The id that a review was given tells the identity it had")
    func told() throws {
        let records = [
            record(), record { $0.authorID = "u1" }, record { $0.reviewID = "R1" },
            record { $0.reviewID = "" }, record { $0.reviewID = "c1:00" },
            record { $0.reviewID = "a1:R1" }, record { $0.reviewID = "b12:" },
        ]
        for record in records {
            let identity = try #require(identify(record, placeholders: []))
            let id = reviewID(
                record.reviewID, kind: identity.kind, identity: identity.digest, by: .current)
            #expect(identityDigest(ofReview: id, ofProduct: "P") == identity.digest)
            #expect(
                identityDigest(ofReview: id, ofProduct: "Q") != identity.digest
                    || identity.kind != .source)
        }
        for id: Text in ["c1:00", "c1:0g", "b1:", "c3:00112233445566778899aabbccddeeff", "a12:R"] {
            #expect(identityDigest(ofReview: id, ofProduct: "P") == nil)
        }
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
        // Title and body must not be concatenated without a separator.
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
        #expect(
            reviewID(Text(source), kind: .source, identity: digest, by: .current) == Text(expected))
    }

    @Test("A record of a dump takes at most 56 bytes in memory, and is told as it was made")
    func candidateSize() {
        #expect(MemoryLayout<Candidate>.stride <= 56)
        for kind in [IdentityKind.source, .author, .content] {
            for isNumbered in [false, true] {
                let identity = Identity(
                    kind: kind, digest: Digest128([UInt8](repeating: 7, count: 16)),
                    isNumbered: isNumbered)
                let record = Candidate(
                    identity: identity, payload: identity.digest, file: 3, offset: 1 << 40,
                    length: 64 << 20, context: 5)
                #expect(record.identity == identity && record.length == 64 << 20)
            }
        }
    }

    // MARK: Contests

    /// A record with its precedence. Records with equal payloads have equal precedence.
    private struct Claim {
        var candidate: Candidate
        var precedence: Precedence
    }

    private func claim(
        content: UInt8, payload: UInt8, identity: UInt8 = 1, isNumbered: Bool = false,
        time: Int64? = nil, votes: Int64 = 0, file: Int32 = 0, offset: Int64 = 0
    ) -> Claim {
        Claim(
            candidate: Candidate(
                identity: Identity(
                    kind: .content, digest: Digest128([UInt8](repeating: identity, count: 16)),
                    isNumbered: isNumbered),
                payload: Digest128([UInt8](repeating: payload, count: 16)), file: file,
                offset: offset, length: 1, context: 0),
            precedence: Precedence(
                content: Digest256([UInt8](repeating: content, count: 32)),
                sourceTime: time.map { Instant(seconds: $0) }, helpfulVotes: votes))
    }

    private func sorted(
        _ claims: [Claim], look: (Candidate) -> SingleRecord = { _ in .duplicateGroup }
    ) throws -> SortedRecords {
        struct Unasked: Error {}
        return try duplicateGroups(
            claims.map(\.candidate),
            precedence: { record in
                guard let claim = claims.first(where: { $0.candidate.payload == record.payload })
                else { throw Unasked() }
                return claim.precedence
            }, look: look)
    }

    @Test("Equal contents are one variant; the greatest payload of them is kept")
    func copies() throws {
        let records = try sorted([
            claim(content: 5, payload: 1, file: 1), claim(content: 5, payload: 9, file: 0),
            claim(content: 5, payload: 1, file: 0, offset: 3),
        ])
        let duplicateGroup = try #require(records.duplicateGroups.first)
        #expect(records.duplicateGroups.count == 1 && records.unchanged.isEmpty)
        #expect(duplicateGroup.finalists.count == 1 && duplicateGroup.beaten.isEmpty)
        #expect(duplicateGroup.finalists[0].candidates.map(\.file) == [0, 0, 1])
        #expect(
            duplicateGroup.finalists[0].kept.payload == Digest128([UInt8](repeating: 9, count: 16)))
    }

    @Test("The latest source time wins, absent least, then votes; the rest is for the store to say")
    func variants() throws {
        func beaten(_ claims: Claim...) throws -> ([Int], [Int]) {
            let duplicateGroup = try sorted(claims).duplicateGroups[0]
            func firstBytes(_ variants: [DuplicateGroup.Variant]) -> [Int] {
                variants.map { Int($0.content?.bytes[0] ?? 0) }
            }
            return (firstBytes(duplicateGroup.finalists), firstBytes(duplicateGroup.beaten))
        }
        #expect(
            try beaten(
                claim(content: 1, payload: 1, time: 20),
                claim(content: 2, payload: 2, time: 10),
                claim(content: 3, payload: 3, votes: 9)) == ([1], [3, 2]))
        #expect(
            try beaten(
                claim(content: 1, payload: 1, votes: 2),
                claim(content: 2, payload: 2, votes: 1))
                == ([1], [2]))
        #expect(
            try beaten(claim(content: 1, payload: 1), claim(content: 2, payload: 2)) == (
                [2, 1], []
            ))
    }

    @Test(
        "A record alone is what it is looked upon as; one of two of an identity is in a duplicateGroup"
    )
    func settled() throws {
        let claims = [
            claim(content: 1, payload: 1, identity: 3), claim(content: 2, payload: 2, identity: 1),
            claim(content: 3, payload: 3, identity: 2), claim(content: 4, payload: 4, identity: 2),
            claim(content: 5, payload: 5, identity: 4),
        ]
        let payloads = claims.map(\.candidate.payload)
        let records = try sorted(claims) { record in
            switch record.payload {
            case payloads[1]: .duplicateGroup
            case payloads[4]: .insert
            default: .unchanged
            }
        }
        #expect(records.unchanged.map(\.payload) == [payloads[0]])
        #expect(records.inserts.map(\.payload) == [payloads[4]])
        #expect(
            records.duplicateGroups.map(\.identity)
                == [claims[1], claims[2]].map(\.candidate.identity.digest))
        #expect(records.duplicateGroups[0].finalists[0].content == nil)
        #expect(
            records.duplicateGroups[1].finalists.count + records.duplicateGroups[1].beaten.count
                == 2)
    }

    @Test(
        "Between finalists the current version wins, then a known content, then the greatest digest"
    )
    func finalists() throws {
        let duplicateGroup = try sorted([
            claim(content: 1, payload: 1), claim(content: 2, payload: 2),
            claim(content: 3, payload: 3),
        ]).duplicateGroups[0]
        func digest(_ byte: UInt8) -> Digest256 { Digest256([UInt8](repeating: byte, count: 32)) }
        #expect(
            winner(of: duplicateGroup, current: digest(1), history: [digest(2)]).content
                == digest(1))
        #expect(
            winner(of: duplicateGroup, current: digest(9), history: [digest(2)]).content
                == digest(2))
        #expect(winner(of: duplicateGroup, current: nil, history: []).content == digest(3))
    }

    @Test("Short texts stay as many as they are, in any order")
    func numbering() throws {
        let five = [(1, 1), (1, 1), (1, 2), (2, 3), (2, 3)].map { content, payload in
            claim(content: UInt8(content), payload: UInt8(payload), isNumbered: true)
        }
        let inOrder = try sorted(five).duplicateGroups
        #expect(inOrder.count == 5)
        let reversed = try sorted(five.reversed()).duplicateGroups
        #expect(inOrder.map(\.identity) == reversed.map(\.identity))
        func kept(_ duplicateGroups: [DuplicateGroup]) -> [Digest128] {
            duplicateGroups.map { $0.finalists[0].kept.payload }
        }
        #expect(kept(inOrder) == kept(reversed))
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
