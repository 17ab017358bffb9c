extension TOMLTable {
    /// Parses a document of TOML 1.0, less numbers with a point and dates, which are refused by
    /// name.
    ///
    /// - Throws: `TOMLFault` with the line.
    package init(parsing bytes: [UInt8]) throws(TOMLFault) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw TOMLFault(line: Self.badLine(bytes), "the file is not UTF-8")
        }
        var parser = TOMLParser(text)
        self = try parser.document()
    }

    /// The first line that is not UTF-8.
    private static func badLine(_ bytes: [UInt8]) -> Int {
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        return (lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0) + 1
    }
}

/// Reads a document from its beginning to its end, once.
struct TOMLParser {
    private let scalars: [Unicode.Scalar]
    private(set) var at = 0
    private(set) var line = 1
    private var depth = 0
    /// The most arrays and tables inside each other.
    static let nesting = 64

    init(_ text: String) {
        scalars = Array(text.unicodeScalars)
        // A byte order mark.
        if scalars.first == "\u{FEFF}" { at = 1 }
    }

    mutating func document() throws(TOMLFault) -> TOMLTable {
        let root = TOMLTree(.header, line: 1)
        var current = root
        while true {
            try skipBlankLines()
            guard let first = peek else { return root.finished }
            if first == "[" {
                current = try header(of: root)
            } else {
                try keyValue(into: current)
            }
            try endLine()
        }
    }

    // MARK: Scalars

    var peek: Unicode.Scalar? { at < scalars.count ? scalars[at] : nil }

    func isNext(_ text: String) -> Bool {
        let wanted = Array(text.unicodeScalars)
        return at + wanted.count <= scalars.count
            && scalars[at..<at + wanted.count].elementsEqual(wanted)
    }

    /// Takes the next scalar, which must exist.
    @discardableResult
    mutating func take() -> Unicode.Scalar {
        let scalar = scalars[at]
        at += 1
        if scalar == "\n" { line += 1 }
        return scalar
    }

    mutating func take(_ text: String) -> Bool {
        guard isNext(text) else { return false }
        for _ in text.unicodeScalars { take() }
        return true
    }

    func fault(_ reason: String) -> TOMLFault { TOMLFault(line: line, reason) }

    private mutating func expect(_ text: String, _ place: String) throws(TOMLFault) {
        guard take(text) else { throw fault("\(text) is missing \(place)") }
    }

    // MARK: White space

    private mutating func skipBlanks() { while peek == " " || peek == "\t" { take() } }

    private mutating func skipComment() throws(TOMLFault) {
        guard peek == "#" else { return }
        while let scalar = peek, scalar != "\n", !isNext("\r\n") {
            guard Self.isText(scalar) else { throw fault("a control character in a comment") }
            take()
        }
    }

    private mutating func skipBlankLines() throws(TOMLFault) {
        repeat {
            skipBlanks()
            try skipComment()
        } while take("\r\n") || take("\n")
    }

    private mutating func endLine() throws(TOMLFault) {
        skipBlanks()
        try skipComment()
        guard peek == nil || take("\r\n") || take("\n") else {
            throw fault("something stands behind the value")
        }
    }

    /// Whether a scalar may stand in a comment or a string.
    static func isText(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\t" || (scalar.value >= 0x20 && scalar.value != 0x7F)
    }

    // MARK: Keys and tables

    private mutating func header(of root: TOMLTree) throws(TOMLFault) -> TOMLTree {
        let start = line
        let isArray = take("[[")
        if !isArray { take() }
        let path = try dottedKey()
        try expect(isArray ? "]]" : "]", "behind the name of a table")
        return isArray
            ? try root.nextTable(path, line: start) : try root.table(path, line: start)
    }

    private mutating func keyValue(into tree: TOMLTree) throws(TOMLFault) {
        let start = line
        let path = try dottedKey()
        try expect("=", "behind \(path.joined(separator: "."))")
        skipBlanks()
        let node = try value()
        try tree.set(path, node, line: start)
    }

    private mutating func dottedKey() throws(TOMLFault) -> [String] {
        var path: [String] = []
        repeat {
            skipBlanks()
            path.append(try key())
            skipBlanks()
        } while take(".")
        return path
    }

