/// How an aspect changed between two insights of a scope.
package struct InsightChange: Sendable {
    package var isStrength: Bool
    package var aspect: String
    package var label: String
    /// Before and after; nil where the insight does not list the aspect.
    package var mentions: (Int64?, Int64?)
    package var products: (Int64?, Int64?)
    /// In millionths; before and after.
    package var share: (Int64?, Int64?)

    package var json: JSONValue {
        .row([
            "side": .string(isStrength ? "strength" : "issue"), "aspect": .string(aspect),
            "label": .string(label), "mentions_before": JSONValue(mentions.0),
            "mentions_after": JSONValue(mentions.1), "products_before": JSONValue(products.0),
            "products_after": JSONValue(products.1), "share_before_millionths": JSONValue(share.0),
            "share_after_millionths": JSONValue(share.1),
        ])
    }
}

/// The changes of issues, then strengths, in the order of the later insight; aspects that only the
/// earlier one lists come last.
///
/// - Parameters:
///   - before: The earlier document, as `Insight.json` writes it.
///   - after: The later document.
package func insightChanges(_ before: String, _ after: String) -> [InsightChange] {
    let documents = [before, after].map { try? JSONValue(parsing: Array($0.utf8)) }
    var changes: [InsightChange] = []
    for isStrength in [false, true] {
        let items = documents.map { $0?[isStrength ? "strengths" : "issues"]?.elements ?? [] }
        for item in items[1] {
            changes.append(change(isStrength, items[0].first { isSame($0, item) }, item))
        }
        for item in items[0] where !items[1].contains(where: { isSame($0, item) }) {
            changes.append(change(isStrength, item, nil))
        }
    }
    return changes
}

/// Aspects of the lexicon match by id, others by label.
private func isSame(_ left: JSONValue, _ right: JSONValue) -> Bool {
    left["aspect"] == right["aspect"]
        && (left["aspect"]?.text != AnswerSchema.other || left["label"] == right["label"])
}

private func change(
    _ isStrength: Bool, _ before: JSONValue?, _ after: JSONValue?
) -> InsightChange {
    func pair(_ name: String) -> (Int64?, Int64?) {
        (before?[name]?.integer, after?[name]?.integer)
    }
    let item = after ?? before
    return InsightChange(
        isStrength: isStrength, aspect: item?["aspect"]?.text ?? "",
        label: item?["label"]?.text ?? "", mentions: pair("mentions"),
        products: pair("products"), share: pair("share_millionths"))
}
