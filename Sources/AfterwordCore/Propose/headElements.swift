/// The elements of a container as trees, read from the first bytes of a file.
///
/// They are what `RecordSplitter` finds, an array inside an array being one element. Of the last
/// element, which the end of the bytes cuts off, the lists and maps stay with what they hold until
/// there; a record that is cut off is left out, and so is a broken element.
///
/// - Parameter bytes: UTF-8, with or without a byte order mark, at most 2 GiB.
package func headElements(_ bytes: [UInt8]) -> [JSONValue] {
    var splitter = RecordSplitter(listPlan, isStrict: false)
    var elements: [JSONValue] = []
    var rest = 0
    splitter.feed(bytes[...], isLast: false) { event, window, offset in
        guard case .unit(let unit) = event else {
            if case .reject(_, let range) = event { rest = Int(offset) + range.upperBound }
            return
        }
        rest = Int(offset) + unit.range.upperBound
        window.extracting(unit.range).withUnsafeBytes { buffer in
            var reader = HeadReader(buffer, isInArray: true)
            elements += reader.elements()
        }
    }
    bytes[rest...].withUnsafeBytes { buffer in
        var reader = HeadReader(buffer, isInArray: rest > 0)
        elements += reader.elements()
    }
    return elements
}

/// A plan for elements that may be lists, so that a list is not taken apart.
private let listPlan: ExtractionPlan = {
    let document = """
        {"shape": "any", "version": 1, "records": "[*]",
        "fields": {"product_id": "product_id", "rating": "rating"}}
        """
    do throws(ShapeFault) {
        return RecordCleaner(try Shape(parsing: Array(document.utf8))).plan
    } catch {
        preconditionFailure("the shape of any list is broken: \(error.description)")
    }
}()

/// Reads trees from bytes that may end anywhere.
private struct HeadReader {
    private let buffer: UnsafeRawBufferPointer
    private var scanner: JSONScanner
    /// Whether the bytes ended inside a container that is kept with what it holds.
    private var isCut = false

    /// Whether an array is open at the first byte: another one is then an element.
    private var isInArray: Bool

    init(_ buffer: UnsafeRawBufferPointer, isInArray: Bool) {
        self.buffer = buffer
        self.isInArray = isInArray
        let start = buffer.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        scanner = JSONScanner(buffer, from: start, isFinal: false, isStrict: false)
    }

    mutating func elements() -> [JSONValue] {
        var elements: [JSONValue] = []
        while true {
            scanner.skipWhitespace()
            guard !scanner.isAtEnd, !isCut else { return elements }
            switch scanner.byte(at: scanner.position) {
            case UInt8(ascii: ","): scanner.position += 1
            case UInt8(ascii: "]"):
                isInArray = false
                scanner.position += 1
            case UInt8(ascii: "[") where !isInArray:
                isInArray = true
                scanner.position += 1
            default:
                guard let element = element() else { return elements }
                if element != .null { elements.append(element) }
            }
        }
    }

    /// The element at the scanner's position; null where it is broken, nil where the bytes end.
    private mutating func element() -> JSONValue? {
        do throws(ScanFault) {
            // A copy: the scanner of this value moves with the levels of the value.
            var inner = scanner
            let value = try value(&inner)
            scanner = inner
            return value
        } catch {
            guard case .reject = error.cause else { return nil }
            let line = buffer[error.offset...].firstIndex(of: UInt8(ascii: "\n"))
            // A new scanner: the old one counts the levels that it did not leave.
            scanner = JSONScanner(
                buffer, from: line ?? buffer.count, isFinal: false, isStrict: false)
            return .null
        }
    }

    private mutating func value(_ scanner: inout JSONScanner) throws(ScanFault) -> JSONValue {
        switch try scanner.peek() {
        case UInt8(ascii: "["): return try array(&scanner)
        case UInt8(ascii: "{"): return try object(&scanner)
        default: break
        }
        let token = try scanner.scanValue()
        switch token.kind {
        case .string, .escapedString: return .string(text(token))
        case .yes: return .bool(true)
        case .no: return .bool(false)
        case .number: return .number(String(decoding: buffer[token.range], as: UTF8.self))
        default: return .null
        }
    }

    private mutating func array(_ scanner: inout JSONScanner) throws(ScanFault) -> JSONValue {
        var elements: [JSONValue] = []
        do throws(ScanFault) {
            try scanner.scanArray { (scanner) throws(ScanFault) in
                elements.append(try value(&scanner))
            }
        } catch {
            let holdsContainer = elements.contains { $0.members != nil || $0.elements != nil }
            try keep(error, holdsContainer)
        }
        return .array(elements)
    }

    private mutating func object(_ scanner: inout JSONScanner) throws(ScanFault) -> JSONValue {
        var members: [(key: String, value: JSONValue)] = []
        do throws(ScanFault) {
            try scanner.scanObject { (scanner, key) throws(ScanFault) in
                members.append((text(key), try value(&scanner)))
            }
        } catch {
            let holdsContainer = members.contains {
                $0.value.members?.isEmpty == false || $0.value.elements?.isEmpty == false
            }
            try keep(error, holdsContainer)
        }
        return .object(members)
    }

    /// Goes on with a container that the end of the bytes cuts off, where it holds another one.
    private mutating func keep(_ fault: ScanFault, _ holdsContainer: Bool) throws(ScanFault) {
        guard fault.cause == .needsMoreBytes, isCut || holdsContainer else { throw fault }
        isCut = true
    }

    private func text(_ token: JSONToken) -> String {
        var bytes: [UInt8] = []
        let inner = token.range.lowerBound + 1..<token.range.upperBound - 1
        unescape(UnsafeRawBufferPointer(rebasing: buffer[inner]), into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
