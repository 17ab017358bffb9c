/// The rows of a table as objects of their columns, for proposals: numbers and flags by their
/// spelling, empty cells as null. Broken rows are left out.
///
/// - Parameters:
///   - head: The first bytes of the file; a row that they cut off is left out.
///   - isWhole: Whether no bytes follow them.
package func tableElements(
    _ head: [UInt8], isWhole: Bool, _ table: TableBeginning
) -> [JSONValue] {
    let plan = ExtractionPlan(members: table.header.names)
    var splitter = FileSplitter(plan, table: table, isStrict: false)
    var elements: [JSONValue] = []
    let names = table.header.names
    // Of columns of one name the first counts; those without a name say nothing.
    let columns = names.indices.filter { column in
        !names[column].isEmpty && names.firstIndex(of: names[column]) == column
    }
    splitter.feed(head[...], isLast: isWhole) { event, window, _ in
        guard case .unit(let unit) = event else { return }
        for index in unit.records.indices where unit.records[index].fault == nil {
            let members = columns.map { column in
                let token = unit.recordTokens[index * names.count + column]
                return (key: names[column], value: window.lend { value(of: token, $0) })
            }
            elements.append(.object(members))
        }
    }
    return elements
}

private func value(of token: JSONToken, _ bytes: BorrowedBytes) -> JSONValue {
    let cell = cellText(token, bytes)
    let text = String(decoding: cell, as: UTF8.self)
    if text.isEmpty { return .null }
    switch text {
    case "true", "True", "TRUE": return .bool(true)
    case "false", "False", "FALSE": return .bool(false)
    default: break
    }
    // JSON has no number with a zero before it: `0071032` is a text.
    let digits = text.first == "-" ? text.dropFirst() : text[...]
    let isPadded = digits.count > 1 && digits.first == "0" && digits.dropFirst().first != "."
    return isJSONNumber(cell) && !isPadded ? .number(text) : .string(text)
}
