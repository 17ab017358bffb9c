/// The tables of a document while it is parsed. A table remembers what defined it, since only some
/// may be extended.
final class TOMLTree {
    /// What defined a table.
    enum Origin {
        /// Named on the way to another one; a header may still define it.
        case implicit
        case header
        case dottedKey
        /// Written in braces, or in an array: complete as it stands.
        case inline
    }

    /// What a key holds.
    private enum Entry {
        case value(TOMLNode)
        case table(TOMLTree)
        case tables([TOMLTree], line: Int)
    }

    private var origin: Origin
    private let line: Int
    private var entries: [(key: String, entry: Entry)] = []
    private var places: [String: Int] = [:]

    init(_ origin: Origin, line: Int) {
        self.origin = origin
        self.line = line
    }

    private subscript(_ key: String) -> Entry? {
        get { places[key].map { entries[$0].entry } }
        set {
            guard let newValue else { return }
            if let place = places[key] {
                entries[place].entry = newValue
            } else {
                places[key] = entries.count
                entries.append((key, newValue))
            }
        }
    }

    /// Sets the value of a key, dotted or not.
    ///
    /// - Throws: `TOMLFault` for a key that has a value already, or whose tables are complete.
    func set(_ path: [String], _ node: TOMLNode, line: Int) throws(TOMLFault) {
        var tree = self
        for key in path.dropLast() {
            switch tree[key] {
            case nil:
                let next = TOMLTree(.dottedKey, line: line)
                tree[key] = .table(next)
                tree = next
            case .table(let next) where next.origin == .dottedKey: tree = next
            default: throw Self.twice(path, line)
            }
        }
        guard let last = path.last, tree[last] == nil else { throw Self.twice(path, line) }
        tree[last] = .value(node)
    }

    /// The table that a header defines, `[a.b]`.
    ///
    /// - Throws: `TOMLFault` for a table that is defined already.
    func table(_ path: [String], line: Int) throws(TOMLFault) -> TOMLTree {
        let parent = try parent(of: path, line: line)
        guard let last = path.last else { throw Self.twice(path, line) }
        switch parent[last] {
        case nil:
            let new = TOMLTree(.header, line: line)
            parent[last] = .table(new)
            return new
        case .table(let known) where known.origin == .implicit:
            known.origin = .header
            return known
        default: throw Self.twice(path, line)
        }
    }

    /// The next table of an array of tables, `[[a.b]]`.
    ///
    /// - Throws: `TOMLFault` for a key that holds something else.
    func nextTable(_ path: [String], line: Int) throws(TOMLFault) -> TOMLTree {
        let parent = try parent(of: path, line: line)
        guard let last = path.last else { throw Self.twice(path, line) }
        let new = TOMLTree(.header, line: line)
        switch parent[last] {
        case nil: parent[last] = .tables([new], line: line)
        case .tables(let tables, let first): parent[last] = .tables(tables + [new], line: first)
        default: throw Self.twice(path, line)
        }
        return new
    }

    private func parent(of path: [String], line: Int) throws(TOMLFault) -> TOMLTree {
        var tree = self
        for key in path.dropLast() {
            switch tree[key] {
            case nil:
                let next = TOMLTree(.implicit, line: line)
                tree[key] = .table(next)
                tree = next
            case .table(let next) where next.origin != .inline: tree = next
            case .tables(let tables, _):
                guard let last = tables.last else { throw Self.twice(path, line) }
                tree = last
            default: throw Self.twice(path, line)
            }
        }
        return tree
    }

    private static func twice(_ path: [String], _ line: Int) -> TOMLFault {
        TOMLFault(line: line, "\(path.joined(separator: ".")) is defined already")
    }

    /// The finished table.
    var finished: TOMLTable {
        TOMLTable(
            entries.map { key, entry in
                switch entry {
                case .value(let node): (key, node)
                case .table(let tree): (key, TOMLNode(.table(tree.finished), line: tree.line))
                case .tables(let trees, let line):
                    (
                        key,
                        TOMLNode(
                            .array(trees.map { TOMLNode(.table($0.finished), line: $0.line) }),
                            line: line)
                    )
                }
            })
    }
}
