/// Walks one element along a plan: steps over everything, remembers what the plan names.
///
/// A broken review inside a list is set aside where the list goes on after it; a fault anywhere
/// else is the element's.
struct UnitExtractor {
    private let plan: ExtractionPlan
    private let bytes: UnsafeRawBufferPointer
    private var unit: ExtractedUnit
    /// Captured keys of the maps entered.
    private var captures: [JSONToken]

    private init(_ plan: ExtractionPlan, _ bytes: UnsafeRawBufferPointer, _ unit: ExtractedUnit) {
        self.plan = plan
        self.bytes = bytes
        self.unit = unit
        captures = Array(repeating: .missing, count: plan.contextSources.count)
    }

    /// Extracts the element at the scanner's position into `unit`; on a fault `unit` is spoilt.
    static func extract(
        _ plan: ExtractionPlan, from bytes: UnsafeRawBufferPointer, with scanner: inout JSONScanner,
        into unit: inout ExtractedUnit
    ) throws(ScanFault) {
        unit.reset()
        scanner.skipWhitespace()
        let start = scanner.position
        scanner.resetLiteralCount()
        var extractor = UnitExtractor(plan, bytes, unit)
        unit = ExtractedUnit()
        try extractor.walk(plan.root, &scanner)
        extractor.unit.nonstandardLiterals = scanner.nonstandardLiterals
        extractor.unit.range = start..<scanner.position
        unit = extractor.unit
    }

