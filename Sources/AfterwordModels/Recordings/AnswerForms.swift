import AfterwordCore

/// The form of a response without its values: the status, the headers and the types by path.
struct AnswerForms: Equatable {
    private(set) var status: String
    private(set) var headers: Set<String> = []
    /// Types by path; those within a text that is JSON stand behind `»`.
    private(set) var types: [String: Set<String>] = [:]
    /// Paths of what empty lists would hold, within texts that are JSON.
    private var emptyLists: Set<String> = []

    init(_ exchange: Exchange) {
        if case .answered(let code) = exchange.kind {
            status = "\(code)"
        } else {
            status = "\(exchange.kind)"
        }
        headers = Set(exchange.headers.keys).intersection(Recording.headers)
        if let body = try? JSONValue(parsing: exchange.body) {
            collect(body, "")
        } else {
            types[""] = ["no JSON"]
        }
    }

    private mutating func collect(_ value: JSONValue, _ path: String) {
        switch value {
        case .null: types[path, default: []].insert("null")
        case .bool: types[path, default: []].insert("boolean")
        case .number: types[path, default: []].insert("number")
        case .string(let text):
            types[path, default: []].insert("text")
            if let inner = try? JSONValue(parsing: Array(text.utf8)), inner.members != nil {
                collect(inner, path + "»")
            }
        case .array(let elements):
            types[path, default: []].insert("list")
            if elements.isEmpty, path.contains("»") { emptyLists.insert(path + "[]") }
            for element in elements { collect(element, path + "[]") }
        case .object(let members):
            types[path, default: []].insert("object")
            for (name, inner) in members { collect(inner, "\(path).\(name)") }
        }
    }

    /// What another response has of another form. Within the answer's own JSON, what a list holds
    /// is compared only where both lists hold something, and whether a member is null is no form.
    func changes(to other: AnswerForms) -> [String] {
        var lines: [String] = []
        if status != other.status { lines.append("status: \(status) became \(other.status)") }
        for name in headers.symmetricDifference(other.headers).sorted() {
            lines.append("header \(name): " + (headers.contains(name) ? "is gone" : "is new"))
        }
        let empty = emptyLists.union(other.emptyLists)
        for path in Set(types.keys).union(other.types.keys).sorted()
        where !empty.contains(where: { path.hasPrefix($0) }) {
            let (old, new) = (shown(types[path], path), shown(other.types[path], path))
            let isNull = path.contains("»") && (old == "null" || new == "null")
            if old == new || isNull { continue }
            switch (old, new) {
            case (nil, let new?): lines.append("\(path): is new (\(new))")
            case (let old?, nil): lines.append("\(path): is gone (\(old))")
            default: lines.append("\(path): \(old ?? "") became \(new ?? "")")
            }
        }
        return lines
    }

    private func shown(_ types: Set<String>?, _ path: String) -> String? {
        guard var types else { return nil }
        if path.contains("»"), types.count > 1 { types.remove("null") }
        return types.sorted().joined(separator: " or ")
    }
}
