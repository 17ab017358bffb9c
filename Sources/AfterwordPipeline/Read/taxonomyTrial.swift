package import AfterwordCore

/// What a taxonomy would change of the themes of a store, as of the newest run.
package struct TaxonomyTrial: Sendable {
    /// What is said of a theme, and what is counted.
    package struct Shown: Equatable, Sendable {
        package var label: String
        package var route: String
        /// How severe a taxonomy says that it is; nil where its kind and its reviews decide.
        package var severity: Severity?
        package var group: AspectGroup
        package var isGeneral: Bool
        package var mentions: Int64
        package var distinctMentions: Int64
        package var mixed: Int64
        package var new: Int64
        package var products: Int64

        init(_ theme: Theme, isStrength: Bool) {
            let aspect = theme.aspect
            label = theme.label(isStrength)
            (route, severity, isGeneral) = (aspect.route, aspect.severity, aspect.isGeneral)
            group = aspect.kind.group
            (mentions, distinctMentions) = (theme.mentions, theme.distinctMentions)
            (mixed, new, products) = (theme.mixed, theme.new, theme.products)
        }
    }

    /// A theme of a scope that would be another one, be gone or be new.
    package struct Change: Equatable, Sendable {
        /// The portfolio or a brand.
        package var scope: Scope
        package var isStrength: Bool
        /// The theme's short name.
        package var theme: String
        /// Nil for a theme that would be new.
        package var before: Shown?
        /// Nil for one that would be gone.
        package var after: Shown?
    }

    /// The newest run; 0 for a store without any.
    package var run: Int64
    /// The portfolio first, then brands by name; of each complaints, then praise; of these the
    /// themes in the order in which they would stand, then those that would be gone.
    package var changes: [Change] = []
    /// How many themes of scopes would stay as they are.
    package var unchanged: Int64 = 0

    /// Compares the themes of a scope.
    fileprivate mutating func compare(
        _ scope: Scope, isStrength: Bool, _ before: [Theme], _ after: [Theme]
    ) {
        var left: [String: Shown] = [:]
        for theme in before { left[theme.aspect.id] = Shown(theme, isStrength: isStrength) }
        func note(_ id: String, _ before: Shown?, _ after: Shown?) {
            if before == after {
                unchanged += 1
            } else {
                changes.append(
                    Change(
                        scope: scope, isStrength: isStrength, theme: id, before: before,
                        after: after))
            }
        }
        for theme in after {
            let id = theme.aspect.id
            note(id, left.removeValue(forKey: id), Shown(theme, isStrength: isStrength))
        }
        for theme in before {
            if let gone = left.removeValue(forKey: theme.aspect.id) {
                note(theme.aspect.id, gone, nil)
            }
        }
    }
}

/// What a taxonomy would change, of the portfolio and of each brand. The texts of all live reviews
/// are read; nothing is written. What it shows is what answers show once the file is accepted.
///
/// - Parameter document: The file.
/// - Throws: `TOMLFault` for a file that is not one of a taxonomy for the store's reader;
///   `StoreFault`.
package func tryTaxonomy(_ document: Text, in reader: any StoreReader) throws -> TaxonomyTrial {
    let newest = try reader.newestRun()
    let run = newest?.run ?? 0
    let row = TaxonomyRow(madeRun: run + 1, document: document)
    let wanted = try row.lexicon(over: readerBeneath(newest?.reader, run: run))
    let current = try reader.lexicon()
    let brands = try reader.scopes().map(\.scope).filter { $0.kind == .brand }.sorted()
    let before = try QueryReadings(reader, ThemeQuery(), current).themes(beside: brands)
    let after = try QueryReadings(reader, ThemeQuery(), wanted).themes(beside: brands)
    var trial = TaxonomyTrial(run: run)
    for scope in [.portfolio] + brands {
        let sums: (ThemeSums?, ThemeSums?) =
            scope == .portfolio
            ? (before.all, after.all) : (before.scopes[scope], after.scopes[scope])
        for isStrength in [false, true] {
            trial.compare(
                scope, isStrength: isStrength,
                sums.0?.themes(strengths: isStrength, lexicon: current) ?? [],
                sums.1?.themes(strengths: isStrength, lexicon: wanted) ?? [])
        }
    }
    return trial
}

extension TaxonomyTrial.Shown {
    fileprivate var json: JSONValue {
        .row([
            "label": .string(label), "route": .string(route),
            "severity": JSONValue(severity?.rawValue), "group": .string(group.rawValue),
            "is_general": .bool(isGeneral),
            "mentions": JSONValue(mentions), "distinct_mentions": JSONValue(distinctMentions),
            "mixed": JSONValue(mixed), "new": JSONValue(new), "products": JSONValue(products),
        ])
    }
}

extension TaxonomyTrial.Change {
    package var json: JSONValue {
        .row([
            "kind": .string(scope.kind.rawValue), "id": JSONValue(scope.id),
            "side": .string(isStrength ? "strength" : "issue"), "theme": .string(theme),
            "before": before?.json ?? .null, "after": after?.json ?? .null,
        ])
    }
}
