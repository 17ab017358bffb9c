/// A value of a TOML document with the line on which it begins, counted from 1.
package struct TOMLNode: Equatable, Sendable {
    package var value: TOMLValue
    package var line: Int

    package init(_ value: TOMLValue, line: Int) {
        self.value = value
        self.line = line
    }
}

/// The values that a document may hold. Numbers with a point and dates are refused by the parser:
/// amounts and days are written as strings here.
package indirect enum TOMLValue: Equatable, Sendable {
    case string(String)
    case integer(Int64)
    case bool(Bool)
    case array([TOMLNode])
    case table(TOMLTable)

    /// What kind of value it is, for error messages.
    package var kind: String {
        switch self {
        case .string: "a string"
        case .integer: "a whole number"
        case .bool: "true or false"
        case .array: "an array"
        case .table: "a table"
        }
    }
}

/// A table: its members in the order in which they stand.
package struct TOMLTable: Equatable, Sendable {
    package var members: [(key: String, node: TOMLNode)]

    package init(_ members: [(key: String, node: TOMLNode)] = []) { self.members = members }

    package subscript(_ key: String) -> TOMLNode? {
        members.first { $0.key == key }?.node
    }

    package static func == (left: TOMLTable, right: TOMLTable) -> Bool {
        left.members.elementsEqual(right.members) { $0.key == $1.key && $0.node == $1.node }
    }
}

/// Why a text is no TOML document, or holds what is not used here.
package struct TOMLFault: Error, Equatable, Sendable {
    /// Counted from 1.
    package var line: Int
    package var reason: String

    package init(line: Int, _ reason: String) {
        self.line = line
        self.reason = reason
    }
}
