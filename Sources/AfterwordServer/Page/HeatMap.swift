import AfterwordCore
import AfterwordPipeline

/// Themes against brands, or against products of a brand: where the share of reviews that complain
/// of a theme differs from that of all others by more than chance.
struct HeatMap: PageRow {
    /// What the columns are: `brand` or `product`.
    var kind: String
    var columns: [HeatColumn]
    var rows: [HeatRow]

    static let members: KeyValuePairs<String, Member<HeatMap>> = [
        "kind": .text { $0.kind }, "columns": .rows { $0.columns }, "rows": .rows { $0.rows },
    ]
}

/// The head of a column of the map.
struct HeatColumn: PageRow {
    var name: String
    var link: String?

    static let members: KeyValuePairs<String, Member<HeatColumn>> = [
        "name": .text { $0.name }, "link": .maybe { $0.link },
    ]
}

/// A theme in the map, with a cell for each column.
struct HeatRow: PageRow {
    var label: String
    var link: String
    var cells: [HeatCell]

    static let members: KeyValuePairs<String, Member<HeatRow>> = [
        "label": .text { $0.label }, "link": .text { $0.link }, "cells": .rows { $0.cells },
    ]
}

/// A theme's share of the reviews of a brand or product.
struct HeatCell: PageRow {
    var theme: String
    var column: String
    /// The columns in the plural.
    var others: String
    var own: Proportion
    /// Of the reviews of all others.
    var rest: Proportion
    var link: String
    var isBeyondChance = false

    /// The own share in hundredths of the others' share; nil where they have none.
    private var ratio: Int64? {
        guard own.whole > 0, rest.part > 0 else { return nil }
        return Int64(
            Int128(own.part) * Int128(rest.whole) * 100 / (Int128(own.whole) * Int128(rest.part)))
    }

    private var isMore: Bool {
        Int128(own.part) * Int128(rest.whole) > Int128(rest.part) * Int128(own.whole)
    }

    /// From 1, a little, to 3, much; 0 for what chance explains.
    private var strength: Int {
        guard isBeyondChance else { return 0 }
        guard let ratio else { return 3 }
        return isMore
            ? ratio >= 300 ? 3 : ratio >= 200 ? 2 : 1 : ratio <= 33 ? 3 : ratio <= 50 ? 2 : 1
    }

    static let members: KeyValuePairs<String, Member<HeatCell>> = [
        "share": .text { percent($0.own.share) }, "link": .text { $0.link },
        "tone": .maybe { cell in
            cell.strength == 0 ? nil : (cell.isMore ? "more" : "less") + "\(cell.strength)"
        },
        "sign": .maybe { cell in cell.strength == 0 ? nil : cell.isMore ? "▲" : "▼" },
        "has_any": .flag { $0.own.part > 0 },
        "words": .text { cell in
            "\(cell.theme), \(cell.column): \(percent(cell.own.share)), "
                + "\(grouped(cell.own.part)) of \(grouped(cell.own.whole)); other \(cell.others) "
                + percent(cell.rest.share)
                + (cell.isBeyondChance ? "" : "; chance explains the difference")
        },
    ]
}

private let columnsOfMap = 10
private let themesOfMap = 12

/// The map of the first brands and themes; nil where there is nothing to compare.
func heatMap(_ query: ThemeQuery, _ call: Call) throws -> HeatMap? {
    guard query.brand == nil, query.product == nil, !query.strengths else { return nil }
    let ranked = try rankedBrandEntries(call).filter(\.isRanked).prefix(columnsOfMap)
    guard ranked.count > 1 else { return nil }
    let themes = try BrandThemes(call.reader, query, brands: ranked.map(\.id))
    let sources = ranked.map { entry in
        let name = entry.id
        return HeatSource(
            column: HeatColumn(
                name: name.string, link: call.allows(name) ? call.link(toBrand: name) : nil),
            themes: themes.complaints(ofBrand: name)
        ) { call.link("/themes/\($0)", ["brand": name.string]) }
    }
    return heatMap(themes.complaints, "brand", sources) { call.link("/themes/\($0)") }
}

/// The map of a brand's themes and those of its products with most reviews; nil where there is
/// nothing to compare.
///
/// - Parameters:
///   - themes: The complaints about the brand.
///   - products: Its products.
func productMap(
    _ themes: [Theme], of brand: String, _ products: [RankedEntry], _ call: Call
) throws -> HeatMap? {
    let first = products.filter { $0.counters.reviewCount > 0 }.sorted { left, right in
        let (l, r) = (left.counters.reviewCount, right.counters.reviewCount)
        return l == r ? left.id < right.id : l > r
    }.prefix(columnsOfMap)
    guard first.count > 1 else { return nil }
    let sources = try first.map { entry in
        var query = ThemeQuery()
        query.product = entry.id
        let name = entry.id.string
        return HeatSource(
            column: HeatColumn(name: name, link: call.link(toProduct: entry.id)),
            themes: try AfterwordPipeline.themes(call.reader, query)
        ) { call.link("/themes/\($0)", ["product": name]) }
    }
    return heatMap(themes, "product", sources) {
        call.link("/themes/\($0)", ["brand": brand])
    }
}

/// A column of a map with the themes of its reviews.
private struct HeatSource {
    var column: HeatColumn
    var themes: [Theme]
    /// The page of one of its themes.
    var link: (String) -> String

    /// All themes are shares of the same reviews.
    var whole: Int64 { themes.compactMap(\.distinct?.whole).max() ?? 0 }
}

private func heatMap(
    _ all: [Theme], _ kind: String, _ sources: [HeatSource], row link: (String) -> String
) -> HeatMap? {
    var rows = complaints(all).prefix(themesOfMap).map { theme in
        HeatRow(
            label: theme.aspect.label, link: link(theme.aspect.id),
            cells: sources.map { heatCell(theme, $0, kind) })
    }
    markBeyondChance(&rows)
    return rows.isEmpty
        ? nil : HeatMap(kind: kind, columns: sources.map(\.column), rows: rows)
}

private func heatCell(_ theme: Theme, _ source: HeatSource, _ kind: String) -> HeatCell {
    let whole = source.whole
    let part = source.themes.first { $0.aspect == theme.aspect }?.distinct?.part ?? 0
    let all = theme.distinct ?? Proportion(0, of: 0)
    let rest = max(0, all.whole - whole)
    return HeatCell(
        theme: theme.aspect.label, column: source.column.name, others: kind + "s",
        own: Proportion(part, of: whole),
        rest: Proportion(min(rest, max(0, all.part - part)), of: rest),
        link: source.link(theme.aspect.id))
}

/// One in twenty of the marked cells may be marked by chance.
private func markBeyondChance(_ rows: inout [HeatRow]) {
    let places = rows.indices.flatMap { row in
        rows[row].cells.indices.map { (row: row, cell: $0) }
    }.filter { place in
        let cell = rows[place.row].cells[place.cell]
        return max(cell.own.part, cell.rest.part) >= ThemeShift.fewestMentions
            && cell.own.whole > 0 && cell.rest.whole > 0
    }
    let chances = places.map { place in
        let cell = rows[place.row].cells[place.cell]
        return chanceOfDifference(cell.own, cell.rest)
    }
    for (place, holds) in zip(places, standingFindings(chances)) where holds {
        rows[place.row].cells[place.cell].isBeyondChance = true
    }
}
