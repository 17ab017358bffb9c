import AfterwordCore

/// A file that a client uploaded or a batch wrote.
struct StoredFile: Equatable, Sendable {
    var id: String
    /// The API key it belongs to, as a hash.
    var key: UInt64
    var purpose: String
    var filename: String
    var bytes: Int
    /// Seconds since 1970.
    var created: Int64
    /// Seconds since 1970; nil where it is kept until it is deleted.
    var expires: Int64?
    /// Counted by the server over all files, so that a list has an order.
    var order: Int

    /// The purposes that a client may give.
    static let purposes = ["assistants", "batch", "fine-tune", "vision", "user_data", "evals"]
    /// The greatest file of a batch, in bytes.
    static let batchBytes = 200 << 20

    /// The object of the API.
    var json: JSONValue {
        .row([
            "object": .string("file"), "id": .string(id), "purpose": .string(purpose),
            "filename": .string(filename), "bytes": JSONValue(bytes),
            "created_at": JSONValue(created), "expires_at": JSONValue(expires),
            "status": .string("processed"), "status_details": .null,
        ])
    }

    /// The record on the shelf.
    var record: JSONValue {
        json.adding("fake_key", .string(String(key, radix: 16)))
            .adding("fake_order", JSONValue(order))
    }

    init(
        id: String, key: UInt64, purpose: String, filename: String, bytes: Int, created: Int64,
        expires: Int64?, order: Int
    ) {
        self.id = id
        self.key = key
        self.purpose = purpose
        self.filename = filename
        self.bytes = bytes
        self.created = created
        self.expires = expires
        self.order = order
    }

    /// Nil for a record that is not one of a file.
    init?(record: JSONValue) {
        guard let id = record["id"]?.text, let purpose = record["purpose"]?.text,
            let key = record["fake_key"]?.text.flatMap({ UInt64($0, radix: 16) }),
            let bytes = record["bytes"]?.whole, let created = record["created_at"]?.integer
        else { return nil }
        self.init(
            id: id, key: key, purpose: purpose, filename: record["filename"]?.text ?? "",
            bytes: bytes, created: created, expires: record["expires_at"]?.integer,
            order: record["fake_order"]?.whole ?? 0)
    }

    /// The name of its bytes on the shelf.
    var dataName: String { id + ".data" }
    /// The name of its record on the shelf.
    var recordName: String { id + ".json" }
}
