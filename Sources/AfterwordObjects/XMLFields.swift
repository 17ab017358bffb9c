/// The texts of the elements directly inside one element, by their names.
struct XMLFields {
    private var texts: [String: String] = [:]

    /// - Parameter element: The first one of this name; the outermost one where it is nil.
    /// - Throws: `XMLPullReader.Fault`, also where there is no such element.
    init(_ document: [UInt8], inside element: String? = nil) throws(XMLPullReader.Fault) {
        var reader = XMLPullReader(document)
        while let event = try reader.next() {
            guard case .start(let name) = event, name == element ?? name else { continue }
            self = try XMLFields(&reader)
            return
        }
        throw XMLPullReader.Fault()
    }

    /// Reads up to the end of the element that has just begun.
    init(_ reader: inout XMLPullReader) throws(XMLPullReader.Fault) {
        var (depth, name, text) = (0, "", "")
        while let event = try reader.next() {
            switch event {
            case .start(let begun):
                depth += 1
                if depth == 1 { (name, text) = (begun, "") }
            case .text(let more): if depth == 1 { text += more }
            case .end:
                depth -= 1
                if depth < 0 { return }
                if depth == 0, texts[name] == nil { texts[name] = text }
            }
        }
        throw XMLPullReader.Fault()
    }

    subscript(name: String) -> String? { texts[name] }
}

/// An error as a server of objects says it.
struct ServerError: Equatable {
    /// As `NoSuchBucket`; empty where the answer holds none.
    var code = ""
    /// The region that the bucket is in.
    var region: String?

    /// - Parameter xml: A document, or anything else.
    init(xml: [UInt8]) {
        guard let fields = (try? XMLFields(xml, inside: "Error")) else { return }
        code = (fields["Code"] ?? "").filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
        code = String(code.prefix(64))
        region = fields["Region"].flatMap { ObjectSettings.isRegion($0) ? $0 : nil }
    }
}
