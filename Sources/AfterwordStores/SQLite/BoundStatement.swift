import AfterwordCore
import GRDB
import GRDBSQLite

/// A prepared statement that is bound and stepped through SQLite's C API, for rows inserted one by
/// one and for repeated queries.
///
/// The bytes of bound values are collected in one buffer of the statement, which SQLite reads
/// during the step. No value needs an allocation or a copy inside SQLite. Not thread-safe.
final class BoundStatement: ColumnSink {
    let statement: SQLiteStatement
    private var index: Int32 = 0
    private var bytes: [UInt8] = []
    private var places: [Place] = []

    /// Where the bytes of a parameter are in `bytes`.
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

    /// Runs the statement once with the values added, then resets it.
    func step() throws { try whileBound { try statement.stepOnce() } }

    /// Runs `body` while the added values are bound, then discards them.
    func whileBound(_ body: () throws -> Void) throws {
        // The address of an empty buffer may be null, which would bind NULL.
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
                // No destructor (SQLITE_STATIC): the buffer outlives the step, and each run binds
                // every parameter again.
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
    /// Runs the statement once with its bound values, then resets it.
    ///
    /// - Throws: `DatabaseError` where the step fails.
    func stepOnce() throws {
        let code = sqlite3_step(pointer)
        sqlite3_reset(pointer)
        guard code == SQLITE_DONE || code == SQLITE_ROW else { throw fault(code) }
    }
}
