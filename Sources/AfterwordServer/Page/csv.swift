import AfterwordCore
import AfterwordPipeline

/// A table to download.
struct CSVTable: Sendable {
    var parameters: [Parameter]
    var rows: @Sendable (Call) throws -> [[String]]

    static let all: KeyValuePairs<String, CSVTable> = [
        "brands": CSVTable(parameters: []) { call in
            [["brand", "products"] + counted]
                + (try brandEntries(call).filter { call.allows($0.id) }.map { entry in
                    [entry.id.string, String(entry.productCount)] + counts(entry)
                })
        },
        "products": CSVTable(
            parameters: [
                .text("brand", ""), .text("q", ""),
                .choice("sentiment", ["positive", "neutral", "negative"], ""),
            ]
        ) { call in
            [["product", "brand", "title"] + counted]
                + (try productEntries(call).map { entry in
                    [
                        entry.id.string, entry.attributes[.brand]?.string ?? "",
                        entry.attributes[.title]?.string ?? "",
                    ] + counts(entry)
                })
        },
        "inbox": CSVTable(parameters: [.number("since", 0...1_000_000, "")]) { call in
            let since = try call.number("since") ?? call.reader.runs().beforeNewestDump
            let entries = try AfterwordPipeline.inbox(
                call.reader, since: since, page: Call.everything
            ).entries.filter { call.allows($0.brand) }
            return [["kind", "hazard", "brand", "product", "review", "version", "stars", "says"]]
                + entries.map { entry in
                    [
                        entry.kind.rawValue, entry.hazard ?? "", entry.brand?.string ?? "",
                        entry.review.productID.string, entry.review.reviewID.string,
                        String(entry.review.version),
                        entry.review.values.star.map { String($0) } ?? "", entry.quote,
                    ]
                }
        },
        "themes": CSVTable(parameters: [.text("brand", ""), .text("product", "")]) { call in
            let themes = try AfterwordPipeline.themes(call.reader, themeQuery(call))
            return [
                ["theme", "label", "reviews", "new", "mixed", "products", "brands", "languages"]
            ]
                + themes.map { theme in
                    [
                        theme.aspect.id, theme.aspect.label, String(theme.mentions),
                        String(theme.new), String(theme.mixed), String(theme.products.count),
                        String(theme.brands.count),
                        theme.languages.sorted().joined(separator: " "),
                    ]
                }
        },
        "reviews": CSVTable(
            parameters: [
                Parameter(name: "product", form: .text, isRequired: true, comment: "")
            ]
        ) { call in
            let reviews = try reviewListing(
                call.reader, product: call.product(), star: nil, withDeleted: false,
                page: Call.everything
            ).entries
            return [["review", "version", "rating", "title", "text"]]
                + reviews.map { review in
                    [
                        review.reviewID.string, String(review.version),
                        review.values.rating.map { tenths($0) } ?? "",
                        review.values.title?.string ?? "", review.values.body?.string ?? "",
                    ]
                }
        },
    ]

    private static let counted = [
        "reviews", "mean_stars", "negative_share", "negative_low", "negative_high", "impact",
    ]

    private static func counts(_ entry: RankedEntry) -> [String] {
        let share = entry.negativeShare
        return [
            String(entry.counters.reviewCount),
            meanStars(entry.counters).map { fixed($0, of: 1_000, places: 3) } ?? "",
            share.map { fixed($0.value, of: 1_000_000, places: 6) } ?? "",
            share.map { fixed($0.low, of: 1_000_000, places: 6) } ?? "",
            share.map { fixed($0.high, of: 1_000_000, places: 6) } ?? "",
            fixed(entry.impact, of: 1_000_000, places: 3),
        ]
    }
}

/// RFC 4180. A cell that a spreadsheet would take for a formula begins with an apostrophe.
func csv(_ rows: [[String]]) -> String {
    rows.map { row in row.map(cell).joined(separator: ",") + "\r\n" }.joined()
}

private func cell(_ text: String) -> String {
    var safe = text
    let isNumber = text.allSatisfy { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "-") }
    if !isNumber, let first = text.unicodeScalars.first(where: { $0 != " " }),
        ["=", "+", "-", "@", "\t", "\r"].contains(first)
    {
        safe = "'" + text
    }
    guard safe.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return safe }
    return "\"" + safe.replacing("\"", with: "\"\"") + "\""
}

/// A whole number of parts as a decimal: 4321 of 1000 in 2 places is `4.32`.
func fixed(_ number: Int64, of unit: Int64, places: Int) -> String {
    var scale: Int64 = 1
    for _ in 0..<places { scale *= 10 }
    let scaled = (number.magnitude * UInt64(scale) + UInt64(unit) / 2) / UInt64(unit)
    let whole = "\(scaled / UInt64(scale))"
    let part = places == 0 ? "" : "." + padded(Int(scaled % UInt64(scale)), places)
    return (number < 0 && scaled > 0 ? "-" : "") + whole + part
}

func tenths(_ rating: Int64) -> String { fixed(rating, of: 10, places: rating % 10 == 0 ? 0 : 1) }
