/// Why bytes were rejected: a stable code that is stored and shown. The meaning of a code never
/// changes.
package enum RejectReason: String, CaseIterable, Sendable {
    // Found by the scanner.
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

    // About a row of a table.
    case raggedRow = "ragged_row"
    case brokenQuote = "broken_quote"
    case escapedQuote = "escaped_quote"

    // About the container as a whole.
    case htmlPage = "html_page"
    case lfsPointer = "lfs_pointer"
    case notGzip = "not_gzip"
    case damagedGzip = "damaged_gzip"
    case gzipRatio = "gzip_ratio"
    case unsupportedEncoding = "unsupported_encoding"
    case notJSON = "not_json"

    // Found while cleaning by the shape.
    case notAnObject = "not_an_object"
    case notAList = "not_a_list"
    case noProduct = "no_product"
    case wrongType = "wrong_type"
    case ratingOutOfScale = "rating_out_of_scale"
    case unreadableNumber = "unreadable_number"
    case unreadableDate = "unreadable_date"
    case ambiguousDate = "ambiguous_date"
    case relativeDate = "relative_date"
    case timeOutOfReach = "time_out_of_reach"
    case unreadableFlag = "unreadable_flag"
}

/// The limits of the parser.
package enum ParseLimit {
    /// The deepest nesting of arrays and objects inside one value, in levels.
    package static let nesting = 512
    /// The greatest size of one record with its enclosing object, in bytes: 64 MiB.
    package static let recordBytes = 64 << 20
}
