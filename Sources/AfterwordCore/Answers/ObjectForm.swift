/// The single description of one JSON object of an answer. The JSON and its schema both come from
/// the same list of members.
///
/// A member is added in one line; the commands, the API, `/openapi.json`, `/docs` and
/// `docs/answers.md` all derive from that line. Numbers are whole and carry their unit in the name
/// (`rating_tenths`, `created_at_us`). A deprecated member whose name lacks its unit stays for one
/// release beside its replacement.
package struct ObjectForm<Row>: Sendable {
    private struct Writer: Sendable {
        var description: ObjectDescription.Member
        var value: @Sendable (Row) -> JSONValue?
    }

    package let name: String
    package let comment: String
    private var writers: [Writer] = []

    package init(
        _ name: String, _ comment: String, _ build: (inout ObjectForm<Row>) -> Void
    ) {
        self.name = name
        self.comment = comment
        build(&self)
    }

    package var description: ObjectDescription {
        ObjectDescription(name: name, comment: comment, members: writers.map(\.description))
    }

    package var form: ValueForm { .object(description) }

    /// The JSON object of a row.
    package func json(_ row: Row) -> JSONValue { .object(members(row)) }

    /// The members of a row's JSON object, in the order in which they were added.
    package func members(_ row: Row) -> [(key: String, value: JSONValue)] {
        writers.compactMap { writer in
            writer.value(row).map { (writer.description.name, $0) }
        }
    }

    // MARK: Members

    /// Adds a member of any form. The member is left out of the object where `value` returns nil.
    package mutating func add(
        _ member: ObjectDescription.Member, _ value: @escaping @Sendable (Row) -> JSONValue?
    ) {
        writers.append(Writer(description: member, value: value))
    }

    package mutating func value(
        _ name: String, _ form: ValueForm, _ comment: String, unit: Unit? = nil,
        _ value: @escaping @Sendable (Row) -> JSONValue
    ) {
        add(.init(name: name, form: form, unit: unit, comment: comment), value)
    }

    package mutating func flag(
        _ name: String, _ comment: String, _ value: @escaping @Sendable (Row) -> Bool
    ) { self.value(name, .flag, comment) { .bool(value($0)) } }

    package mutating func optionalFlag(
        _ name: String, _ comment: String, _ value: @escaping @Sendable (Row) -> Bool?
    ) { self.value(name, .nullable(.flag), comment) { JSONValue(value($0)) } }

    package mutating func text(
        _ name: String, _ comment: String, _ value: @escaping @Sendable (Row) -> String
    ) { self.value(name, .string, comment) { .string(value($0)) } }

    package mutating func id(
        _ name: String, _ comment: String, _ value: @escaping @Sendable (Row) -> Text
    ) { self.value(name, .string, comment) { JSONValue(value($0)) } }

    package mutating func optionalText(
        _ name: String, _ comment: String, _ value: @escaping @Sendable (Row) -> Text?
    ) { self.value(name, .nullable(.string), comment) { JSONValue(value($0)) } }

    package mutating func optionalString(
        _ name: String, _ comment: String, _ value: @escaping @Sendable (Row) -> String?
    ) { self.value(name, .nullable(.string), comment) { JSONValue(value($0)) } }

    package mutating func texts(
        _ name: String, _ comment: String, _ value: @escaping @Sendable (Row) -> [String]
    ) {
        self.value(name, .list(.string), comment) { .array(value($0).map { .string($0) }) }
    }

    package mutating func choice(
        _ name: String, _ values: [String], _ comment: String,
        _ value: @escaping @Sendable (Row) -> String
    ) { self.value(name, .choice(values), comment) { .string(value($0)) } }

    /// Adds a SHA-256 digest, written as 64 hexadecimal digits.
    package mutating func digest(
        _ name: String, _ comment: String, _ value: @escaping @Sendable (Row) -> Digest256
    ) {
        self.value(name, .text(.hexadecimal(64)), comment) { .string(value($0).description) }
    }

    /// Adds a whole number of at least 0.
    package mutating func count(
        _ name: String, _ comment: String, unit: Unit? = nil,
        _ value: @escaping @Sendable (Row) -> Int64
    ) { self.value(name, .count, comment, unit: unit) { JSONValue(value($0)) } }

    package mutating func optionalCount(
        _ name: String, _ comment: String, unit: Unit? = nil,
        _ value: @escaping @Sendable (Row) -> Int64?
    ) { self.value(name, .nullable(.count), comment, unit: unit) { JSONValue(value($0)) } }

    /// Adds a whole number that may be negative.
    package mutating func number(
        _ name: String, _ comment: String, unit: Unit? = nil,
        _ value: @escaping @Sendable (Row) -> Int64
    ) { self.value(name, .whole, comment, unit: unit) { JSONValue(value($0)) } }

    package mutating func optionalNumber(
        _ name: String, _ comment: String, unit: Unit? = nil,
        _ value: @escaping @Sendable (Row) -> Int64?
    ) { self.value(name, .nullable(.whole), comment, unit: unit) { JSONValue(value($0)) } }

    /// Adds a share and its 95 % interval as three members, in millionths; null where the share is
    /// undefined.
    package mutating func share(
        _ name: String, _ comment: String, _ value: @escaping @Sendable (Row) -> Share?
    ) {
        let form = ValueForm.nullable(.number(0...1_000_000))
        self.value("\(name)_millionths", form, comment, unit: .millionths) {
            JSONValue(value($0)?.value)
        }
        self.value(
            "\(name)_low_millionths", form, "The low end of its 95 % interval.", unit: .millionths
        ) { JSONValue(value($0)?.low) }
        self.value(
            "\(name)_high_millionths", form, "The high end of its 95 % interval.",
            unit: .millionths
        ) { JSONValue(value($0)?.high) }
    }

    // MARK: Objects within

    package mutating func object<Inner>(
        _ name: String, _ inner: ObjectForm<Inner>, _ comment: String,
        _ value: @escaping @Sendable (Row) -> Inner
    ) { self.value(name, inner.form, comment) { inner.json(value($0)) } }

    package mutating func optionalObject<Inner>(
        _ name: String, _ inner: ObjectForm<Inner>, _ comment: String,
        _ value: @escaping @Sendable (Row) -> Inner?
    ) {
        self.value(name, .nullable(inner.form), comment) { row in
            value(row).map(inner.json) ?? .null
        }
    }

    package mutating func list<Inner>(
        _ name: String, _ inner: ObjectForm<Inner>, _ comment: String,
        _ value: @escaping @Sendable (Row) -> [Inner]
    ) {
        self.value(name, .list(inner.form), comment) { .array(value($0).map(inner.json)) }
    }

    /// Adds all members of another form at this level.
    package mutating func include<Inner>(
        _ inner: ObjectForm<Inner>, _ value: @escaping @Sendable (Row) -> Inner
    ) {
        for writer in inner.writers {
            add(writer.description) { writer.value(value($0)) }
        }
    }
}
