/// Reads the file of a taxonomy; `check` compares what it says with the aspects of a reader.
struct TaxonomyFile {
    let base: Lexicon
    var taxonomy = Taxonomy()
    /// The lines on which the tables of ids begin, by section and id, and members of merges.
    private(set) var lines: [String: Int] = [:]
    private var phraseCount = 0

    init(over base: Lexicon) { self.base = base }

    private static let sections = ["add", "rename", "merge", "map"]
    /// What `map` says, and other sections too.
    private static let mapped = ["route", "severity", "group", "general"]

    mutating func read(_ document: TOMLTable) throws(TOMLFault) {
        guard case .integer(Taxonomy.form) = document["taxonomy"]?.value else {
            throw TOMLFault(
                line: document["taxonomy"]?.line ?? 1,
                "a taxonomy says taxonomy = \(Taxonomy.form), the form of its file")
        }
        for (section, node) in document.members where section != "taxonomy" {
            guard Self.sections.contains(section) else {
                throw unknown(section, among: Self.sections, node.line)
            }
            for entry in try entries(node, section) {
                lines["\(section).\(entry.id)"] = entry.line
                switch section {
                case "add": try readAddition(entry)
                case "rename": try readRenaming(entry)
                case "merge": try readMerge(entry)
                default: try readMapping(entry)
                }
            }
        }
    }

    /// The line of an id in a section.
    func line(_ section: String, _ id: String) -> Int { lines["\(section).\(id)"] ?? 1 }

    /// A table of a section.
    private struct Entry {
        var id: String
        var table: TOMLTable
        var line: Int
        /// As messages name it.
        var name: String
    }

    private func entries(_ node: TOMLNode, _ section: String) throws(TOMLFault) -> [Entry] {
        guard case .table(let table) = node.value else {
            throw TOMLFault(line: node.line, "\(section) holds tables: [\(section).NAME]")
        }
        var entries: [Entry] = []
        for (id, inner) in table.members {
            guard case .table(let own) = inner.value else {
                throw TOMLFault(
                    line: inner.line, "\(section).\(id) is a table: [\(section).\(id)]")
            }
            try refuseDanger(id, inner.line)
            entries.append(
                Entry(id: id, table: own, line: inner.line, name: "\(section).\(id)"))
        }
        return entries
    }

    private func refuseDanger(_ id: String, _ line: Int) throws(TOMLFault) {
        guard Taxonomy.dangers.contains(id) else { return }
        throw TOMLFault(
            line: line,
            "\(id) is a danger: dangers stand apart, and no taxonomy names, merges or hides them")
    }

    private func unknown(_ name: String, among names: [String], _ line: Int) -> TOMLFault {
        let hint = nearestName(to: name, among: names).map { "; did you mean \($0)?" } ?? ""
        return TOMLFault(
            line: line, "\(name) is not one of \(names.joined(separator: ", "))\(hint)")
    }

    private func refuseOthers(_ entry: Entry, than names: [String]) throws(TOMLFault) {
        for (key, node) in entry.table.members where !names.contains(key) {
            throw unknown(key, among: names, node.line)
        }
    }
}

// MARK: Sections

extension TaxonomyFile {
    private mutating func readAddition(_ entry: Entry) throws(TOMLFault) {
        let own = ["label", "strength", "complaints", "praises"]
        try refuseOthers(entry, than: own + Self.mapped)
        let names = try names(entry)
        let complaints = try phrases(entry, "complaints")
        let praises = try phrases(entry, "praises")
        taxonomy.additions.append(
            Taxonomy.Addition(
                id: entry.id, names: names, complaints: complaints, praises: praises))
        let mapping = try mapping(entry)
        if mapping != Taxonomy.Mapping(id: entry.id) { taxonomy.mappings.append(mapping) }
    }

    private mutating func readRenaming(_ entry: Entry) throws(TOMLFault) {
        try refuseOthers(entry, than: ["label", "strength"])
        taxonomy.renamings.append(Taxonomy.Renaming(id: entry.id, names: try names(entry)))
    }

