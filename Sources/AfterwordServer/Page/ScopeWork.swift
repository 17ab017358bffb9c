import AfterwordCore
import AfterwordPipeline

/// What people work on of a brand or a product, and the form that takes up one more of its issues.
struct ScopeWork: PageRow {
    var rows: [WorkRow]
    /// The list of all of its work.
    var all: String
    var form: TakeUpForm?
    /// What pictures of the scope mark: since when its issues are fixed.
    private(set) var marks: [PictureMark] = []
    /// The newest of these days; nil for none.
    private(set) var fixedOn: Instant?
    /// What was read of days of writing to compare them.
    private var written = WrittenScopes()

    static let members: KeyValuePairs<String, Member<ScopeWork>> = [
        "rows": .rows { $0.rows }, "all": .text { $0.all }, "form": .row { $0.form },
        "has_rows": .flag { !$0.rows.isEmpty },
    ]

    /// Nil where nobody works on it and no work may be recorded.
    var ifAny: ScopeWork? { rows.isEmpty && form == nil ? nil : self }

    /// All negative reviews of the scope, to be compared by what was read already.
    func negatives(of query: ThemeQuery, _ periods: [PicturePeriod]) -> FixedThing {
        FixedThing(query: query, periods: periods, written: written)
    }

    private static let shown = 12
    /// Of so many fixed issues the page says what was before and after: each reads its reviews.
    private static let compared = 4

    /// - Parameters:
    ///   - products: The products of the scope.
    ///   - themes: What its reviews complain of.
    ///   - back: The page that the form leads back to.
    init(
        _ scope: ReviewScope, products: Set<Text>, _ themes: [Theme], back: Address, _ call: Call
    ) throws {
        let work = try WorkList(call.reader).items.filter { own in
            (own.item.isOpen || own.item.state != nil) && own.item.subject.isOf(scope, products)
        }
        let fixed = work.filter { $0.item.fixedOn != nil && $0.item.subject.scope == scope }
        fixedOn = fixed.compactMap(\.item.fixedOn).max()
        marks = fixed.compactMap { own in
            own.item.fixedOn.map { day in
                PictureMark(
                    name: "Fixed, \(day.day): \(workLink(own.item.subject, call).name)", at: day)
            }
        }.sorted { $0.at < $1.at }
        rows = work.prefix(Self.shown).map { WorkRow($0, call) }
        var left = Self.compared
        for place in rows.indices where rows[place].work.item.fixedOn != nil && left > 0 {
            rows[place].fix = try fixWords(rows[place].work.item, &written, call)
            left -= 1
        }
        all = call.link("/work", [scope.kind: scope.id.string])
        guard call.offersForms, !themes.isEmpty else { return }
        form = TakeUpForm(
            themes: complaints(themes), scope: scope, back: back.at("work").text, call)
    }
}

/// The form that sets the state of one of the issues of a scope.
struct TakeUpForm: PageRow {
    var fields: [KeptRow]
    var themes: [ThemeOption]
    var states: [StateOption]
    var day: String

    static let members: KeyValuePairs<String, Member<TakeUpForm>> = [
        "fields": .rows { $0.fields }, "themes": .rows { $0.themes },
        "states": .rows { $0.states }, "day": .text { $0.day },
    ]

    fileprivate init(themes: [Theme], scope: ReviewScope, back: String, _ call: Call) {
        fields = [
            KeptRow(name: "back", value: back), KeptRow(name: "scope", value: scope.written),
        ]
        self.themes = themes.map {
            ThemeOption(
                value: $0.aspect.id,
                label: "\($0.aspect.label) (\(grouped($0.distinctMentions)))")
        }
        states = WorkState.allCases.map { StateOption(state: $0, isChosen: $0 == .acknowledged) }
        day = call.now.day
    }
}

/// An issue that the form may set the state of.
struct ThemeOption: PageRow {
    var value: String
    var label: String

    static let members: KeyValuePairs<String, Member<ThemeOption>> = [
        "value": .text { $0.value }, "label": .text { $0.label },
    ]
}

/// What was said of an issue before and after the day since which it is fixed; nil where that
/// cannot be said.
private func fixWords(
    _ item: WorkItem, _ written: inout WrittenScopes, _ call: Call
) throws -> String? {
    guard case .theme(let theme, let scope) = item.subject, let day = item.fixedOn else {
        return nil
    }
    guard try call.reader.lexicon().aspects.contains(where: { $0.id == theme }) else { return nil }
    var query = ThemeQuery()
    switch scope {
    case .product(let id): query.product = id
    case .scope(let own) where own.kind == .brand: query.brand = own.id.string
    case .scope: return nil
    }
    var thing = FixedThing(query: query, theme: theme, written: written)
    let found = try thing.comparedByDays(since: day, call.reader)
    written = thing.written
    if let found { return found.words }
    let board = try themeBoard(call.reader, aspect: theme, query, page: Page(size: 1))
    return board.map { FixComparison(themePeriods($0), since: day).words }
}
