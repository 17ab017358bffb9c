import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Testing

/// Where stored reviews are found, and what is refused, after their records were read again.
@Suite struct RecleanIdentityTests {
    private func shape(_ fields: String, _ more: String = "") -> String {
        #"{"shape":"r","version":1,"fields":{"product_id":"p",\#(fields)}\#(more)}"#
    }

    @discardableResult
    private func load(
        _ records: [String], day: Int, _ shape: String, into run: CaseRun,
        _ change: (inout LoadOptions) -> Void = { _ in }
    ) throws -> LoadReport {
        try run.load(files: ["r.jsonl": records.joined(separator: "\n")], shape: shape) {
            $0.observedAt = Instant(iso8601: "2026-05-0\(day)")
            change(&$0)
        }
    }

    private let short = (0..<9).map {
        #"{"p":"P","stars":\#(1 + $0 % 2),"text":"Bad","head":"H\#($0 % 3)","id":"R\#($0)"}"#
    }

    @Test(
        "Short texts are found by their new numbers, whatever is mapped newly",
        arguments: [
            #""rating":"stars","body":"text","title":"head""#,
            #""body":"text","author_name":"head""#,
            #""rating":"stars","body":"text","review_id":"id""#,
        ])
    func short(fields: String) throws {
        for before in [#""body":"text""#, #""rating":"stars","body":"text""#] {
            let run = CaseRun("numbers")
            try load(short, day: 1, shape(before), into: run)
            let report = try run.reclean(by: shape(fields))
            #expect(report.unmoved == 0 && report.merged == 0)
            #expect(try run.reclean().moved == 0)
            let same = try load(short, day: 2, shape(fields), into: run)
            #expect(same.run.balance.unchanged == 9)
            // The same values in other bytes, so that no record is recognised by them.
            let spaced = short.reversed().map { $0.replacing(":", with: " : ") }
            let next = try load(spaced, day: 3, shape(fields), into: run) {
                $0.completeness = .products
            }
            #expect(next.run.balance.unchanged == 9 && next.run.deleted == 0)
        }
    }