    private mutating func key() throws(TOMLFault) -> String {
        if peek == "\"" || peek == "'" {
            guard !isNext("\"\"\""), !isNext("'''") else {
                throw fault("a key is no text of several lines")
            }
            return try string()
        }
        var name = ""
        while let scalar = peek, Self.isBare(scalar) { name.unicodeScalars.append(take()) }
        guard !name.isEmpty else { throw fault("a key is missing") }
        return name
    }

    /// Whether a scalar may stand in a key without quotes, in a number or in a word.
    static func isBare(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-": true
        default: false
        }
    }

    // MARK: Values

    private mutating func value() throws(TOMLFault) -> TOMLNode {
        let start = line
        let value: TOMLValue
        switch peek {
        case "\"", "'": value = .string(try string())
        case "[": value = try nested { (parser) throws(TOMLFault) in try parser.array() }
        case "{": value = try nested { (parser) throws(TOMLFault) in try parser.inlineTable() }
        default: value = try word()
        }
        return TOMLNode(value, line: start)
    }

    private mutating func nested(
        _ body: (inout TOMLParser) throws(TOMLFault) -> TOMLValue
    ) throws(TOMLFault) -> TOMLValue {
        depth += 1
        guard depth <= Self.nesting else { throw fault("arrays and tables lie too deep") }
        let value = try body(&self)
        depth -= 1
        return value
    }

    private mutating func array() throws(TOMLFault) -> TOMLValue {
        take()
        var elements: [TOMLNode] = []
        while true {
            try skipBlankLines()
            if take("]") { return .array(elements) }
            guard peek != nil else { throw fault("] is missing behind an array") }
            elements.append(try value())
            try skipBlankLines()
            if take(",") { continue }
            try expect("]", "behind an array")
            return .array(elements)
        }
    }

    private mutating func inlineTable() throws(TOMLFault) -> TOMLValue {
        take()
        let tree = TOMLTree(.inline, line: line)
        skipBlanks()
        if take("}") { return .table(tree.finished) }
        while true {
            skipBlanks()
            try keyValue(into: tree)
            skipBlanks()
            if take(",") { continue }
            try expect("}", "behind a table on its line")
            return .table(tree.finished)
        }
    }

    /// A number or `true` or `false`.
    private mutating func word() throws(TOMLFault) -> TOMLValue {
        var word = ""
        while let scalar = peek,
            Self.isBare(scalar) || scalar == "+" || scalar == "." || scalar == ":"
        { word.unicodeScalars.append(take()) }
        return try tomlWord(word, line: line)
    }
}

/// The value of a word without quotes.
///
/// - Throws: `TOMLFault` for what is none, or is a number with a point or a date.
func tomlWord(_ word: String, line: Int) throws(TOMLFault) -> TOMLValue {
    switch word {
    case "": throw TOMLFault(line: line, "a value is missing")
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "inf", "+inf", "-inf", "nan", "+nan", "-nan":
        throw TOMLFault(line: line, "\(word) is not used here")
    default: break
    }
    let hasDigit = word.contains { $0.isASCII && $0.isNumber }
    if word.contains(":") || word.dropFirst().contains("-") && !word.lowercased().contains("e-") {
        throw TOMLFault(
            line: line, hasDigit ? "write a date or time in quotes" : "write text in quotes")
    }
    if let number = tomlInteger(word) { return .integer(number) }
    let isNumber = word.allSatisfy { "0123456789+-._eE".contains($0) } && hasDigit
    throw TOMLFault(
        line: line,
        isNumber
            ? "\(word) is no whole number of 64 bits; write an amount in quotes"
            : "write text in quotes")
}

/// A whole number: decimal with a sign, or `0x`, `0o`, `0b`; underscores between digits.
private func tomlInteger(_ word: String) -> Int64? {
    let isSigned = word.hasPrefix("+") || word.hasPrefix("-")
    let digits = isSigned ? word.dropFirst() : word[...]
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where digits.hasPrefix(prefix) {
        guard !isSigned else { return nil }
        return grouped(digits.dropFirst(2)).flatMap { Int64($0, radix: radix) }
    }
    guard let plain = grouped(digits), plain.allSatisfy(\.isNumber),
        plain == "0" || !plain.hasPrefix("0")
    else { return nil }
    return Int64(word.hasPrefix("-") ? "-" + plain : plain)
}

/// The digits without their underscores; nil where one does not stand between two digits.
private func grouped(_ digits: Substring) -> String? {
    let parts = digits.split(separator: "_", omittingEmptySubsequences: false)
    guard parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isHexDigit } })
    else { return nil }
    return parts.joined()
}
