/// What a question to a model says of a taxonomy, so that it knows the user's own themes: the form
/// of a file, with labels in English and in the language of the answer. Groups and severities are
/// the program's business.
extension Taxonomy {
    /// The most phrases of one side of a theme that are said in each language.
    static let askedPhrases = 10

    /// - Parameter language: That of the answer.
    func question(in language: Language) -> JSONValue {
        func names(_ names: Names) -> [(key: String, value: JSONValue)] {
            Self.labels([("label", names.issue), ("strength", names.strength)], in: language)
        }
        let renamed = renamings.map { Self.member($0.id, .object(names($0.names))) }
        let merged = merges.map { merge in
            let members = JSONValue.array(merge.members.map { .string($0) })
            return Self.member(merge.id, .object([Self.member("of", members)] + names(merge.names)))
        }
        let added = additions.map { own in
            let said = [
                Self.member("complaints", Self.table(own.complaints)),
                Self.member("praises", Self.table(own.praises)),
            ]
            return Self.member(own.id, .object(names(own.names) + said))
        }
        let mapped = mappings.map { own in
            let said = [
                own.route.map { Self.member("route", .string($0.rawValue)) },
                own.isGeneral.map { Self.member("general", .bool($0)) },
            ]
            return Self.member(own.id, .object(said.compactMap { $0 }))
        }
        return .row([
            "taxonomy": JSONValue(Self.form), "rename": Self.object(renamed),
            "merge": Self.object(merged), "add": Self.object(added), "map": Self.object(mapped),
        ])
    }

    private static func member(
        _ key: String, _ value: JSONValue
    ) -> (key: String, value: JSONValue) { (key: key, value: value) }

    /// The tables that say something.
    private static func object(_ tables: [(key: String, value: JSONValue)]) -> JSONValue {
        .object(tables.filter { $0.value.members?.isEmpty == false })
    }

    private static func labels(
        _ labels: [(name: String, texts: [Language: String])], in language: Language
    ) -> [(key: String, value: JSONValue)] {
        let languages = language == .english ? [language] : [.english, language]
        return labels.compactMap { name, texts in
            let said = languages.compactMap { language in
                texts[language].map { (key: language.rawValue, value: JSONValue.string($0)) }
            }
            return said.isEmpty ? nil : (key: name, value: .object(said))
        }
    }

    private static func table(_ phrases: [Phrase]) -> JSONValue {
        .object(
            Language.known.compactMap { language in
                let own = phrases.filter { $0.language == language }.prefix(askedPhrases)
                let texts = own.map { JSONValue.string($0.text) }
                return texts.isEmpty ? nil : (key: language.rawValue, value: .array(texts))
            })
    }
}

extension Taxonomy {
    /// Reads what a question says; nil for what is no taxonomy of the reader.
    init?(asked: JSONValue, over lexicon: Lexicon) {
        guard asked.canonical.utf8.count <= Self.byteLimit,
            case .table(let table)? = TOMLValue(asked)
        else { return nil }
        var file = TaxonomyFile(over: lexicon)
        do throws(TOMLFault) {
            try file.read(table)
            try file.check()
        } catch {
            return nil
        }
        self = file.taxonomy
    }
}

extension Lexicon {
    /// The task of a question, with what the taxonomy says where one is in force.
    func task(_ task: JSONValue, in language: Language) -> JSONValue {
        guard let taxonomy = overlay?.taxonomy else { return task }
        return task.with("taxonomy", taxonomy.question(in: language))
    }

    /// The lexicon of a question: the one whose aspects its schema allows, with the taxonomy that
    /// its document says.
    ///
    /// - Parameter document: The user's text.
    package static func asked(by schema: JSONValue, _ document: String) -> Lexicon {
        let base = AnswerSchema.lexicon(of: schema)
        guard let said = (try? JSONValue(parsing: Array(document.utf8)))?["task"]?["taxonomy"],
            let taxonomy = Taxonomy(asked: said, over: base)
        else { return base }
        return base.with(taxonomy, acceptedBy: 1)
    }
}

extension TOMLValue {
    /// The same value; nil for one that no TOML has, or a table that has a name twice.
    fileprivate init?(_ json: JSONValue) {
        switch json {
        case .null: return nil
        case .bool(let flag): self = .bool(flag)
        case .number:
            guard let whole = json.integer else { return nil }
            self = .integer(whole)
        case .string(let text): self = .string(text)
        case .array(let elements):
            let nodes = elements.compactMap { TOMLValue($0).map { TOMLNode($0, line: 1) } }
            guard nodes.count == elements.count else { return nil }
            self = .array(nodes)
        case .object(let members):
            let nodes = members.compactMap { name, value in
                TOMLValue(value).map { (key: name, node: TOMLNode($0, line: 1)) }
            }
            guard nodes.count == members.count, Set(nodes.map(\.key)).count == nodes.count else {
                return nil
            }
            self = .table(TOMLTable(nodes))
        }
    }
}
