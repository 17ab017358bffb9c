/// Byte sequences that are found while a text is read byte by byte: each byte leads from one state
/// to the next, as far as some sequence goes on with it.
///
/// A double array: the states behind a state are cells of one array, at the distance of their byte
/// from the state's base, so that a step reads one cell. States share that array as their bytes
/// allow; a cell names the state that it is behind.
struct ByteTrie: Sendable {
    /// What has been read of a sequence: the place of a cell. `root` is nothing.
    typealias State = UInt32
    static let root: State = 0

    private var cells: [Cell] = []
    /// The places of the sequences that end in a state; -1 for states in which none ends.
    private var ends: [Int32] = []

    /// - Parameter sequences: No two are equal, and none is empty.
    init(_ sequences: [some Collection<UInt8>]) {
        let tree = Tree(sequences)
        var bases = BaseSearch()
        extend(to: 1)
        // Each node with the state that it becomes, parents first.
        var placed = [(node: 0, state: Self.root)]
        var next = 0
        while next < placed.count {
            let (node, state) = placed[next]
            next += 1
            ends[Int(state)] = tree.ends[node]
            let children = tree.children[node]
            guard !children.isEmpty else { continue }
            let base = bases.base(for: children.map(\.byte)) { place in
                place < cells.count && cells[place].parent != Cell.free
            }
            cells[Int(state)].base = UInt32(base)
            for child in children {
                let place = base + Int(child.byte)
                extend(to: place + 1)
                cells[place].parent = state
                placed.append((child.node, State(place)))
            }
        }
        // So that a step from any state stays inside.
        extend(to: cells.count + 256)
    }

    /// One more than the greatest state.
    var stateCount: Int { cells.count }

    /// The state after one more byte; `root` where no sequence goes on with it.
    @inline(__always)
    func next(_ state: State, _ byte: UInt8) -> State {
        let next = cells[Int(state)].base &+ UInt32(byte)
        return cells[Int(next)].parent == state ? next : Self.root
    }

    /// The place of the sequence that ends in a state; nil where none ends.
    func place(in state: State) -> Int? {
        let place = ends[Int(state)]
        return place < 0 ? nil : Int(place)
    }

    private mutating func extend(to count: Int) {
        guard count > cells.count else { return }
        cells += Array(repeating: Cell(), count: count - cells.count)
        ends += Array(repeating: -1, count: count - ends.count)
    }
}

/// A state, or room for one.
private struct Cell {
    static let free = UInt32.max
    /// The state that this one is behind.
    var parent = free
    /// The distance of the states behind this one, less their bytes; 0 where there are none.
    var base: UInt32 = 0
}

/// The sequences as a tree of nodes; the first node is the root.
private struct Tree {
    private(set) var children: [[(byte: UInt8, node: Int)]] = [[]]
    /// The places of the sequences that end in a node, or -1.
    private(set) var ends: [Int32] = [-1]

    init(_ sequences: [some Collection<UInt8>]) {
        for (place, sequence) in sequences.enumerated() {
            var node = 0
            for byte in sequence { node = child(of: node, byte) }
            precondition(node != 0 && ends[node] < 0, "a sequence is empty or stands twice")
            ends[node] = Int32(place)
        }
    }

    private mutating func child(of node: Int, _ byte: UInt8) -> Int {
        if let known = children[node].first(where: { $0.byte == byte }) { return known.node }
        children[node].append((byte, children.count))
        children.append([])
        ends.append(-1)
        return children.count - 1
    }
}

/// Finds the base of one state after the other: the least one at which the cells for all its bytes
/// are free.
private struct BaseSearch {
    /// By the least byte of a state: no base below is free for it.
    private var starts = [Int](repeating: 1, count: 256)

    mutating func base(for bytes: [UInt8], _ isTaken: (Int) -> Bool) -> Int {
        let least = Int(bytes.min()!)
        var base = starts[least]
        while bytes.contains(where: { isTaken(base + Int($0)) }) { base += 1 }
        if bytes.count == 1 { starts[least] = base }
        return base
    }
}
