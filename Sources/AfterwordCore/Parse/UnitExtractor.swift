/// Walks one element along a plan: steps over everything and keeps the values that the plan names.
///
/// A broken review inside a list is rejected alone where the list continues after it
/// (`ListRecovery`); a fault anywhere else rejects the whole element.
struct UnitExtractor {
    let plan: ExtractionPlan
    /// The bytes of the current element; valid only during `extract`.
    private var bytes = UnsafeRawBufferPointer(start: nil, count: 0)
    /// The results of all elements since the unit was last taken.
    var unit = ExtractedUnit()
    /// The captured keys of the maps being walked, by context slot.
    var captures: [JSONToken]
    /// The fast path, used where every element is a flat record.
    private var flat = FlatRecordScanner()
    private let slotCount: Int
    /// The keys of the first whole element of each list, by the list's node, and the nodes whose
    /// keys were learnt from the current element.
    var keys: [RecordKeys?]
    var learnt: [Int] = []
    /// The first bytes of the objects around the list being walked.
    var enclosing: [Int] = []
    /// The record slots of the current record that a literal key filled, as bits.
    private var literalSlots: UInt64 = 0

    init(_ plan: ExtractionPlan) {
        self.plan = plan
        keys = Array(repeating: nil, count: plan.nodes.count)
        captures = Array(repeating: .missing, count: plan.contextSources.count)
        slotCount = plan.recordSources.count
    }

    /// Extracts the element at the scanner's position and appends it to `unit`.
    ///
    /// - Throws: `ScanFault`; `unit` is then unchanged.
    mutating func extract(
        from bytes: UnsafeRawBufferPointer, with scanner: inout JSONScanner
    ) throws(ScanFault) {
        self.bytes = bytes
        scanner.skipWhitespace()
        let start = scanner.position
        if plan.isFlat, flat.isWorthwhile, extractFlat(&scanner) { return }
        scanner.resetLiteralCount()
        let before = mark
        if !learnt.isEmpty { learnt.removeAll(keepingCapacity: true) }
        do throws(ScanFault) {
            try walk(plan.root, &scanner)
        } catch {
            undo(to: before)
            // What is learnt must not depend on how often an element was tried.
            for node in learnt { keys[node] = nil }
            enclosing = []
            for slot in captures.indices { captures[slot] = .missing }
            throw error
        }
        unit.nonstandardLiterals += scanner.nonstandardLiterals
        unit.range = (unit.range.isEmpty ? start : unit.range.lowerBound)..<scanner.position
    }

    /// Extracts a record that has the layout learnt before; false when the record has to be scanned
    /// in full.
    private mutating func extractFlat(_ scanner: inout JSONScanner) -> Bool {
        let start = scanner.position
        let slots = unit.recordTokens.count
        unit.recordTokens.append(contentsOf: repeatElement(.missing, count: slotCount))
        let end = unit.recordTokens.withUnsafeMutableBufferPointer { tokens in
            flat.scan(scanner.base, start, scanner.count, tokens.baseAddress! + slots)
        }
        guard let end else {
            unit.recordTokens.removeSubrange(slots...)
            return false
        }
        scanner.position = end
        unit.records.append(ExtractedUnit.Record(range: start..<end, fault: nil))
        unit.range = (unit.range.isEmpty ? start : unit.range.lowerBound)..<end
        return true
    }

    /// The fill state of the unit, for `undo`.
    struct Mark {
        fileprivate var records, products, recordTokens, contextTokens, productTokens, literals: Int
        fileprivate var lists: Int
        fileprivate var range: Range<Int>
    }

    var mark: Mark {
        Mark(
            records: unit.records.count, products: unit.products.count,
            recordTokens: unit.recordTokens.count, contextTokens: unit.contextTokens.count,
            productTokens: unit.productTokens.count, literals: unit.nonstandardLiterals,
            lists: unit.listCount, range: unit.range)
    }

    /// Removes everything appended since `mark`.
    mutating func undo(to mark: Mark) {
        unit.records.removeSubrange(mark.records...)
        unit.products.removeSubrange(mark.products...)
        unit.recordTokens.removeSubrange(mark.recordTokens...)
        unit.contextTokens.removeSubrange(mark.contextTokens...)
        unit.productTokens.removeSubrange(mark.productTokens...)
        unit.nonstandardLiterals = mark.literals
        unit.listCount = mark.lists
        unit.range = mark.range
    }

