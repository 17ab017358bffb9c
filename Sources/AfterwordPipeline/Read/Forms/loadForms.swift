package import AfterwordCore

/// How long the line of a command for a program may be: orchestrators keep little more.
package enum LineLimit {
    /// The greatest number of bytes of the line of a load, its line feed included.
    package static let load = 3_072
    /// The same of the line of insights, which `run --insights` writes behind that of its load.
    package static let insights = 1_024
    /// The greatest number of bytes of a name in such a line, as written in JSON.
    package static let name = 256
}

extension DumpComparison.Row {
    /// The unit of the row's values.
    package var unit: String {
        switch measure {
        case .records, .products, .brands, .knownProducts, .doubledReviews: "count"
        case .meanStar: "hundredths of a star"
        case .withoutText: "thousandths"
        }
    }

    /// Values are whole numbers in `unit`.
    package var json: JSONValue {
        .row([
            "measure": .string(measure.rawValue), "unit": .string(unit),
            "usual": JSONValue(usual),
            "found": JSONValue(found), "is_unlike": .bool(isUnlike),
        ])
    }
}

extension ProductChange {
    /// One line of `--changed`.
    ///
    /// - Parameter run: The run that changed the product.
    package func json(run: Int64) -> JSONValue {
        .row([
            "run": JSONValue(run), "product_id": JSONValue(productID), "brand": JSONValue(brand),
            "inserted": JSONValue(inserted), "updated": JSONValue(updated),
            "deleted": JSONValue(deleted), "before": Counters.form.json(before),
            "after": Counters.form.json(after),
        ])
    }
}

extension LoadReport {
    /// The report for a program, at most `LineLimit.load` bytes whatever the dump. Lists are cut,
    /// each with its whole length beside it.
    package var json: JSONValue {
        let whole = run.answer.with("dump", .string(shortened(dump, to: LineLimit.name)))
            .with("older_products", JSONValue(olderProducts))
            .with("edited_reviews", JSONValue(links.edited))
            .with("moved_reviews", JSONValue(links.moved))
            .with("possible_edits", JSONValue(links.possibleEdits))
            .with("changed_product_count", JSONValue(Int64(changes.count)))
            .with("file_count", JSONValue(Int64(files.count)))
            .with("ignored_count", JSONValue(Int64(ignored.count)))
        return whole.with(
            lists: [
                ("comparison", (comparison?.rows ?? []).map(\.json)),
                ("files", files.map(\.answer)),
                ("ignored", ignored.map { .string(shortened($0, to: LineLimit.name)) }),
            ], within: LineLimit.load - 1)
    }

    /// The lines of `--changed`: each changed product in order of its id.
    package var changeLines: [JSONValue] { changes.map { $0.json(run: run.run) } }
}

extension JSONValue {
    /// The object with these lists, each cut where the canonical object would become longer than
    /// `limit` bytes. Lists share what room there is in order; an element that does not fit ends
    /// its list.
    func with(lists: [(name: String, elements: [JSONValue])], within limit: Int) -> JSONValue {
        var object = self
        for (name, _) in lists { object = object.with(name, .array([])) }
        var room = limit - object.canonical.utf8.count
        object = self
        for (name, elements) in lists {
            var taken: [JSONValue] = []
            for element in elements {
                let bytes = element.canonical.utf8.count + 1
                guard bytes <= room else { break }
                room -= bytes
                taken.append(element)
            }
            object = object.with(name, .array(taken))
        }
        return object
    }
}

/// A name with at most so many bytes as written in JSON; `…` stands for what was cut off its
/// beginning, as the end of a path says most.
func shortened(_ name: String, to limit: Int) -> String {
    func bytes(_ text: String) -> Int { JSONValue.string(text).canonical.utf8.count }
    if bytes(name) <= limit { return name }
    // A character takes at least a byte.
    var rest = name.suffix(limit)
    while bytes("…" + rest) > limit { rest = rest.dropFirst() }
    return "…" + rest
}
