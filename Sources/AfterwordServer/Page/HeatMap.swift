import AfterwordCore
import AfterwordPipeline

/// Themes against brands: where a brand's share of reviews that complain of a theme differs from
/// that of all other brands by more than chance.
struct HeatMap: PageRow {
    var brands: [BrandLink]
    var rows: [HeatRow]

    static let members: KeyValuePairs<String, Member<HeatMap>> = [
        "brands": .rows { $0.brands }, "rows": .rows { $0.rows },
    ]
}

/// A theme in the map, with a cell for each brand.
struct HeatRow: PageRow {
    var label: String
    var link: String
    var cells: [HeatCell]

    static let members: KeyValuePairs<String, Member<HeatRow>> = [
        "label": .text { $0.label }, "link": .text { $0.link }, "cells": .rows { $0.cells },
    ]
}

/// A theme's share of a brand's reviews.
struct HeatCell: PageRow {
    var theme: String
    var brand: String
    var own: Proportion
    /// Of the reviews of all other brands.
    var rest: Proportion
    var link: String
    var isBeyondChance = false

    /// The brand's share in hundredths of the others' share; nil where they have none.
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
            "\(cell.theme), \(cell.brand): \(percent(cell.own.share)), "
                + "\(grouped(cell.own.part)) of \(grouped(cell.own.whole)); other brands "
                + percent(cell.rest.share)
                + (cell.isBeyondChance ? "" : "; chance explains the difference")
        },
    ]
}

private let brandsOfMap = 10
private let themesOfMap = 12

/// The map of the first brands and themes; nil where there is nothing to compare.
func heatMap(_ query: ThemeQuery, _ call: Call) throws -> HeatMap? {
    guard query.brand == nil, query.product == nil, !query.strengths else { return nil }
    let ranked = try rankedBrandEntries(call).filter(\.isRanked).prefix(brandsOfMap)
    guard ranked.count > 1 else { return nil }
    let themes = try BrandThemes(call.reader, query, brands: ranked.map(\.id))
    let shown = complaints(themes.complaints).prefix(themesOfMap)
    var rows = shown.map { theme in
        HeatRow(
            label: theme.aspect.label, link: call.link("/themes/\(theme.aspect.id)"),
            cells: ranked.map { heatCell(theme, $0.id, themes, call) })
    }
    markBeyondChance(&rows)
    return rows.isEmpty ? nil : HeatMap(brands: ranked.map { BrandLink($0.id, call) }, rows: rows)
}

private func heatCell(
    _ theme: Theme, _ brand: Text, _ themes: BrandThemes, _ call: Call
) -> HeatCell {
    let own = themes.complaints(ofBrand: brand)
    // All themes of a brand are shares of the same reviews.
    let whole = own.compactMap(\.distinct?.whole).max() ?? 0
    let part = own.first { $0.aspect == theme.aspect }?.distinct?.part ?? 0
    let all = theme.distinct ?? Proportion(0, of: 0)
    let rest = max(0, all.whole - whole)
    return HeatCell(
        theme: theme.aspect.label, brand: brand.string, own: Proportion(part, of: whole),
        rest: Proportion(min(rest, max(0, all.part - part)), of: rest),
        link: call.link("/themes/\(theme.aspect.id)", ["brand": brand.string]))
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
