extension RecordCleaner {
    /// The identity of a cleaned row.
    @inline(__always)
    package func identity(of row: CleanRow, _ texts: CleanTexts) -> Identity? {
        texts.identity(row, placeholders: shape.placeholders, by: rules.identity)
    }

    /// The identity of a cleaned record.
    package func identity(of record: CleanedRecord) -> Identity? {
        identify(record, placeholders: shape.placeholders, by: rules.identity)
    }

    /// A cleaned record, with the fields that it says.
    package func reading(_ record: CleanedRecord) -> Reading {
        Reading(values: record.values, said: shape.said.subtracting(record.unread))
    }
}
