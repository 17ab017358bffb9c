import Testing

@testable import AfterwordCore

/// Where the small readers of texts, addresses and sums begin and end.
@Suite struct TextBoundaryTests {
    @Test(
        "A part of a URL is percent-decoded; only a parameter has spaces for +",
        arguments: [
            ("a b", "https://x.y/p?a+b=x+y", "x y"), ("A B", "?a%20b=x%2By&a+b=z", "x+y"),
            ("a", "?b=1&a=2#a=3", "2"), ("a", "?a=", nil), ("a", "?a=%", "%"), ("a", "?a=%4", "%4"),
            ("a", "?a=%41", "A"), ("a", "?a=%4G", "%4G"), ("a", "/a=1", nil), ("a", "#?a=1", nil),
            ("/dp/{id}", "https://x.y/dp/a+b?c", "a+b"), ("/dp/{id}", "/dp/a%20b#c", "a b"),
            ("/dp/{id}", "/x/a", nil),
        ])
    func urlParts(part: String, url: String, value: String?) throws {
        let found = try URLPart(part, for: "product_id").value(in: Array(url.utf8))
        #expect(found.map { String(decoding: $0, as: UTF8.self) } == value)
    }

    @Test("A URL of 8,192 bytes is looked at, a longer one is not")
    func longURL() throws {
        let part = try URLPart("a", for: "product_id")
        for (count, isRead) in [(8_192, true), (8_193, false)] {
            let url = Array("?a=".utf8) + [UInt8](repeating: 0x61, count: count - 3)
            #expect((part.value(in: url) != nil) == isRead)
        }
    }

    @Test("A call is within its bound where neither count is beyond it")
    func usage() {
        let bound = ModelUsage(input: 10, cachedInput: 0, output: 5)
        func isWithin(_ input: Int64, _ output: Int64) -> Bool {
            ModelUsage(input: input, cachedInput: 0, output: output).isWithin(bound)
        }
        #expect(isWithin(10, 5) && isWithin(9, 4) && !isWithin(11, 5) && !isWithin(10, 6))
    }

    @Test("Tokens are believed where some were read and no part is larger than the whole")
    func believable() {
        func isBelievable(_ input: Int64, cached: Int64 = 0, write: Int64? = nil) -> Bool {
            ModelUsage(input: input, cachedInput: cached, cacheWrite: write, output: 0).isBelievable
        }
        #expect(isBelievable(1) && !isBelievable(0) && isBelievable(100_000_000))
        #expect(!isBelievable(100_000_001))
        #expect(isBelievable(2, cached: 1, write: 1) && !isBelievable(2, cached: 2, write: 1))
        #expect(!isBelievable(2, cached: -1) && !isBelievable(2, write: -1))
    }

    @Test("Without rated reviews there is no mean and no impact")
    func unrated() {
        #expect(meanStars(Counters()) == nil)
        #expect(impact(of: Counters(), within: Counters(), portfolio: Counters()) == 0)
    }

    @Test("A sum and a product beyond 64 bits are the largest or least number")
    func saturating() {
        #expect(saturatingSum(.max, 0) == .max && saturatingSum(.max, 1) == .max)
        #expect(saturatingSum(.min, 0) == .min && saturatingSum(.min, -1) == .min)
        #expect(saturatingSum(1, 2, 3) == 6 && saturatingProduct(-3, 4) == -12)
        #expect(saturatingProduct(.max, 2) == .max && saturatingProduct(.min, 2) == .min)
        #expect(saturatingProduct(.min, -1) == .max && saturatingProduct(.max, -2) == .min)
    }
}
