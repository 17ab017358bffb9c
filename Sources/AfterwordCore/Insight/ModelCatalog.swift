/// Models by name, as `models/models.json` and a user's own file list them.
package struct ModelCatalog: Sendable {
    /// In the order of the files; a user's own models come last.
    package private(set) var models: [ModelFacts]

    /// The models that the program comes with.
    package static let builtIn: ModelCatalog = {
        do throws(ModelFileFault) {
            let file = EmbeddedFile("models/models.json").text
            return ModelCatalog(models: try read(Array(file.utf8)))
        } catch {
            preconditionFailure("models.json: \(error.words)")
        }
    }()

    package subscript(name: String) -> ModelFacts? { models.first { $0.name == name } }

    /// Adds the models of a user's own file. One with the name of a known model takes its place.
    ///
    /// - Throws: `ModelFileFault`.
    package mutating func add(_ file: [UInt8]) throws(ModelFileFault) {
        for facts in try Self.read(file) {
            models.removeAll { $0.name == facts.name }
            models.append(facts)
        }
    }

    /// The members of a file; `about` holds words of the one who wrote it.
    private static let known: Set<String> = ["about", "models"]

    /// The models of a file: `{"models": [{"name": …}]}`.
    private static func read(_ file: [UInt8]) throws(ModelFileFault) -> [ModelFacts] {
        let document: JSONValue
        do throws(ScanFault) {
            document = try JSONValue(parsing: file)
        } catch {
            throw ModelFileFault(reason: "is not JSON, at byte \(error.offset)")
        }
        guard let list = document["models"]?.elements else {
            throw ModelFileFault(reason: "has no array 'models'")
        }
        for (member, _) in document.members ?? [] where !known.contains(member) {
            throw ModelFileFault(reason: "has a member that is not known: '\(member)'")
        }
        var models: [ModelFacts] = []
        for entry in list {
            let facts = try ModelEntry(entry).facts()
            guard !models.contains(where: { $0.name == facts.name }) else {
                throw ModelFileFault(model: facts.name, reason: "is listed twice")
            }
            guard facts.replacement != facts.name else {
                throw ModelFileFault(
                    model: facts.name, member: "replacement", reason: "is the model itself")
            }
            models.append(facts)
        }
        return models
    }
}

extension ModelFacts {
    /// A model as `json` writes it; nil for another form.
    package init?(json: JSONValue) {
        guard let facts = try? ModelEntry(json).facts() else { return nil }
        self = facts
    }
}

/// What is wrong with a file of models.
package struct ModelFileFault: Error, Equatable, Sendable {
    /// Nil where no model's name is known.
    package var model: String?
    package var member: String?
    package var reason: String

    init(model: String? = nil, member: String? = nil, reason: String) {
        self.model = model
        self.member = member
        self.reason = reason
    }

    /// The place and the reason.
    package var words: String {
        ([model, member.map { "'\($0)'" }].compactMap { $0 } + [reason]).joined(separator: " ")
    }
}

/// One model of a file, read member by member.
private struct ModelEntry {
    private let document: JSONValue
    private let name: String

    init(_ document: JSONValue) throws(ModelFileFault) {
        guard let name = document["name"]?.text, (1...128).contains(name.utf8.count) else {
            throw ModelFileFault(reason: "lists a model without a 'name'")
        }
        guard !ModelFacts.isSimulated(name) else {
            throw ModelFileFault(model: name, reason: "is the name of a simulated model")
        }
        self.document = document
        self.name = name
        guard case .object(let members) = document else { return }
        for (member, _) in members where !Self.known.contains(member) {
            throw fault(member, "is not a member that is known")
        }
        for (member, known) in Self.nested {
            guard let value = value(member) else { continue }
            guard let inner = value.members else { throw fault(member, "is an object") }
            for (name, _) in inner where !known.contains(name) {
                throw fault(member, "has a member that is not known: '\(name)'")
            }
        }
    }

    /// The members of the members that are objects.
    private static let nested: KeyValuePairs<String, [String]> = [
        "nanodollars_per_token": ["input", "cached_input", "cache_write", "output"],
        "tiers_permille": ServiceTier.allCases.map(\.rawValue),
        "long_input": ["above_input_tokens", "input_permille", "output_permille"],
    ]

    private static let known: Set<String> = [
        "name", "provider", "paid", "nanodollars_per_token", "tiers_permille", "context_tokens",
        "structured_output", "length_member", "reasoning_effort", "takes_temperature", "takes_seed",
        "takes_cache_mode", "long_input", "released", "shutdown", "replacement",
    ]

