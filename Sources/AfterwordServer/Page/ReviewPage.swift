import AfterwordCore
import AfterwordPipeline

/// The page of one review with all its versions.
struct ReviewPage: PageRow {
    var home: String
    var name: String
    var brand: BrandLink?
    var product: String
    var productLink: String
    var shop: String?
    var work: WorkPanel?
    /// Nil where no verdict may be recorded, and of a review that is gone.
    var judge: VerdictForm?
    var versions: [VersionRow]

    static let members: KeyValuePairs<String, Member<ReviewPage>> = [
        "home": .text { $0.home },
        "name": .text { $0.name }, "brand": .row { $0.brand }, "product": .text { $0.product },
        "product_link": .text { $0.productLink }, "shop": .maybe { $0.shop },
        "work": .row { $0.work }, "judge": .row { $0.judge }, "versions": .rows { $0.versions },
    ]
}

/// One version of a review.
struct VersionRow: PageRow {
    var row: HistoryRow
    /// What differs from the version before.
    var title: [TextPart]
    var body: [TextPart]
    var starsBefore: String?
    /// The file and the place in it that the version was read from; nil where it is not kept.
    var place: String?
    /// What readers and people found in it.
    var said: [LineRow]
    /// In each language into which a model translated it.
    var translations: [TranslationRow]

    static let members: KeyValuePairs<String, Member<VersionRow>> = [
        "version": .text { "\($0.row.version)" }, "operation": .text { operationName($0.row) },
        "changed": .maybe {
            shown($0.row.changedFields.names.joined(separator: ", ").replacing("_", with: " "))
        },
        "run": .text { "\($0.row.run)" }, "observed": .text { day($0.row.observedAt) },
        "stars": .text { starText($0.row.values) }, "stars_before": .maybe { $0.starsBefore },
        "title": .rows { $0.title }, "body": .rows { $0.body },
        "has_body": .flag { !$0.body.isEmpty },
        "written": .text { writtenOn($0.row.values) },
        "author": .maybe { shown($0.row.values.authorName?.string) },
        "is_verified": .flag { $0.row.values.verified == true },
        "country": .maybe { shown($0.row.values.country?.string) },
        "place": .maybe { $0.place }, "translations": .rows { $0.translations },
        "said": .rows { $0.said }, "has_said": .flag { !$0.said.isEmpty },
        "digest": .text { $0.row.rowDigest.description },
        "content": .text { $0.row.contentDigest.description },
    ]
}

/// A part of a text: the same as in the version before, added, or removed.
struct TextPart: PageRow, Equatable {
    /// Whether both versions have it, or one.
    enum Kind: Sendable { case same, added, removed }

    var kind: Kind
    var text: String

    static let members: KeyValuePairs<String, Member<TextPart>> = [
        "text": .text { $0.text }, "is_added": .flag { $0.kind == .added },
        "is_removed": .flag { $0.kind == .removed }, "is_same": .flag { $0.kind == .same },
    ]
}

func reviewPage(_ call: Call) throws -> String {
    let state = try call.productState()
    let product = state.productID
    let name = call.text("review") ?? ""
    let rows = try call.reader.history(ofProduct: product, review: Text(name))
    guard !rows.isEmpty else { throw Problem(.notFound, "no such review") }
    let raw = try call.reader.raw(ofProduct: product)
    let path = "/reviews/\(encoded(product.string))/\(encoded(name))"
    let call = try call.translating(rows.prefix(1).map(\.reviewKey))
    let list = try WorkList(call.reader)
    let current = try call.reader.reviews(ofProduct: product)
        .first { $0.reviewID == Text(name) }
    let verdicts = try call.reader.verdicts()
    let page = ReviewPage(
        home: call.link("/brands"), name: name,
        brand: state.dimension[.brand].map { BrandLink($0, call) }, product: product.string,
        productLink: call.link(toProduct: product), shop: call.shopLink(product),
        work: current.map { review in
            WorkPanel(
                .review(product: product, id: review.reviewID), list, of: review, back: path, call)
        },
        judge: current.flatMap { review in
            review.isLive
                ? VerdictForm(
                    product: product, review: review.reviewID, version: review.version,
                    back: path, call) : nil
        },
        versions: try rows.indices.reversed().map { place in
            var own = versionRow(rows[place], before: place > 0 ? rows[place - 1] : nil, raw, call)
            own.said = try findings(
                rows[place], isNewest: place == rows.indices.last, verdicts, call)
            return own
        })
    return try AfterwordServer.page(
        Templates.shared.review, page, title: "Review",
        at: Address(path, firstRun: rows[0].run), call)
}

