import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Foundation
import Testing

/// A review of the greatest record size is stored byte for byte; one byte more is a reject.
@Suite struct LargeRecordTests {
    private static let head =
        Array(
            #"{"CHILD_ASIN":"P1","CUSTOMER_REVIEW_RATING":2,"CUSTOMER_REVIEW_TITLE":"T","PRODUCT_BRAND":"B","#
                .utf8) + Array(#""CUSTOMER_REVIEW_DESCRIPTION":""#.utf8)
    private static let tail = Array(#""}"#.utf8)

    private static func record(of bytes: Int) -> [UInt8] {
        head + [UInt8](repeating: 0x61, count: bytes - head.count - tail.count) + tail
    }

    @Test("A body just under the record limit", arguments: StoreKind.available)
    func limit(kind: StoreKind) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("afterword-large-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let whole = Self.record(of: ParseLimit.recordBytes)
        let over = Self.record(of: ParseLimit.recordBytes + 1)
        let small = Self.record(of: 200)
        try Data(whole + [0x0A] + over + [0x0A] + small).write(
            to: folder.appendingPathComponent("a.jsonl"))

        let stores = TemporaryStores(kind)
        let store = try stores.make()
        let report = try loadDump(
            openDumps(folder.path)[0], into: store, options: LoadOptions(),
            surroundings: LoadSurroundings(now: { ReviewHistory.start }))
        // A record that is too long is stored in pieces of the limit; the line after it is a
        // review.
        let balance = report.run.balance
        #expect(balance.inserted == 2 && balance.rejected == 2)
        let (raw, body) = try store.read { reader in
            (
                try reader.raw(ofProduct: nil).map(\.payload).sorted { $0.count > $1.count },
                try reader.reviews(ofProduct: nil).compactMap { $0.values.body?.bytes.count }.max()
            )
        }
        // Compared outside `#expect`, which would print 64 MiB.
        let isWhole = raw == [whole, small]
        #expect(isWhole)
        let rejects = try store.read { try $0.rejects() }
        let pieces = rejects.sorted { $0.offset < $1.offset }.map(\.payload)
        #expect(rejects.allSatisfy { $0.reason == .recordTooLong })
        #expect(pieces.map(\.count) == [ParseLimit.recordBytes, 1])
        #expect(body == whole.count - Self.head.count - Self.tail.count)
        let finding = try store.read { try auditStore($0) }
        #expect(finding == nil)
    }
}