    private func fault(_ member: String, _ reason: String) -> ModelFileFault {
        ModelFileFault(model: name, member: member, reason: reason)
    }

    func facts() throws(ModelFileFault) -> ModelFacts {
        guard let isPaid = try flag("paid") else {
            throw fault("paid", "is true or false, and must be given")
        }
        var facts = try isPaid ? paid() : ModelFacts(free: name)
        if let provider: ModelProvider = try word("provider") { facts.provider = provider }
        // Only OpenAI's own servers are known to have a cache that can be told not to write.
        if facts.provider == .compatible { facts.takesCacheMode = false }
        if let dialect: AnswerDialect = try word("structured_output") { facts.dialect = dialect }
        facts.context = try number("context_tokens", in: document, from: 1)
        facts.lengthMember = try lengthMember() ?? facts.lengthMember
        facts.reasoningEffort = try text("reasoning_effort")
        facts.takesTemperature = try flag("takes_temperature") ?? facts.takesTemperature
        facts.takesSeed = try flag("takes_seed") ?? facts.takesSeed
        facts.takesCacheMode = try flag("takes_cache_mode") ?? facts.takesCacheMode
        facts.released = try date("released")
        facts.shutdown = try date("shutdown")
        facts.replacement = try text("replacement")
        return facts
    }

    /// The prices of a paid model.
    private func paid() throws(ModelFileFault) -> ModelFacts {
        guard let prices = value("nanodollars_per_token") else {
            throw fault("nanodollars_per_token", "is missing, and the model is paid")
        }
        func price(_ name: String) throws(ModelFileFault) -> Int64 {
            guard let price = try number(name, in: prices, from: 0) else {
                throw fault("nanodollars_per_token", "has no '\(name)'")
            }
            return price
        }
        var facts = ModelFacts(
            name, input: try price("input"), cachedInput: try price("cached_input"),
            output: try price("output"))
        facts.cacheWrite = try number("cache_write", in: prices, from: 0)
        for tier in ServiceTier.allCases {
            guard let tiers = value("tiers_permille") else { break }
            facts.tiers[tier] = try number(tier.rawValue, in: tiers, from: 0, to: 10_000)
        }
        guard let long = value("long_input") else { return facts }
        guard let above = try number("above_input_tokens", in: long, from: 1),
            let input = try number("input_permille", in: long, from: 1_000, to: 10_000),
            let output = try number("output_permille", in: long, from: 1_000, to: 10_000)
        else {
            throw fault(
                "long_input", "has above_input_tokens, input_permille and output_permille")
        }
        facts.longInput = ModelFacts.LongInput(above: above, input: input, output: output)
        return facts
    }

    private func lengthMember() throws(ModelFileFault) -> String? {
        guard let member = try text("length_member") else { return nil }
        guard ["max_tokens", "max_completion_tokens"].contains(member) else {
            throw fault("length_member", "is max_tokens or max_completion_tokens")
        }
        return member
    }

    // MARK: One member; nil where it is missing or null

    private func value(_ member: String) -> JSONValue? {
        document[member].flatMap { $0 == .null ? nil : $0 }
    }

    private func text(_ member: String) throws(ModelFileFault) -> String? {
        guard let value = value(member) else { return nil }
        guard let text = value.text, !text.isEmpty else { throw fault(member, "is a text") }
        return text
    }

    private func flag(_ member: String) throws(ModelFileFault) -> Bool? {
        guard let value = value(member) else { return nil }
        switch value {
        case .bool(let flag): return flag
        default: throw fault(member, "is true or false")
        }
    }

    private func word<Word: RawRepresentable & CaseIterable>(
        _ member: String
    ) throws(ModelFileFault) -> Word? where Word.RawValue == String {
        guard let text = try text(member) else { return nil }
        guard let word = Word(rawValue: text) else {
            let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw fault(member, "is one of \(words)")
        }
        return word
    }

    private func date(_ member: String) throws(ModelFileFault) -> CivilDate? {
        guard let text = try text(member) else { return nil }
        guard let date = CivilDate(written: text) else {
            throw fault(member, "is a date: 2027-01-14")
        }
        return date
    }

    /// A whole number of an object. The greatest price is $100,000 a million tokens, so that no
    /// cost of a believable usage is beyond 64 bits.
    private func number(
        _ member: String, in object: JSONValue, from least: Int64, to most: Int64 = 100_000_000
    ) throws(ModelFileFault) -> Int64? {
        guard let value = object[member], value != .null else { return nil }
        guard let number = value.integer, (least...most).contains(number) else {
            throw fault(member, "is a whole number from \(least) to \(most)")
        }
        return number
    }
}
