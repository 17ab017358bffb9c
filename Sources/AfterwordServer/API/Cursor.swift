/// The position in a list: the run that the list is read as of and the number of entries already
/// returned. Because the run is fixed, a list does not change between pages, even while dumps are
/// loaded.
struct Cursor: Equatable, Sendable {
    var run: Int64
    var first: Int
    /// Eight hexadecimal digits that identify the list; empty for cursors of the HTML pages.
    var list: String

    init(run: Int64, first: Int, list: String = "") {
        self.run = run
        self.first = first
        self.list = list
    }

    /// Parses a cursor's text; nil when it is malformed.
    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count),
            parts.prefix(2).allSatisfy({ (1...15).contains($0.utf8.count) }),
            parts.prefix(2).allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let run = Int64(parts[0]), let first = Int(parts[1])
        else { return nil }
        let list = parts.count > 2 ? String(parts[2]) : ""
        guard parts.count == 2 || (list.utf8.count == 8 && list.allSatisfy(\.isHexDigit)) else {
            return nil
        }
        self.init(run: run, first: first, list: list)
    }

    var text: String { list.isEmpty ? "\(run)-\(first)" : "\(run)-\(first)-\(list)" }
}
