import AfterwordCore
import AfterwordTesting
import Foundation
import Testing

/// Writes texts with their token bounds for `ci/token-check`, which counts the tokens with a real
/// tokenizer. `AFTERWORD_TOKENS_OUT` names the file to write.
@Suite struct TokenTests {
    private static let output = ProcessInfo.processInfo.environment["AFTERWORD_TOKENS_OUT"]

    @Test(
        "Bounds are written down, to be held against a real tokenizer",
        .enabled(if: output != nil, "SKIPPED: no file was asked for; ci/unit-test asks"))
    func written() throws {
        let request = someRequest()
        var texts = [request.system, request.user, request.schema.canonical]
        for name in ["insights", "hostile-insights", "second-load"] {
            let folder = "Golden/\(name)/dumps"
            for dump in try FileManager.default.contentsOfDirectory(atPath: folder) {
                let file = "\(folder)/\(dump)/reviews.json"
                guard let bytes = FileManager.default.contents(atPath: file) else { continue }
                texts.append(String(decoding: bytes, as: UTF8.self))
            }
        }
        for seed in 1...3_000 as ClosedRange<UInt64> { texts.append(Self.random(seed)) }
        texts += Self.sellers()
        let rows = texts.map { text in
            JSONValue.row(["text": .string(text), "bound": JSONValue(tokenBound(text))]).canonical
        }
        try rows.joined(separator: "\n").write(
            toFile: try #require(Self.output), atomically: true, encoding: .utf8)
        #expect(texts.count > 3_000)
    }

    /// Random mixtures of words, signs and letters of many scripts.
    private static func random(_ seed: UInt64) -> String {
        let parts = [
            "the", "quality", "QZXJ", "qgkzq", "jvxq", "’", "'", "'s", "don't", " ", "  ", "\n",
            "\t", "1234567", "é",
            "ßÜ", "naïve", "日本語", "すぐに", "🤷‍♀️", "—", "...", "(", "\"", "\\", "{\"a\":", "Straße", "İ",
            "ﬁ", "\u{200B}",
            "zzzz", "aAaA", "I", "a", "x9", "9x", "ő", "ё", "한국어", "%", "/", "\r\n", "wq", "Wq",
            "of", "not",
        ]
        var random = SplitMix64(seed: seed)
        return (0...random.next() % 40).map { _ in
            parts[Int(random.next() % UInt64(parts.count))]
        }.joined()
    }

    /// Real reviews, if they are present next to the checkout.
    private static func sellers() -> [String] {
        guard
            let file = try? FileManager.default.contentsOfDirectory(
                atPath: "../shared/data/sellerx"
            ).sorted().first(where: { $0.hasSuffix(".json") }),
            let bytes = FileManager.default.contents(atPath: "../shared/data/sellerx/" + file)
        else { return [] }
        let text = String(decoding: bytes.prefix(2_000_000), as: UTF8.self)
        return text.split(separator: "\n").prefix(8_000).map(String.init)
    }
}
