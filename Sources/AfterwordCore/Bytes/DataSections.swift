/// A data file of sections with named values, in the order as written:
///
/// ```
/// # A comment.
/// [aspect leaks]
/// issue: Leaks or bursts
/// negative:
///     leak* | burst* |
///     dripping
/// ```
///
/// A line that begins with a space continues the value above it. Any other line is a mistake in a
/// file of the program's own and stops the program.
package struct DataSections: Sendable {
    /// A named value, read as its kind demands.
    package struct Value: Sendable {
        package let key: String
        fileprivate var bytes: [UInt8]

        /// The lines of the value, joined by spaces.
        package var text: String { String(decoding: bytes, as: UTF8.self) }

        /// The parts between spaces.
        package var words: [String] {
            bytes.split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
        }

        /// The parts between `|`, without the spaces around them.
        package var phrases: [String] {
            bytes.split(separator: UInt8(ascii: "|")).map { part in
                let words = part.drop { $0 == 0x20 }
                let end = words.lastIndex { $0 != 0x20 }.map { $0 + 1 } ?? words.startIndex
                return String(decoding: words[..<end], as: UTF8.self)
            }.filter { !$0.isEmpty }
        }
    }

    /// The names of the sections.
    package private(set) var names: [String] = []
    private var sections: [String: [Value]] = [:]

    package init(_ file: EmbeddedFile) {
        let bytes = file.lend { Array($0) }
        for line in bytes.split(separator: 0x0A) where line.first != UInt8(ascii: "#") {
            add(line)
        }
    }

    /// The values of a section; none where the file has no such section.
    package func values(in section: String) -> [Value] { sections[section] ?? [] }

    /// A value of a section; nil where the file has none of that name.
    package subscript(section: String, key: String) -> Value? {
        sections[section]?.first { $0.key == key }
    }

    private mutating func add(_ line: ArraySlice<UInt8>) {
        if line.first == UInt8(ascii: "["), line.last == UInt8(ascii: "]") {
            names.append(String(decoding: line.dropFirst().dropLast(), as: UTF8.self))
            sections[names[names.count - 1]] = []
            return
        }
        guard let section = names.last else { preconditionFailure("a value without a section") }
        let words = line.drop { $0 == 0x20 }
        if line.first == 0x20 {
            sections[section]?.continueLast(words)
        } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
            let key = String(decoding: line[..<colon], as: UTF8.self)
            let value = line[(colon + 1)...].drop { $0 == 0x20 }
            sections[section]?.append(Value(key: key, bytes: Array(value)))
        } else {
            preconditionFailure("no name: \(String(decoding: line, as: UTF8.self))")
        }
    }
}

extension [DataSections.Value] {
    fileprivate mutating func continueLast(_ words: ArraySlice<UInt8>) {
        precondition(!isEmpty, "a line that continues no value")
        if !self[count - 1].bytes.isEmpty { self[count - 1].bytes.append(0x20) }
        self[count - 1].bytes += words
    }
}
