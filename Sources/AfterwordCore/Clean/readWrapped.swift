/// The value inside a wrapper of one member whose key begins with `$`, as exports of databases
/// write it: `{"$oid": "…"}`, `{"$date": "…"}`, `{"$date": {"$numberLong": "…"}}`,
/// `{"$numberInt": "5"}`. Nil when the object is no such wrapper, or holds no scalar.
func readWrapped(_ compound: [UInt8]) -> [UInt8]? {
    guard compound.first == UInt8(ascii: "{"), compound.count <= longestWrittenValue,
        var value = try? JSONValue(parsing: compound)
    else { return nil }
    // One wrapper inside another is all that occurs.
    for _ in 0..<2 {
        guard let members = value.members, members.count == 1, members[0].key.hasPrefix("$") else {
            break
        }
        value = members[0].value
        if let scalar = value.scalar { return scalar }
    }
    return nil
}