    @Test("Short texts that an author or id identified are numbered from now on")
    func numbered() throws {
        let run = CaseRun("numbers")
        try load(short, day: 1, shape(#""body":"text","review_id":"id""#), into: run)
        let plain = shape(#""body":"text""#)
        #expect(try run.reclean(by: plain).moved == 9)
        let spaced = short.map { $0.replacing(":", with: " : ") }
        let next = try load(spaced + [short[0]], day: 2, plain, into: run)
        #expect(next.run.balance.inserted == 1 && next.run.balance.unchanged == 9)
    }

    @Test("A deleted review that returns after ids were found is known")
    func returning() throws {
        let run = CaseRun("back")
        let long = (0..<6).map {
            #"{"p":"P","id":\#($0),"stars":1,"text":"A longer text of review number \#($0)"}"#
        }
        let plain = shape(#""rating":"stars","body":"text""#)
        try load(long, day: 1, plain, into: run)
        try load(long.dropLast(), day: 2, plain, into: run) { $0.completeness = .products }
        let withID = shape(#""rating":"stars","body":"text","review_id":"id""#)
        #expect(try run.reclean(by: withID).moved == 6)
        try load(long, day: 3, withID, into: run)
        let news = try run.store.read { try reviewChanges($0, in: DumpWindow(from: 3, to: 4)) }
        #expect(news.map(\.difference.news) == [.back])
        #expect(try run.reviews().count == 6)
    }

    @Test("Of reviews that become one the one stays that a dump would choose")
    func winner() throws {
        let run = CaseRun("merge")
        let records = (0..<20).flatMap { number in
            [("a", 5, "2025-01-01"), ("b", 1, "2025-06-01")].map { id, stars, day in
                #"{"p":"P","id":"\#(number)\#(id)","group":"G\#(number)","stars":\#(stars),"#
                    + #""text":"Text \#(id) of \#(number)","when":"\#(day)"}"#
            }
        }
        let before = shape(#""review_id":"id","rating":"stars","body":"text","created_at":"when""#)
        try load(records, day: 1, before, into: run)
        let after = before.replacing(#""id""#, with: #""group""#)
        #expect(try run.reclean(by: after) { $0.maxDeletes = 20 }.merged == 20)
        #expect(try run.reviews().filter(\.isLive).allSatisfy { $0.values.rating == 10 })
        let next = try load(records.reversed(), day: 2, after, into: run)
        #expect(next.run.balance.updated == 0 && next.run.balance.inserted == 0)
    }

    @Test("A shape by which reviews belong to other products is refused, guards or not")
    func products() throws {
        let run = CaseRun("products")
        let records = (0..<6).map {
            #"{"p":"P\#($0)","q":"P\#($0 / 2 * 2)","id":\#($0),"stars":4}"#
        }
        let before = shape(#""review_id":"id","rating":"stars""#)
        try load(records, day: 1, before, into: run)
        let other = before.replacing(#""p""#, with: #""q""#)
        for hasGuards in [true, false] {
            #expect(throws: RecleanFault.movesProducts(3, of: 6)) {
                try run.reclean(by: other) { $0.hasGuards = hasGuards }
            }
        }
        #expect(try run.store.read { try $0.runs().count } == 1)
    }

    @Test("Values that a dump would be refused for are refused")
    func values() throws {
        let run = CaseRun("values")
        let records = (0..<20).map {
            #"{"p":"P","id":\#($0),"score":\#(2 * (1 + $0 % 5)),"text":"Text \#($0)","#
                + #""either":"0\#(1 + $0 % 9)/0\#(1 + $0 % 8)/2025","epoch":\#(20_000 + $0)}"#
        }
        let plain = shape(#""review_id":"id","body":"text""#)
        try load(records, day: 1, plain, into: run)
        let name = "stored records of shape r"
        func with(_ field: String) -> String { plain.replacing(#""id""#, with: #""id",\#(field)"#) }
        #expect(throws: InputFault.scaleInDoubt(file: name, above: 12, records: 20)) {
            try run.reclean(by: with(#""rating":"score""#))
        }
        #expect(
            throws: InputFault.ambiguousDates(file: name, count: 12, isContradictory: false)
        ) { try run.reclean(by: with(#""created_at":"either""#)) }
        #expect(
            throws: InputFault.timesOutOfReach(file: name, field: "created_at", records: 20)
        ) { try run.reclean(by: with(#""created_at":{"from":"epoch","as":"unix_s"}"#)) }
        let report = try run.reclean(by: with(#""rating":"score""#)) { $0.maxRejects = 12 }
        #expect(report.restated == 8)
        #expect(report.unreadable.map(\.field) == ["rating"] && report.unreadable[0].count == 12)
    }

    @Test("Dates whose order their dump decided keep their values")
    func decidedDates() throws {
        let run = CaseRun("dates")
        let records = (0..<12).map {
            let day = $0 == 0 ? "28" : "0\(1 + $0 % 9)"
            return
                #"{"p":"P","id":\#($0),"text":"Text \#($0)","head":"H","when":"\#(day)/05/2025"}"#
        }
        let before = shape(#""review_id":"id","body":"text","created_at":"when""#)
        try load(records, day: 1, before, into: run)
        let times = try run.reviews().map(\.values.createdAt)
        let report = try run.reclean(
            by: before.replacing(#""id""#, with: #""id","title":"head""#))
        #expect(report.fields == [.title: 12])
        #expect(try run.reviews().map(\.values.createdAt) == times)
    }

    @Test("What lies around records and in products is named: only a dump brings it")
    func outside() throws {
        let run = CaseRun("outside")
        let text = """
            {"asin":"P0","brand":"B","country":"US","reviews":[{"id":"R1","stars":1,"text":"bad"}]}
            """
        let before = """
            {"shape":"n","version":1,"records":"reviews[*]","fields":{
             "product_id":"^asin","review_id":"id","rating":"stars"}}
            """
        try run.load(files: ["r.json": text], shape: before)
        let after = """
            {"shape":"n","version":2,"records":"reviews[*]","fields":{
             "product_id":"^asin","review_id":"id","rating":"stars","body":"text",
             "country":"^country"},"product":{"brand":"^brand"}}
            """
        let report = try run.reclean(by: after)
        #expect(report.outOfReach == ["brand", "country"] && report.fields == [.body: 1])
        #expect(try run.reclean().outOfReach.isEmpty)
    }
}
