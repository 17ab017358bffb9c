import AfterwordPipeline
import Mustache

/// The templates, read once; a fault in one is a mistake of ours.
private let library: MustacheLibrary = {
    do {
        return MustacheLibrary(
            templates: try pageTemplates.reduce(into: [:]) { library, entry in
                library[entry.key] = try MustacheTemplate(string: entry.value)
            })
    } catch {
        preconditionFailure("a template cannot be read: \(error)")
    }
}()

/// A page around its content.
func renderPage(_ name: String, title: String, _ fields: Fields) throws -> String {
    var fields = pruned(fields)
    fields["page_title"] = title
    fields["content"] = library.render(fields, withTemplate: name) ?? ""
    guard let page = library.render(fields, withTemplate: "layout") else {
        preconditionFailure("there is a layout")
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
