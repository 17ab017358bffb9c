import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Foundation
import Testing

/// Dumps whose records parse and do not mean what their shape says.
@Suite struct ReadingGuardTests {
    @Test("Times none of which can be are refused, be some missing, and loaded on demand")
    func noTimes() throws {
        let fixture = Fixture()
        let shape = try Shape(
            parsing: Array(
                #"""
                {"shape":"o","version":1,
                 "fields":{"product_id":"p","body":"t","created_at":"d"}}
                """#.utf8))
        let dump =
            #"{"p":"P","t":"one","d":"1970-01-01"}"# + "\n" + #"{"p":"P","t":"two","d":null}"#
        #expect(
            throws: InputFault.timesOutOfReach(file: "a.jsonl", field: "created_at", records: 1)
        ) { try fixture.load(["a.jsonl": dump]) { $0.shapes = [shape] } }
        let report = try fixture.load(["a.jsonl": dump]) {
            $0.shapes = [shape]
            $0.maxRejects = 1
        }
        #expect(report.run.balance.inserted == 2)
    }

    @Test("A page of which every record is left out is not empty; a copy of a file counts nothing")
    func leftOut() throws {
        let fixture = Fixture()
        let shape = try Shape(
            parsing: Array(
                #"""
                {"shape":"o","version":1,"fields":{"product_id":"p","rating":"r","body":"t"},
                 "where":{"s":["ok"]}}
                """#.utf8))
        let good = #"{"p":"P","r":"beautiful","t":"a text","s":"ok"}"#
        let held = #"{"p":"P","r":4,"t":"another text","s":"hold"}"#
        let report = try fixture.load(["a.json": good, "b.json": held, "c.json": good]) {
            $0.shapes = [shape]
            $0.completeness = .products
        }
        #expect(report.files.map(\.leftOut) == [0, 1, 0])
        #expect(report.files.map(\.unreadableFields) == [1, 0, 0])
        #expect(report.unread.map(\.count) == [1])
    }
}
