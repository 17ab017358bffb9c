import AfterwordPipeline
import Mustache

/// Templates that others are made of.
private let partNames: Set<String> = ["layout", "stars", "themetable", "grid", "cards"]

/// The templates, read once; a fault in one is a mistake of ours.
private let library: MustacheLibrary = {
    do {
        return MustacheLibrary(
            templates: try pageTemplates.reduce(into: [:]) { library, entry in
                let isPart = partNames.contains(entry.key)
                library[entry.key] = try MustacheTemplate(
                    string: isPart
                        ? entry.value
                        : "{{<layout}}{{$content}}\(entry.value){{/content}}{{/layout}}")
            })
    } catch {
        preconditionFailure("a template cannot be read: \(error)")
    }
}()

/// A page around its content.
func renderPage(_ name: String, title: String, _ fields: Fields) throws -> String {
    var fields = pruned(fields)
    fields["page_title"] = title
    guard let page = library.render(fields, withTemplate: name) else {
        preconditionFailure("there is no template \(name)")
    }
    return page
}

/// Without what is empty: to a template an empty text is still a text.
private func pruned(_ fields: Fields) -> Fields {
    fields.compactMapValues { value -> Any? in
        switch value {
        case let text as String: text.isEmpty ? nil : text
        case let inner as Fields: pruned(inner)
        case let list as [Fields]: list.map(pruned)
        default: value
        }
    }
}

/// A page with the slider of the runs that brought dumps.
func page(_ name: String, _ title: String, _ fields: Fields, _ call: Call) throws -> String {
    var fields = fields
    let dumps = call.allRuns.filter { $0.observedOrigin != .insight }
    let shown = dumps.lastIndex { $0.run <= call.run.run } ?? 0
    let isPast = call.text("as_of") != nil || call.text("as_observed") != nil
    fields["time"] = dumps.enumerated().map { index, run -> Fields in
        [
            "run": run.run, "day": day(run.observedAt), "is_shown": index == shown,
            "is_last": index == dumps.count - 1,
        ]
    }
    fields["last_index"] = dumps.count - 1
    fields["shown_index"] = shown
    fields["has_past"] = dumps.count > 1
    fields["is_past"] = isPast
    fields["shown_run"] = dumps.isEmpty ? 0 : dumps[shown].run
    fields["shown_day"] = dumps.isEmpty ? "–" : day(dumps[shown].observedAt)
    fields["moment"] = moment(call, "?")
    fields["home"] = link("/", call)
    return try renderPage(name, title: title, fields)
}
