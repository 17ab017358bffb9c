import Testing

@testable import AfterwordCore

@Suite struct TrackedFieldTests {
    /// The numbers are bits of `changed_fields` in every store; the names are columns.
    @Test("Released fields keep their numbers and names")
    func released() {
        let names = [
            "rating", "title", "body", "author_name", "verified", "helpful_votes", "variant",
            "country", "language", "created_at", "updated_at",
        ]
        #expect(TrackedField.allCases.prefix(names.count).map(\.name) == names)
        #expect(
            TrackedField.allCases.map { Int($0.rawValue) } == Array(TrackedField.allCases.indices))
        #expect(names.map { TrackedField(named: $0)?.name } == names)
        #expect(TrackedField(named: "author_id") == nil)
    }

    @Test("The columns of values are stored in the order of the tables, later ones at the end")
    func columns() {
        let stored = [
            "rating", "title", "body", "author_name", "verified", "helpful_votes", "variant",
            "country", "language", "author_id", "created_at", "created_origin", "updated_at",
            "updated_origin",
        ]
        #expect(ValueColumn.stored.prefix(stored.count).map(\.name) == stored)
        #expect(Set(ValueColumn.shown.map(\.name)) == Set(ValueColumn.stored.map(\.name)))
    }

    private func values(with field: TrackedField) -> ReviewValues {
        var values = ReviewValues()
        switch field.form {
        case .text: values[text: field] = "t"
        case .flag: values[number: field] = 1
        case .rating, .count, .instant: values[number: field] = 40
        }
        return values
    }

    @Test("A value set by its field is read by it, and differs in that field alone")
    func access() {
        for field in TrackedField.allCases {
            let one = values(with: field)
            #expect(one.isPresent(field) && !ReviewValues().isPresent(field))
            let different = TrackedField.allCases.filter { !one.equals(ReviewValues(), in: $0) }
            #expect(different == [field])
            var copy = ReviewValues()
            copy.take(field, from: one)
            #expect(copy == one)
        }
    }

    @Test("Values of a record where it lies have the digest of their copies")
    func mapped() {
        for field in TrackedField.allCases {
            var record = CleanedRecord()
            record.values = values(with: field)
            let rows = CleanRows(record)
            rows.withTexts(in: .none) { texts in
                #expect(texts.values(of: rows.rows[0]) == record.values)
                #expect(texts.contentDigest(rows.rows[0]) == record.values.contentDigest)
            }
        }
    }

    @Test("A proposed shape maps each field by every usual name of it")
    func usualNames() throws {
        for field in TrackedField.allCases {
            for name in field.usualNames {
                let value: JSONValue =
                    switch field.form {
                    case .text: .string("t")
                    case .flag: .bool(true)
                    case .rating, .count: .number("4")
                    case .instant: .number("1600000000")
                    }
                var members: [(key: String, value: JSONValue)] = [
                    ("sku", .string("P1")), (name, value),
                ]
                if field != .rating { members.append(("stars", .number("4"))) }
                let proposal = try proposeShape(for: [.object(members)], named: "n")
                let rule = proposal.document["fields"]?[field.name]
                #expect((rule?["from"] ?? rule)?.text == name, "\(field.name)")
            }
        }
    }
}
