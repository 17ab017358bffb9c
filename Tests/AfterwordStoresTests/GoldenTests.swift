import AfterwordCore
import AfterwordModels
import AfterwordPipeline
import AfterwordTesting
import Testing

/// Runs every golden case on every store, with the comparison of `verify`.
@Suite struct GoldenTests {
    @Test("Golden cases come out byte for byte", arguments: StoreKind.available)
    func cases(kind: StoreKind) async throws {
        let cases = try GoldenCase.all(in: "Golden")
        #expect(cases.count >= 6)
        for golden in cases {
            let stores = TemporaryStores(kind)
            let actual = try await golden.run(on: stores.make(), models: simulatedModels)
            for verdict in try judgeCase(golden, actual: actual) {
                #expect(verdict.passes, "\(golden.name)/\(verdict.file): \(verdict.outcome)")
            }
        }
    }

    @Test("A missing golden, an unused one and a changed byte are each told by name")
    func judge() async throws {
        let golden = try #require(try GoldenCase.all(in: "Golden").first)
        var actual = try await golden.run(on: MemoryStore())
        actual["product_summary"]?[0] += " "
        actual["unheard_of"] = []
        actual["products_dim"] = nil
        let failed = try judgeCase(golden, actual: actual).filter { !$0.passes }
        #expect(
            failed.map(\.file) == [
                "product_summary.jsonl", "products_dim.jsonl", "unheard_of.jsonl",
            ])
        #expect(failed[1].outcome == .unused && failed[2].outcome == .missing)
    }
}

/// The fake models that golden cases name.
let simulatedModels: GoldenCase.Models = { name in
    FakeModel.Behaviour(rawValue: name).map { FakeModel($0) }
}
