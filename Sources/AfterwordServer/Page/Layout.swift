import AfterwordCore
import AfterwordPipeline

/// The frame around every page: title, time controls and content.
struct Layout: PageRow {
    var title: String
    var home: String
    var nav: [NavRow]
    /// The moment that a search keeps.
    var kept: [KeptRow]
    var time: TimeRow?
    var past: PastRow?
    var content: Markup

    static let members: KeyValuePairs<String, Member<Layout>> = [
        "title": .text { $0.title }, "home": .text { $0.home }, "nav": .rows { $0.nav },
        "has_nav": .flag { !$0.nav.isEmpty }, "kept": .rows { $0.kept },
        "time": .row { $0.time }, "past": .row { $0.past }, "content": .markup { $0.content },
    ]
}

/// A page of the navigation.
struct NavRow: PageRow {
    var label: String
    var link: String
    var isShown: Bool

    static let members: KeyValuePairs<String, Member<NavRow>> = [
        "label": .text { $0.label }, "link": .text { $0.link }, "is_shown": .flag { $0.isShown },
    ]
}

/// The time controls: the dumps that can be shown, as a slider, a list and steps, and a permanent
/// link.
struct TimeRow: PageRow {
    var shown: String
    var shownIndex: Int
    var lastIndex: Int
    var stops: [StopRow]
    /// The form's target path and the filters that it submits along.
    var path: String
    var kept: [KeptRow]
    var earlier: String?
    var later: String?
    var pinned: String

    static let members: KeyValuePairs<String, Member<TimeRow>> = [
        "shown": .text { $0.shown }, "shown_index": .number { $0.shownIndex },
        "last_index": .number { $0.lastIndex }, "stops": .rows { $0.stops },
        "path": .text { $0.path }, "kept": .rows { $0.kept }, "earlier": .maybe { $0.earlier },
        "later": .maybe { $0.later }, "pinned": .text { $0.pinned },
    ]
}

/// One dump in the time controls.
struct StopRow: PageRow {
    var index: Int
    var run: Int64
    var name: String
    var isShown: Bool

    static let members: KeyValuePairs<String, Member<StopRow>> = [
        "index": .number { $0.index }, "run": .text { "\($0.run)" }, "name": .text { $0.name },
        "is_shown": .flag { $0.isShown },
    ]
}

/// A filter that a form submits as a hidden field.
struct KeptRow: PageRow {
    var name: String
    var value: String

    static let members: KeyValuePairs<String, Member<KeptRow>> = [
        "name": .text { $0.name }, "value": .value { $0.value },
    ]
}

/// The notice that a page shows a past or fixed moment.
struct PastRow: PageRow {
    var run: String
    var observed: String
    var isNewest: Bool
    var now: String

    static let members: KeyValuePairs<String, Member<PastRow>> = [
        "run": .text { $0.run }, "observed": .text { $0.observed },
        "is_newest": .flag { $0.isNewest }, "now": .text { $0.now },
    ]
}

/// Renders a page inside the layout.
///
/// - Parameter own: The address of the page with its filters, without a moment.
/// - Throws: `EmptyTexts` when a required text is empty and `call.refusesEmptyTexts` is set.
func page<Content: PageRow>(
    _ template: Template<Content>, _ content: Content, title: String, at own: Address, _ call: Call
) throws -> String {
    let inner = template.render(content)
    let layout = Layout(
        title: title, home: call.link("/"), nav: navRows(own, call), kept: call.kept([]),
        time: timeRow(own, call), past: pastRow(own, call), content: inner.page)
    let outer = Templates.shared.layout.render(layout)
    let empty = inner.empty + outer.empty
    if call.refusesEmptyTexts, !empty.isEmpty { throw EmptyTexts(names: empty) }
    return outer.page.text
}

/// Renders a page that has no moment: an error page, or the first page of an empty store.
func timelessPage<Content: PageRow>(
    _ template: Template<Content>, _ content: Content, title: String
) -> String {
    let layout = Layout(
        title: title, home: "/", nav: [], kept: [], time: nil, past: nil,
        content: template.render(content).page)
    return Templates.shared.layout.render(layout).page.text
}

/// Required texts of a page that are empty, as `Row.name`: a programming error.
struct EmptyTexts: Error {
    var names: [String]
}

private func navRows(_ own: Address, _ call: Call) -> [NavRow] {
    let first = own.path.split(separator: "/").first.map(String.init)
    var pages = [
        ("Overview", ""), ("Inbox", "inbox"), ("Work", "work"), ("Brands", "brands"),
        ("Products", "products"), ("Themes", "themes"), ("Safety", "safety"), ("Search", "search"),
    ]
    // These describe everything, which a key of some brands may not see.
    if call.brands == nil {
        pages += [("Insights", "insights"), ("Runs and rejects", "runs")]
    }
    return pages.map { label, path in
        let isComparing = ["", "inbox", "brands"].contains(path)
        return NavRow(
            label: label,
            link: isComparing ? call.comparing("/" + path).text : call.link("/" + path),
            isShown: path == first ?? "")
    }
}

private func timeRow(_ own: Address, _ call: Call) -> TimeRow? {
    let stops = dumpStops(call.allRuns).filter { $0.run >= own.firstRun }
    guard stops.count > 1 else { return nil }
    let shown = stops.lastIndex { $0.dump.firstRun <= call.run.run } ?? 0
    // The newest dump needs no `as_of`, because it is the default.
    func address(_ index: Int) -> String {
        index == stops.count - 1 ? own.text : own.with("as_of", "\(stops[index].run)").text
    }
    return TimeRow(
        shown: stops[shown].name, shownIndex: shown, lastIndex: stops.count - 1,
        stops: stops.enumerated().map { index, stop in
            StopRow(index: index, run: stop.run, name: stop.name, isShown: index == shown)
        },
        path: own.path, kept: own.query.map { KeptRow(name: $0.name, value: $0.value) },
        earlier: shown > 0 ? address(shown - 1) : nil,
        later: shown < stops.count - 1 ? address(shown + 1) : nil,
        pinned: own.with("as_of", "\(call.run.run)").text)
}

private func pastRow(_ own: Address, _ call: Call) -> PastRow? {
    let isNewest = call.run.run == call.allRuns.last?.run
    guard call.moment != nil || !isNewest else { return nil }
    return PastRow(
        run: "\(call.run.run)", observed: day(call.run.observedAt), isNewest: isNewest,
        now: own.text)
}

/// A dump and the run that shows its state.
private struct Stop {
    var dump: LoadedDump
    var run: Int64

    var name: String { "\(dump.fullName), run \(run)" }
}

/// The dumps in the order in which they were taken. A dump loaded after a newer one has no state of
/// its own and is left out.
private func dumpStops(_ runs: [RunRecord]) -> [Stop] {
    let history = runs.dumps
    return history.all.map { dump in
        Stop(dump: dump, run: min(dump.lastRun, history.state(of: dump)))
    }.filter { $0.run >= $0.dump.firstRun }
}
