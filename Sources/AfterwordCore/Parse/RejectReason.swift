/// Why bytes were not taken: a stable code, stored and shown. A code never changes its meaning.
package enum RejectReason: String, CaseIterable, Sendable {
    // What the scanner finds.
    case badLiteral = "bad_literal"
    case badNumber = "bad_number"
    case badString = "bad_string"
    case badEscape = "bad_escape"
    case badUTF8 = "bad_utf8"
    case controlCharacter = "control_character"
    case expectedColon = "expected_colon"
    case expectedComma = "expected_comma"
    case expectedKey = "expected_key"
    case expectedValue = "expected_value"
    case trailingComma = "trailing_comma"
    case pythonRepr = "python_repr"
    case nestedTooDeep = "nested_too_deep"
    case nonstandardLiteral = "nonstandard_literal"
    case truncated = "truncated"
    case recordTooLong = "record_too_long"

    // What the container turns out to be.
    case htmlPage = "html_page"
    case lfsPointer = "lfs_pointer"
    case notGzip = "not_gzip"
    case damagedGzip = "damaged_gzip"
    case gzipRatio = "gzip_ratio"
    case unsupportedEncoding = "unsupported_encoding"
    case notJSON = "not_json"

    // What the shape misses.
    case notAnObject = "not_an_object"
    case noProduct = "no_product"
    case wrongType = "wrong_type"
    case ratingOutOfScale = "rating_out_of_scale"
    case unreadableNumber = "unreadable_number"
    case unreadableDate = "unreadable_date"
    case unreadableFlag = "unreadable_flag"
}

/// Limits of the parser, each by name.
package enum ParseLimit {
    /// Levels of arrays and objects inside one value.
    package static let nesting = 512
    /// Bytes of one record, its enclosing object included: 64 MiB.
    package static let recordBytes = 64 << 20
}
