package import AfterwordCore

/// What people did about themes and reviews as of a moment. Of each kind of mark the newest counts.
package struct WorkBook: Sendable {
    private var all: [WorkSubject: WorkItem] = [:]
    /// The subjects in the order in which they were first marked.
    private var order: [WorkSubject] = []
    /// Of each review that was seen, the run that says so.
    private var seen: [Int64: Int64] = [:]

    /// - Parameter rows: In the order in which they were recorded.
    package init(_ rows: [WorkMarkRow]) {
        for row in rows { add(row) }
    }

    mutating func add(_ row: WorkMarkRow) {
        if all[row.subject] == nil { order.append(row.subject) }
        all[row.subject, default: WorkItem(subject: row.subject)].marks.append(row)
        guard let key = row.marked?.reviewKey else { return }
        if row.mark == .seen { seen[key] = row.madeRun }
        if row.mark == .unseen { seen[key] = nil }
    }

    /// What was done about a theme or a review; nil where nothing was.
    package func item(_ subject: WorkSubject) -> WorkItem? { all[subject] }

    /// All that something was done about, in the order in which it began.
    package var items: [WorkItem] { order.compactMap { all[$0] } }

    /// Whether a review was seen after a run changed it last.
    package func isSeen(_ reviewKey: Int64, since run: Int64) -> Bool {
        seen[reviewKey].map { $0 > run } ?? false
    }

    /// Whether no review was seen.
    package var hasSeenNone: Bool { seen.isEmpty }
}

/// A theme or a review with what people did about it.
package struct WorkItem: Sendable {
    package var subject: WorkSubject
    /// In the order in which they were recorded.
    package var marks: [WorkMarkRow] = []

    private func newest(_ holds: (WorkMark) -> Bool) -> WorkMarkRow? {
        marks.last { holds($0.mark) }
    }

    /// The mark that set the state; nil where none did.
    package var stateMark: WorkMarkRow? { newest { $0.state != nil } }
    /// How far the work is; nil where nobody said.
    package var state: WorkState? { stateMark?.mark.state }
    /// Since when it is fixed; nil where it is not.
    package var fixedOn: Instant? { stateMark?.fixedOn }
    /// Who is to see to it; nil for nobody.
    package var assignee: Text? { newest { $0 == .assigned }?.text }
    /// Whether it is to be worked on: somebody set a state other than fixed, or assigned it.
    package var isOpen: Bool { state == nil ? assignee != nil : state != .fixed }
}

/// What people did, with the times of the runs that recorded it.
package struct WorkList: Sendable {
    package let book: WorkBook
    private var recorded: [Int64: Instant] = [:]

    package init(_ reader: any StoreReader) throws {
        let rows = try reader.workMarks()
        book = WorkBook(rows)
        let runs = Set(rows.map(\.madeRun))
        if runs.isEmpty { return }
        for run in try reader.runs() where runs.contains(run.run) {
            recorded[run.run] = run.recordedAt
        }
    }

    /// A mark with its time.
    package func listed(_ row: WorkMarkRow) -> ListedMark {
        ListedMark(row: row, recordedAt: recorded[row.madeRun])
    }

    package func listed(_ item: WorkItem) -> ListedWork {
        ListedWork(item: item, marks: item.marks.map(listed))
    }

    /// Everything that is worked on, that which was marked last first.
    package var items: [ListedWork] {
        book.items.map(listed).sorted { left, right in
            place(left.item) > place(right.item)
        }
    }

    private func place(_ item: WorkItem) -> (Int64, Int64) {
        item.marks.last.map { ($0.madeRun, $0.place) } ?? (0, 0)
    }
}

/// A mark with the time at which it was recorded.
package struct ListedMark: Sendable {
    package var row: WorkMarkRow
    package var recordedAt: Instant?
}

/// A theme or a review with what people did about it, and when.
package struct ListedWork: Sendable {
    package var item: WorkItem
    package var marks: [ListedMark]
}

/// Checks that the run of every mark records marks, and that every version that was marked exists.
func auditWork(_ runs: [RunRecord], _ reader: any StoreReader) throws -> AuditFinding? {
    let rows = try reader.workMarks()
    let made = Set(runs.filter { $0.observedOrigin == .work }.map(\.run))
    let keys = Set(rows.compactMap(\.marked?.reviewKey)).sorted()
    var versions: Set<MarkedVersion> = []
    for row in keys.isEmpty ? [] : try reader.history(ofReviews: keys) {
        versions.insert(MarkedVersion(reviewKey: row.reviewKey, version: row.version))
    }
    for row in rows {
        let isThere = row.marked.map(versions.contains) ?? true
        if made.contains(row.madeRun), isThere { continue }
        return AuditFinding(
            run: row.madeRun, table: "work_marks", row: "mark \(row.place)",
            what: "its run is none of marks, or the version that it marks is missing")
    }
    return nil
}
