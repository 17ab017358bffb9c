import AfterwordCore

/// What stands in a file in which a shape finds no list of reviews.
enum ListlessFile: Equatable {
    /// Nothing but an enclosing object without its list: a dump with none.
    case emptyPage
    /// An object that says an error: its keys.
    case error([String])
    /// Objects at a path, empty for the elements themselves, with their keys.
    case objects(path: String, keys: [String])

    /// - Parameter elements: The first of the file.
    init(_ elements: [JSONValue]) {
        let failed = elements.first { Self.saysError($0) }
        if elements.count == 1, let failed {
            self = .error((failed.members ?? []).map(\.key))
            return
        }
        // Several objects with texts are products, or reviews that lie beside no list.
        let isPage = elements.allSatisfy { element in
            (element == .null || element.members != nil) && Self.holdsNothing(element)
                && (elements.count == 1 || !Self.holdsText(element))
        }
        if isPage, !elements.isEmpty, !elements.contains(where: saysReview) {
            self = .emptyPage
            return
        }
        let lists = elements.flatMap { Self.lists(in: $0, at: "", depth: 8) }
        let best = lists.first { $0.items.contains(where: saysReview) } ?? lists.first
        let flat = elements.contains(where: saysReview) ? nil : best
        let members = (flat?.items ?? elements).first { $0.members != nil }?.members ?? []
        self = .objects(path: flat?.path ?? "", keys: members.map(\.key))
    }

    /// Whether a value holds no list with anything in it but plain values.
    private static func holdsNothing(_ value: JSONValue) -> Bool {
        // A list or object written as a text may hold reviews.
        if let text = value.text?.drop(while: \.isWhitespace) {
            return !text.hasPrefix("[") && !text.hasPrefix("{")
        }
        if let elements = value.elements {
            return elements.allSatisfy { $0.elements == nil && $0.members == nil }
        }
        return (value.members ?? []).allSatisfy { holdsNothing($0.value) && !saysReview($0.value) }
    }

    private static func holdsText(_ value: JSONValue) -> Bool {
        if let text = value.text { return !text.isEmpty }
        return (value.members ?? []).contains { holdsText($0.value) }
    }

    private static let errorKeys: Set<String> = [
        "error", "errors", "errormessage", "error_message", "error_code", "errorcode", "exception",
        "fault",
    ]

    private static func saysError(_ value: JSONValue) -> Bool {
        guard let members = value.members else { return false }
        return members.contains { key, value in
            switch key.lowercased() {
            case let key where errorKeys.contains(key): isSaid(value)
            case "success", "ok": value == .bool(false)
            case "status", "code", "statuscode", "status_code", "result", "state":
                errorWords.contains(value.text?.lowercased() ?? "")
                    || Int(value.text ?? value.canonical).map { (400...599).contains($0) } ?? false
            default: false
            }
        } || saysOnlyMessage(members)
    }

    /// What a `status` says of a request that failed.
    private static let errorWords: Set<String> = ["error", "fail", "failed", "failure"]

    /// Whether nothing but a sentence is said: `{"message": "Rate limit exceeded"}`.
    private static func saysOnlyMessage(_ members: [(key: String, value: JSONValue)]) -> Bool {
        let said = members.filter { isSaid($0.value) }.map { $0.key.lowercased() }
        return !said.isEmpty
            && Set(said).isSubset(of: ["message", "detail", "reason", "title", "type"])
            && !Set(said).isDisjoint(with: ["message", "detail", "reason"])
    }

    /// Whether a member says anything: `"error": null` says none.
    private static func isSaid(_ value: JSONValue) -> Bool {
        switch value {
        case .null, .bool(false): false
        case .number(let number): number != "0"
        default: !(value.text?.isEmpty ?? value.elements?.isEmpty ?? value.members?.isEmpty ?? true)
        }
    }

    /// The lists of objects inside a value, with their paths.
    private static func lists(
        in value: JSONValue, at path: String, depth: Int
    ) -> [(path: String, items: [JSONValue])] {
        guard depth > 0 else { return [] }
        return (value.members ?? []).flatMap { key, value in
            let own = path.isEmpty ? key : path + "." + key
            if let elements = value.elements, elements.contains(where: { $0.members != nil }) {
                return [(own + "[*]", elements)]
            }
            return lists(in: value, at: own, depth: depth - 1)
        }
    }
}

/// Refuses a file in which a shape finds no review, unless it is an enclosing object without its
/// list, which is a dump with none.
///
/// - Throws: `InputFault`.
func refuseListless(
    _ file: DumpFile, _ shape: Shape, _ dumpIndex: DumpIndex, _ options: LoadOptions
) throws {
    let isGiven = options.shapes.count == 1
    switch ListlessFile(try firstElements(of: file, count: 100)) {
    case .emptyPage where isGiven || dumpIndex.products.isEmpty: return
    case .error(let keys): throw InputFault.failedAnswer(file: file.name, keys: keys)
    case .objects(let path, let keys) where isGiven && dumpIndex.products.isEmpty:
        throw InputFault.recordsNotFound(
            file: file.name, records: shape.recordsPath, path: path, keys: keys)
    case .emptyPage, .objects:
        if !isGiven, let doubt = try reviewsAmongProducts(of: file) { throw doubt }
        throw InputFault.noReviews(file: file.name)
    }
}

extension Shape {
    /// Where it looks for reviews, as its document says it.
    fileprivate var recordsPath: String {
        let document = try? JSONValue(parsing: Array(document.utf8))
        return document?["records"]?.text ?? ""
    }
}
