import AfterwordCore
import Testing

/// Local times, by the rules of a zone.
@Suite struct ZoneRulesTests {
    private func instant(_ text: String) throws -> Instant { try #require(Instant(iso8601: text)) }

    /// Berlin in 2026.
    private func berlin() throws -> ZoneRules {
        ZoneRules(
            first: 3600,
            changes: [
                (try instant("2026-03-29T01:00:00Z"), 7200),
                (try instant("2026-10-25T01:00:00Z"), 3600),
            ])
    }

    @Test(
        "A doubled hour is the first, a missing one goes on from before",
        arguments: [
            ("2026-01-01T12:00:00", "2026-01-01T11:00:00Z"),
            ("2026-03-29T01:59:59", "2026-03-29T00:59:59Z"),
            // Clocks skip from 02:00 to 03:00.
            ("2026-03-29T02:00:00", "2026-03-29T01:00:00Z"),
            ("2026-03-29T02:30:00", "2026-03-29T01:30:00Z"),
            ("2026-03-29T03:00:00", "2026-03-29T01:00:00Z"),
            ("2026-07-01T12:00:00", "2026-07-01T10:00:00Z"),
            // 02:00 to 03:00 comes twice.
            ("2026-10-25T01:59:00", "2026-10-24T23:59:00Z"),
            ("2026-10-25T02:30:00", "2026-10-25T00:30:00Z"),
            ("2026-10-25T03:00:00", "2026-10-25T02:00:00Z"),
            ("2026-11-01T00:10:00", "2026-10-31T23:10:00Z"),
            ("2026-07-01T12:00:00.25", "2026-07-01T10:00:00.250000Z"),
        ])
    func local(written: String, expected: String) throws {
        #expect(try "\(berlin().instant(ofLocal: instant(written)))" == expected)
    }

    @Test("A fixed offset, before 1970 too")
    func fixed() throws {
        let rules = ZoneRules(seconds: -12_600)
        #expect(
            try "\(rules.instant(ofLocal: instant("1969-12-31T23:59:59.5")))"
                == "1970-01-01T03:29:59.500000Z")
    }

    @Test("Zones are written as offsets or names")
    func written() throws {
        func offset(_ zone: String) throws -> String {
            let rule = #"{"from": "c", "zone": "\#(zone)"}"#
            let shape = try shape(#"{"product_id": "p", "rating": "r", "created_at": \#(rule)}"#)
            let json = #"{"p":"P","r":1,"c":"2024-05-02T12:00"}"#
            #expect(shape.zoneNames == [])
            return readRecords(json, shape)[0].values.createdAt.map { "\($0)" } ?? ""
        }
        #expect(try offset("Z") == "2024-05-02T12:00:00Z")
        #expect(try offset("UTC") == "2024-05-02T12:00:00Z")
        #expect(try offset("+02:00") == "2024-05-02T10:00:00Z")
        #expect(try offset("-0330") == "2024-05-02T15:30:00Z")
        #expect(try offset("+14") == "2024-05-01T22:00:00Z")
    }
}
