/// Reads a part of an array or an object, unescaped; nil when the part is absent.
func readPart(_ part: FieldPart, of compound: [UInt8]) -> Result<[UInt8]?, ReadFault> {
    guard let value = try? JSONValue(parsing: compound) else { return .success(nil) }
    switch part {
    case .whole: return .failure(ReadFault(.wrongType))
    case .element(let index):
        guard let elements = value.elements else { return .failure(ReadFault(.wrongType)) }
        guard index < elements.count else { return .success(nil) }
        return .success(elements[index].scalar)
    case .members:
        guard let members = value.members else { return .failure(ReadFault(.wrongType)) }
        let named = members.compactMap { member -> (name: Text, text: Text)? in
            guard let scalar = member.value.scalar, let text = readIdentifier(scalar),
                let name = readIdentifier(Array(member.key.utf8))
            else { return nil }
            let isColoned = name.bytes.last == UInt8(ascii: ":")
            return (isColoned ? Text(Array(name.bytes.dropLast())) : name, text)
        }
        let sorted = named.sorted { ($0.name, $0.text) < ($1.name, $1.text) }
        let joined = sorted.map { $0.name.bytes + Array(": ".utf8) + $0.text.bytes }
            .joined(separator: Array("; ".utf8))
        return .success(sorted.isEmpty ? nil : Array(joined))
    }
}
