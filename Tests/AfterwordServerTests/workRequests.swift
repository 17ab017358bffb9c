import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import Foundation
import HTTPTypes
import Testing

@testable import AfterwordServer

let workForm: HTTPFields = [
    .contentType: "application/x-www-form-urlencoded", .origin: "http://127.0.0.1:8080",
]
let jsonType: HTTPFields = [.contentType: "application/json"]

extension ServedClient {
    /// Sends a page's form.
    func send(
        _ fields: KeyValuePairs<String, String>, _ headers: HTTPFields = workForm
    ) async throws -> ServedAnswer {
        let body = fields.map { "\($0.key)=\(encoded($0.value))" }.joined(separator: "&")
        return try await call("/work/marks", method: .post, headers: headers, body: body)
    }

    /// Sends marks as JSON.
    func mark(
        _ body: String, key: String? = nil
    ) async throws -> ServedAnswer {
        var headers = jsonType
        if let key { headers[.authorization] = "Bearer key-" + key }
        return try await call("/api/v1/work/marks", method: .post, headers: headers, body: body)
    }
}

/// Two dumps of a product: the second brings a danger, a complaint and praise.
let workDumps: [MadeLoad] = [
    .dump(
        "2026-03-02",
        [
            MadeProduct(
                id: "D/1", brand: "Delta", title: "Kettle",
                reviews: [
                    MadeReview(id: "old", rating: 5, text: "Boils quickly."),
                    MadeReview(id: "leak", rating: 1, text: "The lid leaks."),
                ])
        ]),
    .dump(
        "2026-03-09",
        [
            MadeProduct(
                id: "D/1", brand: "Delta", title: "Kettle",
                reviews: [
                    MadeReview(id: "fire", rating: 1, text: "It caught fire on day two."),
                    MadeReview(id: "drip", rating: 1, text: "It leaks and drips."),
                    MadeReview(id: "calm", rating: 4, text: "Quiet and pretty."),
                ])
        ]),
]

/// The marks of a store.
func storedMarks(_ path: String) throws -> [WorkMarkRow] {
    try SQLiteStore(path: path, opening: .existing).read { try $0.workMarks() }
}
