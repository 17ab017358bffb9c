import AfterwordCore

/// A format that reviews often come in and that is not supported, recognized by a file's first
/// bytes, so that the refusal can name it.
package enum OtherFormat: Equatable, Sendable {
    case zip
    case spreadsheet
    case parquet
    case sqlite
    case pdf
    case tar
    case bzip2
    case xz
    case zstd
    case sevenZip
    /// One object of columns or a matrix, as pandas writes a table by itself.
    case columns

    /// Number of first bytes that are examined.
    static let headBytes = 1024

    private static let beginnings: [(bytes: [UInt8], format: OtherFormat)] = [
        ([0x50, 0x4B, 0x03, 0x04], .zip), ([0x50, 0x4B, 0x05, 0x06], .zip),
        ([0x50, 0x4B, 0x07, 0x08], .zip), (Array("PAR1".utf8), .parquet),
        (Array("SQLite format 3".utf8), .sqlite), (Array("%PDF-".utf8), .pdf),
        (Array("BZh".utf8), .bzip2), ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], .xz),
        ([0x28, 0xB5, 0x2F, 0xFD], .zstd), ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], .sevenZip),
        ([0xD0, 0xCF, 0x11, 0xE0], .spreadsheet),
    ]

    private static let endings: [(ending: String, format: OtherFormat)] = [
        (".zip", .zip), (".xlsx", .spreadsheet), (".xls", .spreadsheet), (".ods", .spreadsheet),
        (".parquet", .parquet), (".sqlite", .sqlite), (".pdf", .pdf), (".tar", .tar),
        (".tar.gz", .tar), (".tgz", .tar), (".bz2", .bzip2), (".xz", .xz), (".zst", .zstd),
        (".7z", .sevenZip),
    ]

    /// The format of a file that begins with these bytes; nil where it may be JSON or a table.
    init?(_ head: [UInt8], name: String = "") {
        if let known = Self.beginnings.first(where: { head.starts(with: $0.bytes) })?.format {
            let named = OtherFormat(ending: name)
            self = known == .zip && named == .spreadsheet ? .spreadsheet : known
        } else if head.count > 262, head[257..<262].elementsEqual(Array("ustar".utf8)) {
            self = .tar
        } else {
            return nil
        }
    }

    /// The format that a file's extension stands for; nil for any other.
    init?(ending name: String) {
        let plain = name.lowercased()
        guard let known = Self.endings.last(where: { plain.hasSuffix($0.ending) }) else {
            return nil
        }
        self = known.format
    }

    /// Whether a JSON document holds a table by its columns: members that are objects with the same
    /// keys `0`, `1`, …, or lists of as many plain values, or `columns` beside `data`.
    static func isColumns(_ document: JSONValue) -> Bool {
        guard let members = document.members, members.count > 1 else { return false }
        if document["columns"]?.elements != nil,
            document["data"]?.elements?.first?.elements != nil
        {
            return true
        }
        let lists = members.compactMap(\.value.elements)
        if lists.count == members.count, Set(lists.map(\.count)).count == 1, lists[0].count > 1,
            lists.allSatisfy({ $0.allSatisfy { $0.elements == nil && $0.members == nil } })
        {
            return true
        }
        return members.allSatisfy { member in
            let rows = member.value.members ?? []
            return !rows.isEmpty && rows.enumerated().allSatisfy { String($0) == $1.key }
        }
    }
}
