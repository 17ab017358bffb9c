import AfterwordCore
import GRDB
import GRDBSQLite

/// A prepared statement that is bound and stepped through SQLite's C API: rows that are written one after another, and questions that come
/// again and again.
///
/// The bytes of what is bound are gathered in one buffer of the statement's own, which SQLite reads while it steps: no copy and no
/// allocation for each of them.
final class BoundStatement: ColumnSink {
    let statement: SQLiteStatement
    private var index: Int32 = 0
    private var bytes: [UInt8] = []
    private var places: [Place] = []

    /// Where the bytes of a column are in `bytes`.
    private struct Place {
        var index: Int32
        var isText: Bool
        var range: Range<Int>
    }

    init(_ database: Database, _ sql: String) throws {
        statement = try SQLiteStatement(database, sql)
    }

    private func bind(_ number: Int64) {
        index += 1
        sqlite3_bind_int64(statement.pointer, index, number)
    }

    func add(_ number: Int64?) {
        if let number { bind(number) } else { bindNull() }
    }

    func add(_ text: Text?) {
        guard let text else { return bindNull() }
        gather(text.bytes, isText: true)
    }

    func add(_ text: String) { gather(text.utf8, isText: true) }

    func add(flag: Bool?) { add(flag.map { $0 ? 1 : 0 }) }

    func add(blob bytes: [UInt8]) { gather(bytes, isText: false) }

    @inline(__always)
    private func gather(_ new: some Collection<UInt8>, isText: Bool) {
        index += 1
        let start = bytes.count
        bytes.append(contentsOf: new)
        places.append(Place(index: index, isText: isText, range: start..<bytes.count))
    }

    private func bindNull() {
        index += 1
        sqlite3_bind_null(statement.pointer, index)
    }

    /// Runs the statement with what was added, and makes it ready for the next.
    func step() throws { try whileBound { try statement.stepOnce() } }

    /// Runs `body` while what was added is bound.
    func whileBound(_ body: () throws -> Void) throws {
        // A buffer without bytes may have no address, which would bind NULL.
        if bytes.isEmpty { bytes.append(0) }
        defer {
            index = 0
            bytes.removeAll(keepingCapacity: true)
            places.removeAll(keepingCapacity: true)
        }
        try bytes.withUnsafeBytes { buffer in
            for place in places {
                let start = buffer.baseAddress! + place.range.lowerBound
                let count = Int32(place.range.count)
                // No destructor (SQLITE_STATIC): the buffer outlives the steps, and every mark is bound anew.
                if place.isText {
                    sqlite3_bind_text(
                        statement.pointer, place.index, start.assumingMemoryBound(to: CChar.self),
                        count,
                        nil)
                } else {
                    sqlite3_bind_blob(statement.pointer, place.index, start, count, nil)
                }
            }
            try body()
        }
    }
}

extension SQLiteStatement {
    /// Runs it with what is bound, and makes it ready to be bound anew.
    func stepOnce() throws {
        let code = sqlite3_step(pointer)
        sqlite3_reset(pointer)
        guard code == SQLITE_DONE || code == SQLITE_ROW else { throw fault(code) }
    }
}
