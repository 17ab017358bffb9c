/// A shape compiled for the scanner: which members to step into and which to keep.
///
/// Kept values go to slots. A *record slot* belongs to a review. A *context slot* belongs to what
/// encloses the review: a member of an enclosing object, or the key of an enclosing map.
package struct ExtractionPlan: Sendable {
    /// A value that the scanner steps into.
    enum Node: Sendable {
        /// The review itself, an object inside it or an object around it.
        case object(entries: [Entry], role: Role)
        case elements(of: Int)
        /// Every member of an object; the member's key goes to the context slot `captured`.
        case members(of: Int, captured: Int)
    }

    /// What an object is, relative to the records.
    enum Role: Sendable, Equatable {
        case record
        /// An object inside a record.
        case inner
        /// An object around records; `isProduct` when it is the one that names the product.
        case enclosing(isProduct: Bool)
    }

    /// A member of an object that the scanner does not just skip.
    struct Entry: Sendable {
        let key: [UInt8]
        /// `firstWord` of the key; comparing it decides nearly always.
        let word: UInt64
        let action: Action

        init(key: [UInt8], action: Action) {
            self.key = key
            word = key.withUnsafeBytes(firstWord)
            self.action = action
        }
    }

    /// What the scanner does with the value of an entry.
    enum Action: Sendable {
        case recordSlot(Int)
        case contextSlot(Int)
        /// The same for a key that is a path written out (`a.b`): it wins over the path.
        case literalSlot(Int)
        case literalContextSlot(Int)
        case descend(Int)
        /// Step into the value on the path to the reviews.
        case onward(Int)
    }

    var nodes: [Node] = []
    var root = 0
    /// The sources in slot order.
    package private(set) var recordSources: [FieldSource] = []
    package private(set) var contextSources: [FieldSource] = []
    /// The context slot of the map key that names the product; nil where no key does.
    private(set) var productCapture: Int?
    /// Whether each element is a record and every slot is a direct member of the record.
    private(set) var isFlat = false

    package init(_ shape: Shape) {
        let rules =
            [shape.productID, shape.reviewID, shape.authorID, shape.total]
            .compactMap { $0 } + TrackedField.allCases.compactMap { shape.fields[$0] }
            + Attribute.allCases.compactMap { shape.attributes[$0] }
        for rule in rules { note(rule.source) }
        for rule in rules { if let scale = rule.options?.scale { note(scale) } }
        for condition in shape.conditions + shape.deletions { note(condition.source) }
        for sign in shape.signs { note(sign) }
        if case .capture = shape.productID.source {
            productCapture = contextSources.firstIndex(of: shape.productID.source)
        }
        root = addPath(shape.records[...], productLevel: shape.productLevel)
        isFlat = shape.records.isEmpty && rootHasSlotsOnly
    }

    /// Whether the shape expects a list in the place of each element.
    var rootIsList: Bool {
        if case .elements = nodes[root] { true } else { false }
    }

    private var rootHasSlotsOnly: Bool {
        guard case .object(let entries, .record) = nodes[root] else { return false }
        return entries.allSatisfy { entry in
            if case .recordSlot = entry.action { true } else { false }
        }
    }

    /// A plan for one flat object; the record slot of each member is its index in `members`.
    init(members: [String]) {
        recordSources = members.map { .record([$0]) }
        root = addRecord()
    }

    /// The same record slots, for bytes that hold only the record.
    var recordOnly: ExtractionPlan {
        var plan = self
        plan.contextSources = []
        plan.productCapture = nil
        plan.root =
            nodes.firstIndex { node in
                if case .object(_, .record) = node { true } else { false }
            } ?? root
        return plan
    }

    /// The key under which an object holds a list; nil where none does.
    func key(ofList list: Int) -> [UInt8]? {
        for case .object(let entries, _) in nodes {
            for entry in entries {
                if case .onward(let node) = entry.action, node == list { return entry.key }
            }
        }
        return nil
    }

    /// The slot of a source in the record; nil where it has none.
    package func recordSlot(_ source: FieldSource) -> Int? { recordSources.firstIndex(of: source) }
    package func contextSlot(_ source: FieldSource) -> Int? {
        contextSources.firstIndex(of: source)
    }

    private mutating func note(_ source: FieldSource) {
        switch source {
        case .constant, .file: return
        case .record: if !recordSources.contains(source) { recordSources.append(source) }
        case .enclosing, .capture:
            if !contextSources.contains(source) { contextSources.append(source) }
        }
    }

    private mutating func addPath(_ steps: ArraySlice<PathStep>, productLevel: Int?) -> Int {
        guard let step = steps.first else { return addRecord() }
        let onward = addPath(steps.dropFirst(), productLevel: productLevel)
        switch step {
        case .everyElement:
            nodes.append(.elements(of: onward))
        case .everyMember(let name):
            let slot = contextSources.firstIndex(of: .capture(name))
            if let slot {
                nodes.append(.members(of: onward, captured: slot))
            } else {
                contextSources.append(.capture(name))
                nodes.append(.members(of: onward, captured: contextSources.count - 1))
            }
        case .key(let key):
            let level = steps.count { if case .key = $0 { true } else { false } }
            var entries: [Entry] = [Entry(key: Array(key.utf8), action: .onward(onward))]
            for (slot, source) in contextSources.enumerated() {
                guard case .enclosing(level, let path) = source else { continue }
                add(path[...], .contextSlot(slot), to: &entries)
                addLiteral(path, .literalContextSlot(slot), to: &entries)
            }
            nodes.append(
                .object(entries: entries, role: .enclosing(isProduct: level == productLevel)))
        }
        return nodes.count - 1
    }

    private mutating func addRecord() -> Int {
        var entries: [Entry] = []
        for (slot, source) in recordSources.enumerated() {
            guard case .record(let path) = source else { continue }
            add(path[...], .recordSlot(slot), to: &entries)
            addLiteral(path, .literalSlot(slot), to: &entries)
        }
        nodes.append(.object(entries: entries, role: .record))
        return nodes.count - 1
    }

    /// Adds the key that is a whole path written out.
    private func addLiteral(
        _ path: [String], _ action: Action, to entries: inout [Entry]
    ) {
        guard path.count > 1 else { return }
        let key = Array(path.joined(separator: ".").utf8)
        if entries.contains(where: { $0.key == key }) { return }
        entries.append(Entry(key: key, action: action))
    }

    private mutating func add(
        _ path: ArraySlice<String>, _ action: Action, to entries: inout [Entry]
    ) {
        guard let first = path.first else { return }
        let key = Array(first.utf8)
        guard path.count > 1 else { return entries.append(Entry(key: key, action: action)) }
        for entry in entries where entry.key == key {
            guard case .descend(let index) = entry.action,
                case .object(var inner, let role) = nodes[index]
            else { continue }
            add(path.dropFirst(), action, to: &inner)
            nodes[index] = .object(entries: inner, role: role)
            return
        }
        var inner: [Entry] = []
        add(path.dropFirst(), action, to: &inner)
        nodes.append(.object(entries: inner, role: .inner))
        entries.append(Entry(key: key, action: .descend(nodes.count - 1)))
    }
}

extension Shape {
    /// The level of the object that is the product; nil where none is.
    ///
    /// Where a file's name names the product, it is the nearest object that says something of the
    /// product, or the outermost around the reviews.
    fileprivate var productLevel: Int? {
        guard case .file = productID.source else { return productID.source.enclosingLevel }
        let told = (Array(attributes.values) + [total].compactMap { $0 })
            .compactMap(\.source.enclosingLevel)
        let levels = records.count { if case .key = $0 { true } else { false } }
        return told.min() ?? (levels > 0 ? levels : nil)
    }
}

extension FieldSource {
    var enclosingLevel: Int? {
        if case .enclosing(let level, _) = self { level } else { nil }
    }
}
