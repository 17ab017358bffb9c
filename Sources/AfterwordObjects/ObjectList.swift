/// An object as a list of a bucket has it.
package struct ListedObject: Equatable, Sendable {
    package var key: String
    /// In bytes.
    package var size: Int64
    /// With its quotation marks.
    package var etag: String
    /// When it was put there; nil where the server does not say.
    package var modified: UTCStamp?

    package init(key: String, size: Int64, etag: String, modified: UTCStamp? = nil) {
        self.key = key
        self.size = size
        self.etag = etag
        self.modified = modified
    }
}

/// A part of a list: at most 1,000 objects.
struct ObjectPage: Equatable {
    var objects: [ListedObject] = []
    /// By which the next part is asked for; nil for the last.
    var next: String?

    /// Reads the answer to `ListObjectsV2` with keys encoded as in URLs.
    ///
    /// - Throws: `XMLPullReader.Fault`.
    init(_ document: [UInt8]) throws(XMLPullReader.Fault) {
        var reader = XMLPullReader(document)
        guard try Self.root(&reader) == "ListBucketResult" else { throw XMLPullReader.Fault() }
        var (isCut, isEncoded, name, depth) = (false, false, "", 0)
        var raw: [ListedObject] = []
        while let event = try reader.next() {
            switch event {
            case .start("Contents") where depth == 0: raw.append(try Self.object(&reader))
            case .start(let begun):
                depth += 1
                name = begun
            case .end: depth -= 1
            case .text(let text) where depth == 1:
                switch name {
                case "IsTruncated": isCut = text == "true"
                case "NextContinuationToken": next = (next ?? "") + text
                case "EncodingType": isEncoded = text == "url"
                default: break
                }
            case .text: break
            }
        }
        if !isCut { next = nil }
        guard isCut == (next != nil) else { throw XMLPullReader.Fault() }
        for var object in raw {
            if isEncoded {
                guard let key = percentDecoded(object.key) else { throw XMLPullReader.Fault() }
                object.key = key
            }
            objects.append(object)
        }
    }

    private static func root(_ reader: inout XMLPullReader) throws(XMLPullReader.Fault) -> String {
        guard case .start(let root) = try reader.next() else { throw XMLPullReader.Fault() }
        return root
    }

    private static func object(
        _ reader: inout XMLPullReader
    ) throws(XMLPullReader.Fault) -> ListedObject {
        let fields = try XMLFields(&reader)
        guard let key = fields["Key"], let size = fields["Size"].flatMap({ Int64($0) }), size >= 0
        else { throw XMLPullReader.Fault() }
        return ListedObject(
            key: key, size: size, etag: fields["ETag"] ?? "",
            modified: fields["LastModified"].flatMap { UTCStamp(iso8601: $0) })
    }
}
