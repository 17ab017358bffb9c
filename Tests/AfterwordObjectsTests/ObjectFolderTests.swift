import Foundation
import Synchronization
import Testing

@testable import AfterwordObjects

@Suite struct ObjectFolderTests {
    private static let bucket = MadeBucket(objects: [
        "d/": [], "d/2026-01-05/": [], "d/2026-01-05/a.jsonl": [1, 2], "d/2026-01-12/": [],
        "d/b.jsonl": [3], "d/empty/": [], "d/last/": [], "d-other/c.jsonl": [4],
        "x.jsonl": [5], "plain": [6], "y.jsonl/a.jsonl": [7], "full/": [8],
    ])

    private func folder(_ key: String) throws -> ObjectFolder {
        let fixture = try StorageFixture { request, _ in Self.bucket.answer(request) }
        return try fixture.client.folder(at: ObjectAddress(bucket: "bucket", key: key)) {
            $0.hasSuffix(".jsonl")
        }
    }

    @Test("A folder holds what lies below it, and names the folders that hold nothing")
    func folders() throws {
        for key in ["d", "d/"] {
            let found = try folder(key)
            #expect(found.objects.map(\.name) == ["2026-01-05/a.jsonl", "b.jsonl"])
            #expect(found.objects.map(\.object.size) == [2, 1])
            #expect(found.emptyFolders == ["2026-01-12", "empty", "last"])
            #expect(!found.isObject)
        }
        #expect(try folder("").objects.count == 7)
        // An object whose key ends with a slash and that holds bytes is one.
        #expect(try folder("").objects.contains { $0.name == "full/" })
        let empty = try folder("d/empty")
        #expect(empty.objects.isEmpty && empty.emptyFolders.isEmpty && !empty.isObject)
    }

    @Test("An address may be that of an object, whatever its name") func objects() throws {
        for (key, name) in [("x.jsonl", "x.jsonl"), ("plain", "plain"), ("d/b.jsonl", "b.jsonl")] {
            let found = try folder(key)
            #expect(found.isObject && found.objects.map(\.name) == [name])
        }
        #expect(try !folder("y.jsonl").isObject)
        for key in ["no", "no.jsonl", "no/", "x.json"] {
            #expect(throws: ObjectFault.nothingThere("s3://bucket/\(key)")) { try folder(key) }
        }
    }

    @Test("Objects read in order are asked for ahead, once each, and their bytes are right")
    func readingAhead() throws {
        let large = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
        var objects = ["large": large]
        for number in 0..<40 { objects["s/\(100 + number)"] = Array("\(number)".utf8) }
        let bucket = MadeBucket(objects: objects)
        let fixture = try StorageFixture { request, _ in bucket.answer(request) }
        let listed = objects.keys.sorted().map(bucket.listed)
        let reads = ObjectReads(fixture.client, bucket: "bucket", listed)
        func bytes(_ place: Int, _ start: Int64, _ end: Int64) throws -> [UInt8] {
            let part = reads.open(place, from: start, to: end)
            var bytes: [UInt8] = []
            while let more = try part.next() { bytes += more }
            return bytes
        }
        for place in listed.indices {
            let size = listed[place].size
            #expect(try bytes(place, 0, min(size, 1 << 20)).count == Int(min(size, 1 << 20)))
            #expect(try bytes(place, 0, size) == objects[listed[place].key])
            #expect(try bytes(place, 1, size) == Array(objects[listed[place].key]!.dropFirst()))
            #expect(try bytes(place, size, size) == [])
        }
        let asked = fixture.server.requests.map(\.path)
        #expect(asked.count { $0.hasPrefix("/bucket/s/") } == 40)
        // One beginning, and twice the rest.
        #expect(asked.count { $0 == "/bucket/large" } == 3)
        #expect(try bytes(0, 1_500_000, 1_500_003) == Array(large[1_500_000..<1_500_003]))
    }

    @Test("Beginnings beyond the limit are asked for again") func limit() throws {
        let object = [UInt8](repeating: 7, count: 1 << 20)
        let keys = (0..<70).map { "k\(100 + $0)" }
        let bucket = MadeBucket(
            objects: Dictionary(uniqueKeysWithValues: keys.map { ($0, object) }))
        let fixture = try StorageFixture { request, _ in bucket.answer(request) }
        let reads = ObjectReads(fixture.client, bucket: "bucket", keys.map(bucket.listed))
        for place in keys.indices {
            #expect(try reads.open(place, from: 0, to: 5).next() == [7, 7, 7, 7, 7])
        }
        #expect(fixture.server.requests.count == 70)
        #expect(try reads.open(69, from: 0, to: 5).next()?.count == 5)
        #expect(fixture.server.requests.count == 70)
        // Six are beyond the limit. Those of the first fourteen, since what was asked for ahead may
        // come in any order; backwards, so that nothing is asked for ahead.
        for place in (0..<14).reversed() {
            #expect(try reads.open(place, from: 0, to: 5).next()?.count == 5)
        }
        #expect(fixture.server.requests.count >= 76)
    }

    @Test("A fault of what was asked for ahead is met by its reader") func faults() throws {
        let bucket = MadeBucket(objects: ["a": [1], "b": [2]])
        let fixture = try StorageFixture(tries: 1) { request, _ in
            request.path.hasSuffix("b") ? .error(403, "AccessDenied") : bucket.answer(request)
        }
        let reads = ObjectReads(
            fixture.client, bucket: "bucket", [bucket.listed("a"), bucket.listed("b")])
        #expect(try reads.open(0, from: 0, to: 1).next() == [1])
        #expect(throws: ObjectFault.forbidden(address: "s3://bucket/b", action: "read")) {
            try reads.open(1, from: 0, to: 1).next()
        }
    }
}
