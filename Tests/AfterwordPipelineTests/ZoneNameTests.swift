import AfterwordCore
import Testing

@testable import AfterwordPipeline

/// Zones that a shape names, by this machine's data.
@Suite struct ZoneNameTests {
    @Test(
        "Local times of a named zone, at its changes and where its offset was moved for good",
        arguments: [
            ("Europe/Berlin", "2026-11-01T00:10:00", "2026-10-31T23:10:00Z"),
            ("Europe/Berlin", "2026-10-25T02:30:00", "2026-10-25T00:30:00Z"),
            ("Europe/Berlin", "2026-03-29T02:30:00", "2026-03-29T01:30:00Z"),
            ("Europe/Berlin", "1996-07-01T12:00:00", "1996-07-01T10:00:00Z"),
            ("America/New_York", "2026-03-08T02:30:00", "2026-03-08T07:30:00Z"),
            ("America/New_York", "2039-07-01T12:00:00", "2039-07-01T16:00:00Z"),
            ("Asia/Kolkata", "2026-01-01T00:00:00", "2025-12-31T18:30:00Z"),
            ("Europe/Moscow", "2014-10-25T12:00:00", "2014-10-25T08:00:00Z"),
            ("Europe/Moscow", "2014-10-27T12:00:00", "2014-10-27T09:00:00Z"),
            ("Australia/Lord_Howe", "2026-01-01T12:00:00", "2026-01-01T01:00:00Z"),
            ("Australia/Lord_Howe", "2026-07-01T12:00:00", "2026-07-01T01:30:00Z"),
            // A day that clocks skipped.
            ("Pacific/Apia", "2011-12-30T12:00:00", "2011-12-30T22:00:00Z"),
            ("Pacific/Apia", "2012-01-01T12:00:00", "2011-12-31T22:00:00Z"),
            ("UTC", "2026-01-01T00:00:00", "2026-01-01T00:00:00Z"),
        ])
    func local(zone: String, written: String, expected: String) throws {
        let rules = try #require(zoneRules(named: zone))
        let local = try #require(Instant(iso8601: written))
        #expect("\(rules.instant(ofLocal: local))" == expected)
    }

    @Test("A shape gets the rules of its zones; a name that no zone has is a fault")
    func shapes() throws {
        func shape(_ zone: String) throws -> Shape {
            try Shape(
                parsing: Array(
                    #"""
                    {"shape":"x","version":1,"fields":{"product_id":"p","rating":"r",
                     "created_at":{"from":"c","zone":"\#(zone)"}}}
                    """#.utf8)
            ).withZones()
        }
        let berlin = try shape("Europe/Berlin")
        let record = RecordCleaner(berlin).clean(
            payload: Array(#"{"p":"P","r":1,"c":"2026-11-01T00:10:00"}"#.utf8), context: [])
        #expect(record.values.createdAt == Instant(iso8601: "2026-10-31T23:10:00Z"))
        #expect(try shape("+02:00").zones.isEmpty)
        #expect(throws: ShapeFault(description: #"no time zone is known as "Europe/Nowhere" here"#))
        { try shape("Europe/Nowhere") }
    }
}