    private mutating func walk(_ index: Int, _ scanner: inout JSONScanner) throws(ScanFault) {
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
            guard first == UInt8(ascii: "[") else {
                return try skipMismatch(&scanner, isRecord: false)
            }
            try scanner.scanArray { (scanner) throws(ScanFault) in
                try walkElement(child, until: UInt8(ascii: "]"), &scanner)
            }
        case .members(let child, let slot):
            guard first == UInt8(ascii: "{") else {
                return try skipMismatch(&scanner, isRecord: false)
            }
            try walkMembers(child, slot, &scanner)
        }
    }

    /// A value of another kind than the shape expects there: null holds nothing, anything else is a
    /// record that is none.
    private mutating func skipMismatch(
        _ scanner: inout JSONScanner, isRecord: Bool
    ) throws(ScanFault) {
        let token = try scanner.scanValue()
        if token.kind == .null, !isRecord { return }
        emit(token.range, fault: .notAnObject)
    }

    private mutating func emit(_ range: Range<Int>, fault: RejectReason?) {
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
        for _ in plan.recordSources { unit.recordTokens.append(.missing) }
        try walkInner(entries, slots: slots, &scanner)
        emit(start..<scanner.position, fault: nil)
    }

    private mutating func walkInner(
        _ entries: [ExtractionPlan.Entry], slots: Int, _ scanner: inout JSONScanner
    ) throws(ScanFault) {
        try scanner.scanObject { (scanner, key) throws(ScanFault) in
            guard let entry = match(key, entries) else {
                _ = try scanner.scanValue()
                return
            }
            switch entry.action {
            case .recordSlot(let slot):
                unit.recordTokens[slots + slot] = try scanner.scanValue()
            case .descend(let node):
                guard try scanner.peek() == UInt8(ascii: "{"),
                    case .object(let inner, _) = plan.nodes[node]
                else {
                    _ = try scanner.scanValue()
                    return
                }
                try walkInner(inner, slots: slots, &scanner)
            case .contextSlot, .onward:
                preconditionFailure("a review's own members have record slots")
            }
        }
    }

    private mutating func walkEnclosing(
        _ entries: [ExtractionPlan.Entry], isProduct: Bool, _ scanner: inout JSONScanner
    ) throws(ScanFault) {
        let start = scanner.position
        let firstRecord = unit.records.count
        let firstProduct = unit.products.count
        var own: [(slot: Int, token: JSONToken)] = []
        var members: [Range<Int>] = []
        var holdsList = false
        try scanner.scanObject { (scanner, key) throws(ScanFault) in
            let entry = match(key, entries)
            if case .onward(let node) = entry?.action {
                holdsList = try scanner.peek() != UInt8(ascii: "n")
                return try walk(node, &scanner)
            }
            if case .descend(let node) = entry?.action, try scanner.peek() == UInt8(ascii: "{") {
                try walkContext(node, &own, &scanner)
            } else {
                let token = try scanner.scanValue()
                if case .contextSlot(let slot) = entry?.action { own.append((slot, token)) }
            }
            if isProduct { members.append(Int(key.start)..<scanner.position) }
        }
        if isProduct {
            emitProduct(start..<scanner.position, members, firstRecord, holdsList: holdsList)
        }
        fill(own, firstRecord, firstProduct)
    }

    private mutating func emitProduct(
        _ range: Range<Int>, _ members: [Range<Int>], _ firstRecord: Int, holdsList: Bool
    ) {
        unit.products.append(
            ExtractedUnit.Product(
                range: range, members: members, records: firstRecord..<unit.records.count,
                holdsList: holdsList))
        unit.productTokens.append(contentsOf: captures)
    }

    /// Members of an object inside an enclosing one.
    private mutating func walkContext(
        _ node: Int, _ own: inout [(slot: Int, token: JSONToken)], _ scanner: inout JSONScanner
    ) throws(ScanFault) {
        guard case .object(let entries, _) = plan.nodes[node] else { return }
        try scanner.scanObject { (scanner, key) throws(ScanFault) in
            let entry = match(key, entries)
            if case .descend(let inner) = entry?.action, try scanner.peek() == UInt8(ascii: "{") {
                return try walkContext(inner, &own, &scanner)
            }
            let token = try scanner.scanValue()
            if case .contextSlot(let slot) = entry?.action { own.append((slot, token)) }
        }
    }

    /// Gives an enclosing object's values to all that it holds.
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

    private mutating func walkMembers(
        _ child: Int, _ slot: Int, _ scanner: inout JSONScanner
    ) throws(ScanFault) {
        try scanner.scanObject { (scanner, key) throws(ScanFault) in
            captures[slot] = key
            let start = Int(key.start)
            let firstRecord = unit.records.count
            let holdsList = try scanner.peek() != UInt8(ascii: "n")
            try walkElement(child, until: UInt8(ascii: "}"), &scanner)
            if plan.productCapture == slot {
                emitProduct(start..<scanner.position, [], firstRecord, holdsList: holdsList)
            }
        }
        captures[slot] = .missing
    }

    /// One element of a list; a broken one is set aside if the list plainly goes on after it.
    private mutating func walkElement(
        _ node: Int, until close: UInt8, _ scanner: inout JSONScanner
    ) throws(ScanFault) {
        let before = scanner
        let counts = (unit.records.count, unit.products.count)
        let tokens = (unit.recordTokens.count, unit.contextTokens.count, unit.productTokens.count)
        do throws(ScanFault) {
            try walk(node, &scanner)
        } catch {
            guard case .reject(let reason) = error.cause else { throw error }
            scanner = before
            scanner.skipWhitespace()
            let start = scanner.position
            guard scanner.skipBroken(until: close) else {
                // The list may go on in bytes that are still to come: what becomes of it must not depend on them
                // being late.
                guard scanner.isFinal else {
                    throw ScanFault(cause: .needsMoreBytes, offset: scanner.position)
                }
                throw error
            }
            unit.records.removeSubrange(counts.0...)
            unit.products.removeSubrange(counts.1...)
            unit.recordTokens.removeSubrange(tokens.0...)
            unit.contextTokens.removeSubrange(tokens.1...)
            unit.productTokens.removeSubrange(tokens.2...)
            emit(start..<scanner.position, fault: reason)
        }
    }

    private func match(
        _ key: JSONToken, _ entries: [ExtractionPlan.Entry]
    ) -> ExtractionPlan.Entry? {
        let inner = UnsafeRawBufferPointer(
            rebasing: bytes[Int(key.start) + 1..<Int(key.end) - 1])
        if key.kind == .escapedString {
            var plain: [UInt8] = []
            unescape(inner, into: &plain)
            return entries.first { $0.key == plain }
        }
        return entries.first { $0.key.count == inner.count && $0.key.elementsEqual(inner) }
    }
}
