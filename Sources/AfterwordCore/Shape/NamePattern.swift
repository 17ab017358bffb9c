/// A pattern for the last parts of a path: texts, and names in braces that stand for the rest of a
/// part: `review_{id}.json`, `{country}/{id}/reviews.jsonl`, `/dp/{id}`.
///
/// A name stands for one byte or more of its part, and never for `/`. One of the names is the
/// value.
///
/// The parts of a URL's path are compared from their ends, so that earlier names stand for more.
/// The name of a file has to give one value, however it is split: names as `date`, `page` and
/// `lang` take what they say where they can (`NamePart`), and a file that still can be split in
/// several ways does not match.
package struct NamePattern: Hashable, Sendable {
    /// The pattern as the shape has it.
    package let written: String
    /// The name in braces whose text is the value.
    let name: String
    let parts: [[Piece]]

    /// A text, or a name in braces.
    enum Piece: Hashable, Sendable {
        case text([UInt8])
        case name(String)
    }

    /// A pattern as a shape writes it. Of several names in braces the value is the field's own, or
    /// `{id}`.
    ///
    /// - Throws: `ShapeFault` where the pattern has no such name, a brace without its other, or two
    ///   names with nothing between them.
    init(_ written: String, for field: String) throws(ShapeFault) {
        var parts: [[Piece]] = []
        for part in written.split(separator: "/") {
            parts.append(try Self.pieces(part, of: written))
        }
        let names = parts.joined().compactMap { piece in
            if case .name(let name) = piece { name } else { nil }
        }
        guard
            let name = names.count == 1
                ? names[0] : names.first(where: { $0 == field }) ?? names.first(where: Self.isID)
        else {
            throw ShapeFault(
                description: "the pattern \"\(written)\" of \"\(field)\" needs {id} or {\(field)}")
        }
        self.written = written
        self.name = name
        self.parts = parts
    }

    private static func isID(_ name: String) -> Bool { name == "id" }

    private static func pieces(
        _ part: Substring, of written: String
    ) throws(ShapeFault) -> [Piece] {
        var pieces: [Piece] = []
        var rest = part
        while !rest.isEmpty {
            if rest.first == "{" {
                guard let close = rest.firstIndex(of: "}") else { break }
                let name = rest[rest.index(after: rest.startIndex)..<close]
                if case .name = pieces.last { break }
                if name.isEmpty || name.contains("{") { break }
                pieces.append(.name(String(name)))
                rest = rest[rest.index(after: close)...]
            } else {
                let text = rest.prefix { $0 != "{" }
                if text.contains("}") { break }
                pieces.append(.text(Array(text.utf8)))
                rest = rest.dropFirst(text.count)
            }
        }
        guard rest.isEmpty else {
            throw ShapeFault(description: "the pattern \"\(written)\" cannot be read: \"\(rest)\"")
        }
        return pieces
    }

    /// How many parts the pattern has.
    var partCount: Int { parts.count }

    /// The value where the last parts of a path match; nil where they do not.
    func value(ofLast path: [[UInt8]]) -> [UInt8]? {
        path.count < parts.count ? nil : value(of: path[(path.count - parts.count)...])
    }

    /// The value where any successive parts of a path match, the first that do.
    func value(ofAny path: [[UInt8]]) -> [UInt8]? {
        guard path.count >= parts.count else { return nil }
        for start in 0...path.count - parts.count {
            if let value = value(of: path[start..<start + parts.count]) { return value }
        }
        return nil
    }

    func value(of path: ArraySlice<[UInt8]>) -> [UInt8]? {
        var value: [UInt8]?
        for (part, pieces) in zip(path, parts) {
            guard match(part[...], pieces[...], &value) else { return nil }
        }
        return value
    }

    /// Compares one part of a path from its end, so that earlier names stand for more. Takes no
    /// longer for many names than for one.
    private func match(
        _ part: ArraySlice<UInt8>, _ pieces: ArraySlice<Piece>, _ value: inout [UInt8]?
    ) -> Bool {
        var (rest, pieces) = (part, pieces)
        if case .text(let text) = pieces.first {
            guard rest.starts(with: text) else { return false }
            rest = rest.dropFirst(text.count)
            pieces = pieces.dropFirst()
        }
        if case .text(let text) = pieces.last {
            guard rest.suffix(text.count).elementsEqual(text) else { return false }
            rest = rest.dropLast(text.count)
            pieces = pieces.dropLast()
        }
        // What is left begins and ends with a name.
        while case .name(let found) = pieces.popLast() {
            var start = rest.startIndex
            var next = start
            if case .text(let text) = pieces.popLast() {
                guard let place = lastPlace(of: text, in: rest.dropLast()) else { return false }
                (next, start) = (place, place + text.count)
            }
            if start == rest.endIndex { return false }
            if found == name { value = Array(rest[start...]) }
            rest = rest[..<next]
        }
        return rest.isEmpty
    }

    private func lastPlace(of text: [UInt8], in part: ArraySlice<UInt8>) -> Int? {
        var place = part.endIndex - text.count
        while place >= part.startIndex {
            if part[place...].starts(with: text) { return place }
            place -= 1
        }
        return nil
    }
}

extension NamePattern {
    /// A pattern for names of files, `.gz` at its end left out as it is of their names.
    init(file written: String, for field: String) throws(ShapeFault) {
        let name = written.hasSuffix(".gz") ? String(written.dropLast(3)) : written
        try self.init(name, for: field)
    }

    /// The last parts of a file's name that patterns of so many parts look at, without `.gz`.
    static func end(ofFile name: String, parts: Int) -> String {
        let plain = name.lowercased().hasSuffix(".gz") ? String(name.dropLast(3)) : name
        return plain.split(separator: "/").suffix(parts).joined(separator: "/")
    }

    /// The value in the name of a file; nil where the name does not match, or gives several.
    func value(inFile name: [UInt8]) -> [UInt8]? {
        let path = name.split(separator: UInt8(ascii: "/")).map { Array($0) }
        guard parts.contains(where: { $0.count > 2 }) else { return value(ofLast: path) }
        let values = values(ofLast: path)
        return values.count == 1 ? values.first : nil
    }

    /// The values that the name of a file may give, where they are several; to be shown.
    package func values(inFile name: String) -> [String] {
        let end = Self.end(ofFile: name, parts: partCount)
        let path = end.utf8.split(separator: UInt8(ascii: "/")).map { Array($0) }
        return values(ofLast: path).map { String(decoding: $0, as: UTF8.self) }
    }

    /// All values that the last parts of a path may give, in the order of the splits.
    private func values(ofLast path: [[UInt8]]) -> [[UInt8]] {
        guard path.count >= parts.count else { return [] }
        var found: [[UInt8]] = []
        for (part, pieces) in zip(path[(path.count - parts.count)...], parts) {
            let split = NameSplit(part, pieces)
            guard split.isPossible else { return [] }
            guard let index = pieces.firstIndex(of: .name(name)) else { continue }
            found = split.values(of: index).map { Array($0) }
        }
        return found
    }
}
