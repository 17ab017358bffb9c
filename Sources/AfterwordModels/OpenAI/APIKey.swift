import AfterwordCore

/// A secret that is hidden from descriptions, logs and mirrors.
package struct APIKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// For the header of a request, and nothing else.
    let secret: String
    /// As it is looked for in what a server sends.
    private let folded: [UInt8]

    package init(_ secret: String) {
        self.secret = secret
        folded = secret.utf8.map(Self.fold)
    }

    package var description: String { "(a key)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(reflecting: description) }

    // MARK: What a server sends of it

    /// The fewest bytes of a key that is looked for in texts. Shorter ones (`none`, `test`) are
    /// words for servers without keys, and stand in other texts too.
    private static let leastBytes = 16
    /// Stands in place of the secret.
    private static let mark = Array("⟦SECRET⟧".utf8)

    private var isSought: Bool { folded.count >= Self.leastBytes }

    /// A byte in lower case, with `_` for `-`, as servers write the names of their errors.
    private static func fold(_ byte: UInt8) -> UInt8 {
        switch byte {
        case 0x41...0x5A: byte | 0x20
        case 0x2D: 0x5F
        default: byte
        }
    }

    private func stands(in bytes: [UInt8], at index: Int) -> Bool {
        guard index + folded.count <= bytes.count, Self.fold(bytes[index]) == folded[0] else {
            return false
        }
        return folded.indices.allSatisfy { Self.fold(bytes[index + $0]) == folded[$0] }
    }

    /// The bytes with a mark in place of the secret; nil where it is not in them.
    private func removed(from bytes: [UInt8]) -> [UInt8]? {
        guard isSought, let first = bytes.indices.first(where: { stands(in: bytes, at: $0) })
        else { return nil }
        var kept = Array(bytes[..<first])
        var index = first
        while index < bytes.count {
            if stands(in: bytes, at: index) {
                kept += Self.mark
                index += folded.count
            } else {
                kept.append(bytes[index])
                index += 1
            }
        }
        return kept
    }

    /// The text with a mark in place of the secret, also where its case differs, or has `_` for
    /// `-`.
    func removed(from text: String) -> String {
        removed(from: Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) } ?? text
    }

    /// The document without the secret in texts, in names, and in documents within texts; nil where
    /// it is not in them.
    private func removed(from value: JSONValue) -> JSONValue? {
        switch value {
        case .string(let text):
            let bytes = Array(text.utf8)
            let kept = removed(from: bytes)
            if mayHideCharacters(kept ?? bytes),
                let inner = try? JSONValue(parsing: kept ?? bytes), let own = removed(from: inner)
            {
                return .string(own.canonical)
            }
            return kept.map { JSONValue.string(String(decoding: $0, as: UTF8.self)) }
        case .array(let elements):
            let kept = elements.map { removed(from: $0) }
            guard kept.contains(where: { $0 != nil }) else { return nil }
            return .array(zip(kept, elements).map { $0 ?? $1 })
        case .object(let members):
            let kept = members.map { removed(from: $0.value) }
            let names = members.map { removed(from: $0.key) }
            guard kept.contains(where: { $0 != nil }) || names != members.map({ $0.key }) else {
                return nil
            }
            return .object(
                members.indices.map { (key: names[$0], value: kept[$0] ?? members[$0].value) })
        case .null, .bool, .number: return nil
        }
    }

    /// Whether JSON may have characters of the secret in another form: `\u0073`, `\/`.
    private func mayHideCharacters(_ json: [UInt8]) -> Bool {
        let isAlwaysEscaped = folded.contains(0x22) || folded.contains(0x5C)
        return json.indices.dropLast().contains {
            json[$0] == 0x5C && (isAlwaysEscaped || json[$0 + 1] == 0x75 || json[$0 + 1] == 0x2F)
        }
    }

    /// The body of an answer without the secret: JSON, lines of JSON, or any other text. One that
    /// does not hold it stays as it is, byte for byte.
    func removed(fromBody body: [UInt8]) -> [UInt8] {
        guard isSought, mayHideCharacters(body) || removed(from: body) != nil else { return body }
        if let value = try? JSONValue(parsing: body) {
            return removed(from: value).map { Array($0.canonical.utf8) } ?? body
        }
        var kept: [UInt8] = []
        for part in body.split(separator: 0x0A, omittingEmptySubsequences: false) {
            let line = Array(part)
            if let value = try? JSONValue(parsing: line) {
                kept += removed(from: value).map { Array($0.canonical.utf8) } ?? line
            } else {
                kept += removed(from: line) ?? line
            }
            kept.append(0x0A)
        }
        kept.removeLast()
        return kept
    }
}

extension Exchange {
    /// The same without a key in anything that the server sent: whatever is shown or stored of an
    /// answer is read from here.
    func without(_ key: APIKey) -> Exchange {
        var kept = self
        kept.headers = Dictionary(
            headers.map { (key.removed(from: $0.key), key.removed(from: $0.value)) }
        ) { first, _ in first }
        kept.body = key.removed(fromBody: body)
        return kept
    }
}