private func versionRow(
    _ row: HistoryRow, before: HistoryRow?, _ raw: [RawRow], _ call: Call
) -> VersionRow {
    let place = raw.first { $0.run == row.run && $0.record.identity == row.identity }
    let stars = before.map { starText($0.values) }
    return VersionRow(
        row: row, title: textParts(before?.values.title, row.values.title, isFirst: before == nil),
        body: textParts(before?.values.body, row.values.body, isFirst: before == nil),
        starsBefore: stars == starText(row.values) ? nil : stars,
        place: place.map { "\($0.file), byte \(grouped($0.offset)), \(grouped($0.length)) long" },
        said: [],
        translations: call.translations.readings(row.productID, row.reviewID, row.version)
            .compactMap { TranslationRow($0) })
}

private func textParts(_ old: Text?, _ new: Text?, isFirst: Bool) -> [TextPart] {
    let (old, new) = (shown(old?.string), shown(new?.string))
    if isFirst { return new.map { [TextPart(kind: .same, text: $0)] } ?? [] }
    return differences(old ?? "", new ?? "")
}

/// What became of a review with a version, in words.
private func operationName(_ row: HistoryRow) -> String {
    switch row.operation {
    case .insert: row.version == 1 ? "First seen" : "Back again"
    case .update: "Edited"
    case .delete: "Deleted"
    case .restate: "Read anew"
    case .late: "Late, of an older dump"
    }
}

/// The words of two texts, with those that only one of them has marked. Longer texts than
/// `wordsOfDifference` words are shown as removed and added as a whole.
func differences(_ old: String, _ new: String) -> [TextPart] {
    if old == new { return new.isEmpty ? [] : [TextPart(kind: .same, text: new)] }
    let (left, right) = (words(old), words(new))
    var parts: [TextPart] = []
    func add(_ kind: TextPart.Kind, _ text: String) {
        if text.isEmpty { return }
        if parts.last?.kind == kind {
            parts[parts.count - 1].text += text
        } else {
            parts.append(TextPart(kind: kind, text: text))
        }
    }
    guard left.count <= wordsOfDifference, right.count <= wordsOfDifference else {
        add(.removed, old)
        add(.added, new)
        return parts
    }
    // Of the words from two places on, how many are common in the same order.
    var common = [[Int]](
        repeating: [Int](repeating: 0, count: right.count + 1), count: left.count + 1)
    for l in left.indices.reversed() {
        for r in right.indices.reversed() {
            common[l][r] =
                left[l] == right[r]
                ? common[l + 1][r + 1] + 1 : max(common[l + 1][r], common[l][r + 1])
        }
    }
    var (l, r) = (0, 0)
    while l < left.count || r < right.count {
        if l < left.count, r < right.count, left[l] == right[r] {
            add(.same, right[r])
            (l, r) = (l + 1, r + 1)
        } else if r == right.count || (l < left.count && common[l + 1][r] >= common[l][r + 1]) {
            add(.removed, left[l])
            l += 1
        } else {
            add(.added, right[r])
            r += 1
        }
    }
    return parts
}

private let wordsOfDifference = 500

/// The words of a text, each with the white space after it.
private func words(_ text: String) -> [String] {
    var words: [String] = []
    var isAfterSpace = false
    for character in text {
        if words.isEmpty || (isAfterSpace && !character.isWhitespace) {
            words.append(String(character))
        } else {
            words[words.count - 1].append(character)
        }
        isAfterSpace = character.isWhitespace
    }
    return words
}
