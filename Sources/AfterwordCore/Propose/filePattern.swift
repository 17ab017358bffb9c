/// The pattern by which names of files name products (`review_{id}.json`, `{id}/reviews.json`);
/// nil where they differ in no part, in several, or only in a page, a day or the like.
///
/// - Parameter files: Names inside the dump, each once.
func filePattern(_ files: [String]) -> String? {
    let paths = files.map { name in
        let plain = name.lowercased().hasSuffix(".gz") ? name.dropLast(3) : name[...]
        return plain.split(separator: "/").map(String.init)
    }
    guard paths.count > 1, let depth = paths.map(\.count).min(), depth > 0 else { return nil }
    // The parts counted from the end, the last one first.
    let columns = (1...depth).map { place in paths.map { $0[$0.count - place] } }
    let differing = columns.indices.filter { Set(columns[$0]).count > 1 }
    let named = differing.compactMap { place in
        NamedPart(columns[place]).map { (place: place, part: $0) }
    }
    // Where several parts differ, only one may be of products beyond doubt.
    let sure = named.filter { $0.part.values.allSatisfy(isProductID) }
    guard let id = differing.count == 1 ? named.first : sure.count == 1 ? sure.first : nil
    else { return nil }
    let later = (0..<id.place).reversed().map { place -> String in
        if !differing.contains(place) { return columns[place][0] }
        let part = NamedPart(columns[place], isProduct: false)
        return part.map { $0.head + "{part}" + $0.tail } ?? "{part}"
    }
    let pattern = ([id.part.head + "{id}" + id.part.tail] + later).joined(separator: "/")
    return (try? NamePattern(file: pattern, for: "product_id")).map { _ in pattern }
}

/// One part of several paths that differs in the middle.
private struct NamedPart {
    var head: String
    var tail: String
    var values: [String]

    /// - Parameter isProduct: Whether the middle must look like products: not the same in two files
    ///   of one folder, no running number, no day, language or the like.
    init?(_ parts: [String], isProduct: Bool = true) {
        let first = Array(parts[0])
        let shortest = parts.map(\.count).min() ?? 0
        var head =
            (0..<shortest).first { place in
                parts.contains { Array($0)[place] != first[place] }
            } ?? shortest
        // A name begins and ends at a sign.
        while head > 0, first[head - 1].isLetter || first[head - 1].isNumber { head -= 1 }
        let rests = parts.map { Array($0.dropFirst(head)) }
        let longest = rests.map(\.count).min() ?? 0
        var tail = 0
        while tail < longest,
            rests.allSatisfy({ $0[$0.count - 1 - tail] == rests[0][rests[0].count - 1 - tail] })
        {
            tail += 1
        }
        while tail > 0, case let sign = rests[0][rests[0].count - tail],
            sign.isLetter || sign.isNumber
        {
            tail -= 1
        }
        self.head = String(first[..<head])
        self.tail = String(rests[0].suffix(tail))
        values = rests.map { String($0.dropLast(tail)) }
        let hasExtension = !parts.contains { $0.contains(".") } || self.tail.contains(".")
        let signs = (self.head + self.tail).contains { "{}".contains($0) }
        guard hasExtension, !signs, !values.contains("") else { return nil }
        if isProduct, !namesProducts { return nil }
    }

    private var namesProducts: Bool {
        let counted: Set<String> = [
            "page", "part", "chunk", "batch", "shard", "split", "week", "day", "month", "year",
            "version", "run", "file", "sheet", "p", "v", "offset", "export", "dump",
        ]
        let numbers = values.compactMap { Int($0) }.sorted()
        let isNumbered =
            numbers.count == values.count
            && (numbers[0] <= 1 && numbers.last == numbers[0] + numbers.count - 1
                || nameWords(head).last.map(counted.contains) == true)
        return Set(values).count * 2 > values.count && !isNumbered
            && !values.allSatisfy(namesPart)
            && !values.contains { namesPart($0) && !$0.contains(where: \.isNumber) }
    }
}

extension ShapeProposal {
    /// Takes the product from the names of files, where none was found in them and the names differ
    /// as products do.
    ///
    /// - Parameter files: The files that the proposal was made from, each with its first elements.
    package mutating func takeProduct(fromFiles files: [(name: String, elements: [JSONValue])]) {
        guard !hasProduct, let pattern = filePattern(files.map(\.name)) else { return }
        let rule = JSONValue.object([("file", .string(pattern))])
        let named = document.setting("product_id", of: "fields", rule)
        guard let shape = try? Shape(parsing: Array(named.canonical.utf8)) else { return }
        document = named
        hasProduct = true
        yield = files.reduce(into: ProposalYield()) { sum, file in
            sum.add(
                ProposalYield(
                    shape, Array(file.elements.prefix(200)), dateOrder: dateOrder,
                    file: file.name))
        }
        remarks.removeAll { $0.hasPrefix("no product found") || $0.hasPrefix("if the list's name") }
        doubts.removeAll { $0 == "no product" }
        doubts.append("the product is taken from the names of files (\"file\": \"\(pattern)\")")
    }
}

extension JSONValue {
    /// A document with one member of one of its objects set.
    fileprivate func setting(_ key: String, of group: String, _ value: JSONValue) -> JSONValue {
        let members = (members ?? []).map { member in
            guard member.key == group else { return member }
            let others = (member.value.members ?? []).filter { $0.key != key }
            let all = (others + [(key: key, value: value)]).sorted { $0.key < $1.key }
            return (key: member.key, value: JSONValue.object(all))
        }
        return .object(members)
    }
}