    mutating func walk(_ index: Int, _ scanner: inout JSONScanner) throws(ScanFault) {
        let first = try scanner.peek()
        switch plan.nodes[index] {
        case .object(let entries, let role):
            guard first == UInt8(ascii: "{") else {
                return try skipMismatch(&scanner, isRecord: role == .record)
            }
            switch role {
            case .record: try walkRecord(entries, &scanner)
            case .inner: try walkInner(entries, slots: 0, &scanner)
            case .enclosing(let isProduct):
                try walkEnclosing(entries, isProduct: isProduct, &scanner)
            }
        case .elements(let child):
            unit.listCount += 1
            if first == UInt8(ascii: "[") { return try walkElements(child, index, &scanner) }
            guard first == UInt8(ascii: "{"), case .object = plan.nodes[child],
                try !scanner.holdsNothing()
            else {
                return try skipMismatch(&scanner, isRecord: false)
            }
            try walkOnly(child, &scanner)
        case .members(let child, let slot):
            unit.listCount += 1
            guard first == UInt8(ascii: "{") else {
                return try skipMismatch(&scanner, isRecord: false)
            }
            try walkMembers(child, slot, &scanner)
        }
    }

    /// Walks an object in the place of a list: its only element, as programs write that make JSON
    /// of XML. A record of which the plan finds nothing is no element but some other object.
    private mutating func walkOnly(
        _ child: Int, _ scanner: inout JSONScanner
    ) throws(ScanFault) {
        try walk(child, &scanner)
        guard slotCount > 0, case .object(_, .record) = plan.nodes[child],
            let last = unit.records.indices.last,
            unit.recordTokens.suffix(slotCount).allSatisfy({ $0.kind == .missing })
        else { return }
        unit.records[last].fault = .notAList
    }

    /// Steps over a value of another type than the shape expects. Null holds nothing, and so does
    /// an empty text, list or object, which converters write for it; anything else, and null in
    /// place of a record, is a record with the fault `notAnObject`, or `notAList`
    /// where the shape expects more than one.
    private mutating func skipMismatch(
        _ scanner: inout JSONScanner, isRecord: Bool
    ) throws(ScanFault) {
        let isNothing = try scanner.holdsNothing()
        let token = try scanner.scanValue()
        if isNothing, !isRecord { return }
        emit(token.range, fault: isRecord ? .notAnObject : .notAList)
    }

    mutating func emit(_ range: Range<Int>, fault: RejectReason?) {
        unit.records.append(ExtractedUnit.Record(range: range, fault: fault))
        unit.contextTokens.append(contentsOf: captures)
        let missing = unit.records.count * plan.recordSources.count - unit.recordTokens.count
        for _ in 0..<missing { unit.recordTokens.append(.missing) }
    }

    private mutating func walkRecord(
        _ entries: [ExtractionPlan.Entry], _ scanner: inout JSONScanner
    ) throws(ScanFault) {
        let start = scanner.position
        let slots = unit.recordTokens.count
        unit.recordTokens.append(contentsOf: repeatElement(.missing, count: slotCount))
        literalSlots = 0
        if plan.isFlat {
            try walkLearning(entries, slots, &scanner)
        } else {
            try walkInner(entries, slots: slots, &scanner)
        }
        emit(start..<scanner.position, fault: nil)
    }

    /// Scans a flat record in full and learns its layout.
    private mutating func walkLearning(
        _ entries: [ExtractionPlan.Entry], _ slots: Int, _ scanner: inout JSONScanner
    ) throws(ScanFault) {
        let start = scanner.position
        var members: [(value: Range<Int>, slot: Int)] = []
        try scanner.scanObject { (scanner, key) throws(ScanFault) in
            var slot = -1
            if case .recordSlot(let named) = match(key, entries) { slot = named }
            let token = try scanner.scanValue()
            if slot >= 0 { unit.recordTokens[slots + slot] = token }
            members.append((token.range, slot))
        }
        if flat.isWorthwhile { flat.learn(scanner.base, start, members) }
    }

    private mutating func walkInner(
        _ entries: [ExtractionPlan.Entry], slots: Int, _ scanner: inout JSONScanner
    ) throws(ScanFault) {
        try scanner.scanObject { (scanner, key) throws(ScanFault) in
            guard let action = match(key, entries) else {
                _ = try scanner.scanValue()
                return
            }
            switch action {
            case .recordSlot(let slot):
                let token = try scanner.scanValue()
                if literalSlots == 0 || literalSlots & bit(slot) == 0 {
                    unit.recordTokens[slots + slot] = token
                }
            case .literalSlot(let slot):
                unit.recordTokens[slots + slot] = try scanner.scanValue()
                literalSlots |= bit(slot)
            case .descend(let node):
                guard try scanner.peek() == UInt8(ascii: "{"),
                    case .object(let inner, _) = plan.nodes[node]
                else {
                    _ = try scanner.scanValue()
                    return
                }
                try walkInner(inner, slots: slots, &scanner)
            case .contextSlot, .literalContextSlot, .onward:
                preconditionFailure("a review's own members have record slots")
            }
        }
    }

