import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Foundation
import Testing

private let sellerDump = "../shared/data/sellerx"

/// The built-in shape on a real dump, which is not part of the repository.
@Suite(
    .enabled(
        if: FileManager.default.fileExists(atPath: sellerDump),
        "SKIPPED: the real dumps are not beside this checkout"))
struct SellerTests {
    @Test("The known sums of a real dump, whatever its order, files and container")
    func sums() throws {
        let fixture = Fixture()
        let plain = try fixture.load(dump: openDumps(sellerDump)[0])
        #expect(plain.run.balance.inserted == 9601 && plain.run.balance.rejected == 0)
        #expect(plain.files[0].nonstandardLiterals == 43)
        let scopes = try fixture.store.read { try $0.scopes() }
        let portfolio = try #require(scopes.first { $0.scope == .portfolio })
        #expect(portfolio.productCount == 5999)
        #expect(Array(portfolio.counters.stars) == [960, 455, 721, 1177, 6288])
        #expect(scopes.count { $0.scope.kind == .brand } == 116)
        let products = try fixture.store.read { try rankedProducts($0, RankingQuery()) }.entries
        let brands = try fixture.store.read { try rankedBrands($0, RankingQuery()) }.entries
        #expect(products.count == 20 && brands.count == 20)
        for entry in products + brands {
            #expect(entry.isRanked && entry.counters.reviewCount > 1, "\(entry.id)")
        }
        let again = try fixture.load(dump: openDumps(sellerDump)[0])
        #expect(again.run.balance.unchanged == 9601)
        #expect(again.run.historyDigest == plain.run.historyDigest)
        try expectSameShuffled(plain, fixture)
    }

    private func expectSameShuffled(_ plain: LoadReport, _ fixture: Fixture) throws {
        var records = try fixture.store.read { try $0.raw(ofProduct: nil).map(\.payload) }
        var random = SplitMix64(seed: 9)
        records.shuffle(using: &random)
        var parts: [[UInt8]] = [[], [], []]
        for (index, record) in records.enumerated() {
            // JSON Lines: replace the line feeds inside a record by spaces; no text contains one.
            parts[index % 3] += record.map { $0 == 0x0A ? 0x20 : $0 } + [0x0A]
        }
        let dump = Dump(
            name: "dump",
            files: parts.enumerated().map {
                DumpFile(name: "\($0.offset).jsonl", content: .memory($0.element))
            })
        let other = Fixture()
        let shuffled = try other.load(dump: dump)
        #expect(shuffled.run.balance.inserted == 9601)
        // The same reviews, times and digests, including the digest of the whole history.
        #expect(shuffled.run.historyDigest == plain.run.historyDigest)
        let summaries = try fixture.store.read { try $0.products(nil).map(\.summary) }
        #expect(try other.store.read { try $0.products(nil).map(\.summary) } == summaries)
    }
}
