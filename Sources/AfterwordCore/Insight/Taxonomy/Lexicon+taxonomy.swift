/// What a taxonomy makes of a reading: its aspects take other places, and phrases add mentions.
struct TaxonomyOverlay: Sendable {
    let taxonomy: Taxonomy
    /// By the place of an aspect of the reader beneath, its place in the lexicon with the taxonomy.
    let places: [Int]
    /// The phrases of added aspects; nil where there are none.
    let table: ReadingTable?

    /// The places beneath that are shown at a place; none for an aspect of phrases only.
    func beneath(_ place: Int) -> [Int] { places.indices.filter { places[$0] == place } }
}

/// The versions of readers with a taxonomy: the run that accepted it, times 1,000, plus the version
/// of the reader beneath. So a store's readings, lists and sums by one taxonomy are never taken for
/// those by another, and a program that knows no taxonomies refuses such a store.
extension Lexicon {
    private static let step: Int64 = 1000

    /// The run that accepted the taxonomy of a version; nil for a reader without one.
    package static func taxonomyRun(of version: Int64) -> Int64? {
        version >= step ? version / step : nil
    }

    /// The version of the reader beneath the taxonomy; the version itself where there is none.
    package static func beneath(_ version: Int64) -> Int64 { version % step }

    /// A version in words: `reader 2`, or `reader 2 with the taxonomy of run 7`.
    package static func named(_ version: Int64) -> String {
        "reader \(beneath(version))"
            + (taxonomyRun(of: version).map { " with the taxonomy of run \($0)" } ?? "")
    }
}

extension Lexicon {
    /// The lexicon as a taxonomy shows it.
    ///
    /// - Parameters:
    ///   - taxonomy: One that was checked against this lexicon, which has none itself.
    ///   - run: The run that accepted it, or would.
    package func with(_ taxonomy: Taxonomy, acceptedBy run: Int64) -> Lexicon {
        precondition(overlay == nil && run > 0, "a taxonomy lies on a reader without one")
        let added = taxonomy.additions.map { Aspect($0) }
        let all = aspects + added
        var shown: [Aspect] = []
        var places: [Int] = []
        for aspect in all {
            let merge = taxonomy.merge(of: aspect.id)
            let id = merge?.id ?? aspect.id
            if let known = shown.firstIndex(where: { $0.id == id }) {
                places.append(known)
                continue
            }
            places.append(shown.count)
            shown.append(merge.map { Aspect($0, among: all) } ?? aspect.renamed(by: taxonomy))
        }
        for mapping in taxonomy.mappings {
            guard let place = shown.firstIndex(where: { $0.id == mapping.id }) else { continue }
            if let route = mapping.route { shown[place].route = route.rawValue }
            shown[place].severity = mapping.severity
            if let group = mapping.group { shown[place].kind.group = group }
            if let isGeneral = mapping.isGeneral { shown[place].isGeneral = isGeneral }
        }
        var lexicon = self
        lexicon.version = Int(run * Self.step) + version
        lexicon.aspects = shown
        let own = Array(places.dropFirst(aspects.count))
        lexicon.overlay = TaxonomyOverlay(
            taxonomy: taxonomy, places: Array(places.prefix(aspects.count)),
            table: Self.table(taxonomy, at: own))
        return lexicon
    }

    /// The phrases of added aspects.
    ///
    /// - Parameter places: The places of these aspects.
    private static func table(_ taxonomy: Taxonomy, at places: [Int]) -> ReadingTable? {
        if taxonomy.additions.isEmpty { return nil }
        var phrases = LexiconPhrases()
        for (place, own) in zip(places, taxonomy.additions) {
            for (list, isNegative) in [(own.complaints, true), (own.praises, false)] {
                for phrase in list {
                    phrases.add(
                        phrase.text, in: phrase.language, .aspect(place, isNegative: isNegative))
                }
            }
        }
        phrases.addCues()
        return ReadingTable(phrases)
    }
}

extension Lexicon.Aspect {
    /// An aspect of the user's own; both may act on it where nothing else is said.
    fileprivate init(_ added: Taxonomy.Addition) {
        self.init(
            id: added.id, label: added.names.issue[.english] ?? added.id,
            route: Route.both.rawValue, strength: added.names.praise, isGeneral: false)
        names = added.names
    }

    /// The aspect of a merge: it keeps who acts where its members agree on that, what is said of
    /// the member whose id it has, its group or that of the first, and the worst severity of all.
    fileprivate init(_ merge: Taxonomy.Merge, among all: [Lexicon.Aspect]) {
        let members = all.filter { merge.members.contains($0.id) }
        let own = members.first { $0.id == merge.id }
        let routes = Set(members.map(\.route))
        self.init(
            id: merge.id, label: merge.names.issue[.english] ?? own?.label ?? merge.id,
            route: routes.count == 1 ? members[0].route : Route.both.rawValue,
            strength: merge.names.praise ?? own?.strength,
            isGeneral: members.allSatisfy(\.isGeneral))
        names = own?.names ?? Taxonomy.Names()
        names.issue.merge(merge.names.issue) { $1 }
        names.strength.merge(merge.names.strength) { $1 }
        kind = own?.kind ?? members.first?.kind ?? AspectKind()
        let severities = Set(members.map(\.kind.severity))
        kind.severity = Severity.allCases.last { severities.contains($0) } ?? kind.severity
    }

    fileprivate func renamed(by taxonomy: Taxonomy) -> Lexicon.Aspect {
        guard let given = taxonomy.renamings.first(where: { $0.id == id })?.names else {
            return self
        }
        var aspect = self
        aspect.names = given
        aspect.label = given.issue[.english] ?? label
        aspect.strength = given.praise ?? strength
        return aspect
    }
}

extension Taxonomy.Names {
    /// The name as a strength in English; nil where it has none.
    fileprivate var praise: String? { strength[.english] }
}