    private mutating func readMerge(_ entry: Entry) throws(TOMLFault) {
        try refuseOthers(entry, than: ["of", "label", "strength"] + Self.mapped)
        guard let list = entry.table["of"] else {
            throw TOMLFault(line: entry.line, "\(entry.name): of = [\"…\", \"…\"] is missing")
        }
        var members: [String] = []
        for (member, line) in try texts(list, "\(entry.name).of") {
            try refuseDanger(member, line)
            lines["\(entry.name).\(member)"] = line
            members.append(member)
        }
        taxonomy.merges.append(
            Taxonomy.Merge(id: entry.id, members: members, names: try names(entry)))
        let mapping = try mapping(entry)
        if mapping != Taxonomy.Mapping(id: entry.id) { taxonomy.mappings.append(mapping) }
    }

    private mutating func readMapping(_ entry: Entry) throws(TOMLFault) {
        try refuseOthers(entry, than: Self.mapped)
        let mapping = try mapping(entry)
        guard mapping != Taxonomy.Mapping(id: entry.id) else {
            throw TOMLFault(line: entry.line, "\(entry.name) says nothing")
        }
        taxonomy.mappings.append(mapping)
    }

    private func mapping(_ entry: Entry) throws(TOMLFault) -> Taxonomy.Mapping {
        var mapping = Taxonomy.Mapping(id: entry.id)
        if let node = entry.table["route"] {
            let text = try word(node, among: Route.allCases.map(\.rawValue))
            mapping.route = Route(rawValue: text)
        }
        if let node = entry.table["severity"] {
            let text = try word(node, among: Severity.allCases.map(\.rawValue))
            mapping.severity = Severity(rawValue: text)
        }
        if let node = entry.table["group"] {
            let text = try word(node, among: AspectGroup.ofAspects.map(\.rawValue))
            mapping.group = AspectGroup(rawValue: text)
        }
        if let node = entry.table["general"] {
            guard case .bool(let flag) = node.value else {
                throw TOMLFault(line: node.line, "\(entry.name).general is true or false")
            }
            mapping.isGeneral = flag
        }
        return mapping
    }

    private func word(_ node: TOMLNode, among words: [String]) throws(TOMLFault) -> String {
        guard case .string(let text) = node.value, words.contains(text) else {
            let list = words.map { "\"\($0)\"" }.joined(separator: ", ")
            throw TOMLFault(line: node.line, "it is one of \(list)")
        }
        return text
    }
}

// MARK: Texts

extension TaxonomyFile {
    private func names(_ entry: Entry) throws(TOMLFault) -> Taxonomy.Names {
        var names = Taxonomy.Names()
        if let node = entry.table["label"] {
            names.issue = try labels(node, "\(entry.name).label")
        }
        if let node = entry.table["strength"] {
            names.strength = try labels(node, "\(entry.name).strength")
        }
        return names
    }

    /// Labels by language; a text by itself is English.
    private func labels(_ node: TOMLNode, _ name: String) throws(TOMLFault) -> [Language: String] {
        if case .string = node.value { return [.english: try label(node, name)] }
        guard case .table(let table) = node.value, !table.members.isEmpty else {
            throw TOMLFault(
                line: node.line, "\(name) is a text, or a table of texts by language")
        }
        var labels: [Language: String] = [:]
        for (code, inner) in table.members {
            let language = try language(code, inner.line)
            labels[language] = try label(inner, "\(name).\(code)")
        }
        return labels
    }

    private func label(_ node: TOMLNode, _ name: String) throws(TOMLFault) -> String {
        guard case .string(let text) = node.value else {
            throw TOMLFault(line: node.line, "\(name) is a text")
        }
        let scalars = text.unicodeScalars
        guard scalars.contains(where: { !$0.properties.isWhitespace }) else {
            throw TOMLFault(line: node.line, "\(name) is empty")
        }
        let isPlain = scalars.allSatisfy { scalar in
            let category = scalar.properties.generalCategory
            return category != .control && category != .format
        }
        guard isPlain, text.count <= Taxonomy.labelLimit else {
            throw TOMLFault(
                line: node.line,
                "\(name) is one line of at most \(Taxonomy.labelLimit) plain characters")
        }
        return text
    }