    /// The bit of a record slot in `literalSlots`. A shape has some twenty slots at most.
    private func bit(_ slot: Int) -> UInt64 { slot < 64 ? 1 << UInt64(slot) : 0 }

    private mutating func walkEnclosing(
        _ entries: [ExtractionPlan.Entry], isProduct: Bool, _ scanner: inout JSONScanner
    ) throws(ScanFault) {
        let start = scanner.position
        let firstRecord = unit.records.count
        let firstProduct = unit.products.count
        var own: [(slot: Int, token: JSONToken)] = []
        var literal: [(slot: Int, token: JSONToken)] = []
        var members: [Range<Int>] = []
        var holdsList = false
        enclosing.append(start)
        try scanner.scanObject { (scanner, key) throws(ScanFault) in
            let action = match(key, entries)
            if case .onward(let node) = action {
                holdsList = try !scanner.holdsNoList()
                return try walk(node, &scanner)
            }
            if case .descend(let node) = action, try scanner.peek() == UInt8(ascii: "{") {
                try walkContext(node, &own, &scanner)
            } else {
                let token = try scanner.scanValue()
                if case .contextSlot(let slot) = action { own.append((slot, token)) }
                if case .literalContextSlot(let slot) = action { literal.append((slot, token)) }
            }
            if isProduct { members.append(Int(key.start)..<scanner.position) }
        }
        if isProduct {
            emitProduct(start..<scanner.position, members, firstRecord, holdsList: holdsList)
        }
        enclosing.removeLast()
        fill(own, firstRecord, firstProduct)
        if !literal.isEmpty { fill(literal, firstRecord, firstProduct) }
    }

    mutating func emitProduct(
        _ range: Range<Int>, _ members: [Range<Int>], _ firstRecord: Int, holdsList: Bool
    ) {
        unit.products.append(
            ExtractedUnit.Product(
                range: range, members: members, records: firstRecord..<unit.records.count,
                holdsList: holdsList))
        unit.productTokens.append(contentsOf: captures)
    }

    /// Walks an object inside an enclosing object.
    private mutating func walkContext(
        _ node: Int, _ own: inout [(slot: Int, token: JSONToken)], _ scanner: inout JSONScanner
    ) throws(ScanFault) {
        guard case .object(let entries, _) = plan.nodes[node] else { return }
        try scanner.scanObject { (scanner, key) throws(ScanFault) in
            let action = match(key, entries)
            if case .descend(let inner) = action, try scanner.peek() == UInt8(ascii: "{") {
                return try walkContext(inner, &own, &scanner)
            }
            let token = try scanner.scanValue()
            switch action {
            case .contextSlot(let slot): own.append((slot, token))
            case .literalContextSlot(let slot): own.append((slot, token))
            default: break
            }
        }
    }

    /// Sets an enclosing object's values in the slots of all records and products inside it.
    private mutating func fill(
        _ own: [(slot: Int, token: JSONToken)], _ firstRecord: Int, _ firstProduct: Int
    ) {
        let stride = plan.contextSources.count
        for (slot, token) in own {
            for record in firstRecord..<unit.records.count {
                unit.contextTokens[record * stride + slot] = token
            }
            for product in firstProduct..<unit.products.count {
                unit.productTokens[product * stride + slot] = token
            }
        }
    }

    /// The action for the member with this key; nil to skip the member.
    private func match(
        _ key: JSONToken, _ entries: [ExtractionPlan.Entry]
    ) -> ExtractionPlan.Action? {
        let inner = UnsafeRawBufferPointer(
            rebasing: bytes[Int(key.start) + 1..<Int(key.end) - 1])
        if key.kind == .escapedString {
            var plain: [UInt8] = []
            unescape(inner, into: &plain)
            return entries.first { $0.key == plain }?.action
        }
        let word = firstWord(inner)
        let entries = entries.span
        for index in entries.indices
        where entries[index].word == word && entries[index].key.count == inner.count {
            // Compares the key's bytes after the first eight.
            var place = min(8, inner.count)
            while place < inner.count, entries[index].key[place] == inner[place] { place += 1 }
            if place == inner.count { return entries[index].action }
        }
        return nil
    }
}

/// The first eight bytes as one number, padded with zeros.
func firstWord(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    if bytes.count >= 8 { return bytes.loadUnaligned(as: UInt64.self) }
    var word: UInt64 = 0
    for place in 0..<bytes.count { word |= UInt64(bytes[place]) << UInt64(place * 8) }
    return UInt64(littleEndian: word)
}

extension UnitExtractor {
    mutating func extract(
        from bytes: BorrowedBytes, with scanner: inout JSONScanner
    ) throws(ScanFault) { try extract(from: bytes.address, with: &scanner) }
}
