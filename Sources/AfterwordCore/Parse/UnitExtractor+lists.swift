extension UnitExtractor {
    mutating func walkMembers(
        _ child: Int, _ slot: Int, _ scanner: inout JSONScanner
    ) throws(ScanFault) {
        try scanner.scanObject { (scanner, key) throws(ScanFault) in
            captures[slot] = key
            let start = Int(key.start)
            let firstRecord = unit.records.count
            let holdsList = try !scanner.holdsNoList()
            try walkMember(child, until: UInt8(ascii: "}"), &scanner)
            if plan.productCapture == slot {
                emitProduct(start..<scanner.position, [], firstRecord, holdsList: holdsList)
            }
        }
        captures[slot] = .missing
    }

    /// Walks the elements of a list. A broken one is rejected alone if the list goes on after it; a
    /// missing comma is reported once for the list.
    mutating func walkElements(
        _ child: Int, _ node: Int, _ scanner: inout JSONScanner
    ) throws(ScanFault) {
        let close = UInt8(ascii: "]")
        var hasMissingComma = false
        try scanner.enter()
        if try scanner.peek() == close {
            scanner.position += 1
            return scanner.leave()
        }
        repeat {
            while try walkElement(child, of: node, &scanner) == .element {}
            while true {
                let next = try scanner.peek()
                if next == UInt8(ascii: ",") || next == close { break }
                if next != UInt8(ascii: "{") {
                    let continuation = try recover(
                        .expectedComma, scanner.position, node, &scanner)
                    if continuation == .separator { break }
                } else if !hasMissingComma {
                    hasMissingComma = true
                    emit(scanner.position..<scanner.position, fault: .expectedComma)
                }
                while try walkElement(child, of: node, &scanner) == .element {}
            }
        } while try scanner.goesOn(until: close)
        scanner.leave()
    }

    /// What follows an element: a comma or the end of its list, or another element at once.
    private enum Continuation { case separator, element }

    private mutating func walkElement(
        _ child: Int, of node: Int, _ scanner: inout JSONScanner
    ) throws(ScanFault) -> Continuation {
        let place = scanner
        let before = mark
        let depth = enclosing.count
        do throws(ScanFault) {
            try walk(child, &scanner)
        } catch {
            guard case .reject(let reason) = error.cause else { throw error }
            scanner = place
            scanner.skipWhitespace()
            enclosing.removeSubrange(depth...)
            undo(to: before)
            return try recover(reason, scanner.position, node, &scanner)
        }
        if keys[node] == nil { learnKeys(of: node, place) }
        return .separator
    }

    private mutating func learnKeys(of node: Int, _ scanner: JSONScanner) {
        var scanner = scanner
        scanner.skipWhitespace()
        guard let found = RecordKeys(scanner), found.isWhole else { return }
        keys[node] = found
        learnt.append(node)
    }

    /// Rejects the bytes from `start` on, up to where the list goes on.
    private mutating func recover(
        _ reason: RejectReason, _ start: Int, _ node: Int, _ scanner: inout JSONScanner
    ) throws(ScanFault) -> Continuation {
        scanner.position = start
        let outer = enclosing.compactMap { RecordKeys.firstKey(scanner, at: $0) }
        var recovery = ListRecovery(
            scanner, .commas, keys: keys[node], around: (outer, plan.key(ofList: node)))
        switch recovery.find() {
        case .record(let next, let end):
            emit(start..<end, fault: reason)
            scanner.position = next
            return .element
        case .boundary(let next):
            emit(start..<next, fault: reason)
            scanner.position = next
            return .separator
        // The list may continue in bytes that have not arrived yet; the result must not depend on
        // how the bytes are cut into slabs.
        case .needsMoreBytes:
            throw ScanFault(cause: .needsMoreBytes, offset: scanner.count)
        case .outer, .nowhere:
            throw ScanFault(cause: .reject(reason), offset: start)
        }
    }

    /// Walks the value of one member of a map. A broken one is rejected alone if the map plainly
    /// continues after it.
    private mutating func walkMember(
        _ node: Int, until close: UInt8, _ scanner: inout JSONScanner
    ) throws(ScanFault) {
        let place = scanner
        let before = mark
        let depth = enclosing.count
        do throws(ScanFault) {
            try walk(node, &scanner)
        } catch {
            guard case .reject(let reason) = error.cause else { throw error }
            scanner = place
            scanner.skipWhitespace()
            enclosing.removeSubrange(depth...)
            let start = scanner.position
            guard scanner.skipBroken(until: close) else {
                guard scanner.isFinal else {
                    throw ScanFault(cause: .needsMoreBytes, offset: scanner.position)
                }
                throw error
            }
            undo(to: before)
            emit(start..<scanner.position, fault: reason)
        }
    }
}
