import Foundation
import Testing

@testable import AfterwordObjects

/// The table that `ci/objects/vectors.py` writes with botocore.
private struct Vector: Decodable {
    var method, host, region, path, body, id, secret, authorization: String
    var query, headers: [[String]]
    var token: String?
    var seconds: Int64
}

private func vectors() throws -> [Vector] {
    let path = "Tests/AfterwordObjectsTests/Vectors/sigv4.jsonl"
    return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        .map { try JSONDecoder().decode(Vector.self, from: Data($0.utf8)) }
}

@Suite struct SignatureTests {
    @Test("Requests are signed as botocore signs them") func botocore() throws {
        let vectors = try vectors()
        #expect(vectors.count >= 80)
        for vector in vectors {
            var request = ObjectRequest(method: vector.method, path: vector.path)
            request.query = vector.query.map { ($0[0], $0[1]) }
            request.headers = vector.headers.map { ($0[0], $0[1]) }
            request.body = Array(vector.body.utf8)
            let signer = RequestSigner(
                credentials: ObjectCredentials(
                    keyID: vector.id, secret: vector.secret, sessionToken: vector.token),
                region: vector.region)
            let headers = signer.headers(
                for: request, host: vector.host, at: UTCStamp(seconds: vector.seconds))
            let authorization = headers.first { $0.name == "authorization" }?.value
            #expect(authorization == vector.authorization, "\(vector.path) \(vector.query)")
        }
    }

    @Test("A key in a path is encoded as botocore encodes it") func keys() throws {
        for vector in try vectors() {
            let key = try #require(vector.path.dropFirst().removingPercentEncoding)
            #expect(ObjectClient.path(key) == vector.path)
        }
    }

    @Test("Percent encoding is undone by decoding, and broken texts are refused") func percent() {
        for text in ["", "a b", "ü/日本?&=+%", "\u{0}\n~", "%41"] {
            #expect(percentDecoded(percentEncoded(text)) == text)
            #expect(percentDecoded(percentEncoded(text, keepsSlashes: true)) == text)
        }
        #expect(percentDecoded("a+b%2bc") == "a b+c")
        for broken in ["%", "%4", "%4g", "%zz", "%FF"] { #expect(percentDecoded(broken) == nil) }
    }

    @Test("A stamp is the date that Foundation computes") func stamps() {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(secondsFromGMT: 0)
        format.dateFormat = "yyyyMMdd'T'HHmmss'Z'"
        var seconds: Int64 = -86_400
        while seconds < 8_000_000_000 {
            let stamp = UTCStamp(seconds: seconds)
            let date = Date(timeIntervalSince1970: Double(seconds))
            #expect(stamp.basic == format.string(from: date))
            seconds += 86_400 * 37 + 12_345
        }
    }

    @Test("An expiry time is read with zone and fractions, and nothing else is") func expiry() {
        func seconds(_ text: String) -> Int64? { UTCStamp(iso8601: text)?.seconds }
        #expect(seconds("1970-01-01T00:00:00Z") == 0)
        #expect(seconds("2026-01-05T08:00:00Z") == 1_767_600_000)
        #expect(seconds("2026-01-05T08:00:00.123456Z") == 1_767_600_000)
        #expect(seconds("2026-01-05T10:30:00+02:30") == 1_767_600_000)
        #expect(seconds("2026-01-05T06:00:00-0200") == 1_767_600_000)
        #expect(seconds("2000-02-29T23:59:60Z") == 951_868_800)
        for text in [
            "", "2026-01-05", "2026-13-05T08:00:00Z", "2026-01-05 08:00:00Z",
            "2026-01-05T08:00:00", "2026-01-05T08:00:00X", "2026-01-05T08:00:00+0a:00",
            "2026-01-05T25:00:00Z", "20x6-01-05T08:00:00Z",
        ] { #expect(seconds(text) == nil, "\(text)") }
    }

    @Test("No description of credentials holds a secret") func secrets() {
        let credentials = ObjectCredentials(
            keyID: "AKIAIOSFODNN7EXAMPLE", secret: "hidden-one", sessionToken: "hidden-two")
        var dumped = ""
        dump(credentials, to: &dumped)
        for text in ["\(credentials)", String(reflecting: credentials), dumped] {
            #expect(!text.contains("hidden"))
        }
        #expect(dumped.contains("AKIAIOSFODNN7EXAMPLE"))
    }
}