    private func language(_ code: String, _ line: Int) throws(TOMLFault) -> Language {
        guard let language = Language(rawValue: code), language != .unknown else {
            throw unknown(code, among: Language.known.map(\.rawValue), line)
        }
        return language
    }

    private func texts(
        _ node: TOMLNode, _ name: String
    ) throws(TOMLFault) -> [(text: String, line: Int)] {
        guard case .array(let nodes) = node.value else {
            throw TOMLFault(line: node.line, "\(name) is a list of texts")
        }
        var texts: [(text: String, line: Int)] = []
        for inner in nodes {
            guard case .string(let text) = inner.value else {
                throw TOMLFault(line: inner.line, "\(name) is a list of texts")
            }
            texts.append((text, inner.line))
        }
        return texts
    }

    private mutating func phrases(
        _ entry: Entry, _ key: String
    ) throws(TOMLFault) -> [Taxonomy.Phrase] {
        guard let node = entry.table[key] else { return [] }
        let name = "\(entry.name).\(key)"
        guard case .table(let table) = node.value else {
            throw TOMLFault(
                line: node.line, "\(name) is a table of lists by language: { en = [\"…\"] }")
        }
        var phrases: [Taxonomy.Phrase] = []
        for (code, inner) in table.members {
            let language = try language(code, inner.line)
            for (text, line) in try texts(inner, "\(name).\(code)") {
                let phrase = Taxonomy.Phrase(
                    language: language, text: try folded(text, in: language, line))
                if !phrases.contains(phrase) { phrases.append(phrase) }
            }
        }
        phraseCount += phrases.count
        guard phraseCount <= Taxonomy.phraseLimit else {
            throw TOMLFault(
                line: node.line, "the file has more than \(Taxonomy.phraseLimit) phrases")
        }
        return phrases
    }

    /// A phrase as texts are compared with it: folded words, `..` for up to three others, a star at
    /// the end of a word for any ending. In a language without spaces it stands as it is.
    private func folded(
        _ written: String, in language: Language, _ line: Int
    ) throws(TOMLFault) -> String {
        guard written.count <= Taxonomy.labelLimit else {
            throw TOMLFault(
                line: line, "a phrase has at most \(Taxonomy.labelLimit) characters")
        }
        let pieces = written.split(separator: " ").map { String($0) }
        guard language.hasSpaces else {
            guard pieces.count == 1 else {
                throw TOMLFault(line: line, "a phrase of this language has no spaces")
            }
            return pieces[0]
        }
        var parts: [String] = []
        for part in pieces {
            let isStem = part.hasSuffix("*")
            let bare = isStem ? String(part.dropLast()) : part
            let found = words(of: Text(bare))
            let own = found.map(\.text)
            // Texts are cut at points and the like: a phrase across one is never found.
            guard !own.isEmpty || part == "..", !bare.contains("*"),
                Set(found.map(\.sentence)).count <= 1
            else { throw TOMLFault(line: line, "\(part) is no word of a phrase") }
            parts += part == ".." ? [part] : own
            if isStem { parts[parts.count - 1] += "*" }
        }
        guard let first = parts.first, first != "..", parts.last != ".." else {
            throw TOMLFault(line: line, "a phrase begins and ends with a word")
        }
        try check(first, parts, line)
        return parts.joined(separator: " ")
    }

    /// - Parameter first: The first of the parts of a phrase.
    private func check(_ first: String, _ parts: [String], _ line: Int) throws(TOMLFault) {
        let stem = first.hasSuffix("*") ? String(first.dropLast()) : first
        // Phrases are looked for by the first letters of their first word.
        guard stem == first || stem.count >= LexiconPhrases.keyLength else {
            throw TOMLFault(
                line: line, "\(first): a phrase begins with three letters or more before a star")
        }
        guard parts.count > 1 || !allFrequentWords.contains(stem) else {
            throw TOMLFault(line: line, "\(first) stands in too many reviews to be a phrase")
        }
        guard parts.count(where: { $0 == ".." }) <= Taxonomy.gapLimit else {
            throw TOMLFault(line: line, "a phrase has at most three gaps (..)")
        }
    }
}
