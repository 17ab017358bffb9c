import Synchronization

/// Why bytes could not be kept or read.
package struct ShelfFault: Error, Equatable, Sendable {
    package var words: String

    package init(_ words: String) { self.words = words }
}

/// Where the bytes of files and the records about them lie, by name.
///
/// Requirements on an implementation:
///
/// 1. Any thread may call it, one call at a time for each name.
/// 2. `replace` is whole or not at all, also when the process is killed.
/// 3. Names are plain: letters, digits, `-`, `_` and `.`.
package protocol Shelf: Sendable {
    /// Appends to what lies there; a name without bytes begins empty.
    func append(_ bytes: [UInt8], to name: String) throws(ShelfFault)
    /// Puts these bytes in place of what lies there.
    func replace(_ name: String, with bytes: [UInt8]) throws(ShelfFault)
    /// At most `count` bytes from `offset` on; fewer at the end.
    func read(_ name: String, from offset: Int, count: Int) throws(ShelfFault) -> [UInt8]
    /// Forgets a name; nothing happens where it is not there.
    func remove(_ name: String)
    /// All names, in any order.
    func names() -> [String]
}

/// A shelf in memory, for tests.
package final class MemoryShelf: Shelf {
    private let contents = Mutex<[String: [UInt8]]>([:])

    package init() {}

    package func append(_ bytes: [UInt8], to name: String) {
        contents.withLock { $0[name, default: []] += bytes }
    }

    package func replace(_ name: String, with bytes: [UInt8]) {
        contents.withLock { $0[name] = bytes }
    }

    package func read(_ name: String, from offset: Int, count: Int) throws(ShelfFault) -> [UInt8] {
        let found = contents.withLock { contents -> [UInt8]? in
            contents[name].map { Array($0.dropFirst(offset).prefix(count)) }
        }
        guard let found else { throw ShelfFault("\(name) is not there") }
        return found
    }

    package func remove(_ name: String) { contents.withLock { $0[name] = nil } }

    package func names() -> [String] { contents.withLock { Array($0.keys) } }
}
