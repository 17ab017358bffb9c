import AfterwordCore

/// What the records of a file say about the fields that its shape maps, by index of the field in
/// the cleaner's bindings.
struct FieldCounts: Sendable {
    private struct Unread {
        var count: Int64 = 0
        var reasons: [RejectReason: Int64] = [:]
        var offset: Int64
    }

    /// The fields that some record holds.
    private(set) var present: UInt64 = 0
    private var unread: [Int: Unread] = [:]
    /// Records that were recognised by their bytes, without looking into them.
    var recognised: Int64 = 0
    /// Some record has a time that can be read.
    var hasTimes = false
    /// Records with a relative date, whose time is estimated.
    var estimated: Int64 = 0
    /// Bytes of the records that were read, and of the rejects.
    var readBytes: Int64 = 0
    var rejectedBytes: Int64 = 0

    /// The number of values that could not be read.
    var unreadCount: Int64 { unread.values.reduce(0) { $0 + $1.count } }

    mutating func note(present: UInt64) { self.present |= present }

    /// Counts a field of a record that is read without it.
    mutating func note(unread fault: FieldFault, at offset: Int64) {
        unread[fault.binding, default: Unread(offset: offset)].count += 1
        unread[fault.binding]?.reasons[fault.reason, default: 0] += 1
    }

    /// The number of records in which a field could not be read for one reason.
    func unread(_ binding: Int, for reason: RejectReason) -> Int64 {
        unread[binding]?.reasons[reason] ?? 0
    }

    /// The fields that could not be read, in order.
    func unread(of cleaner: RecordCleaner, file: String) -> [UnreadField] {
        unread.sorted { $0.key < $1.key }.map { binding, told in
            UnreadField(
                file: file, field: cleaner.name(ofBinding: binding),
                reasons: told.reasons.sorted { left, right in
                    (right.value, left.key.rawValue) < (left.value, right.key.rawValue)
                }.map { ($0.key, $0.value) }, count: told.count, firstOffset: told.offset)
        }
    }
}
