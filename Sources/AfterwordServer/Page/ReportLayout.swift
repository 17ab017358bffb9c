import AfterwordCore

/// The part of a report's rows that a mail has room for, grouped by theme.
///
/// Every group shows a few rows before any shows more, and says how many it leaves out of which
/// products, so that a report of a thousand complaints names all of them and quotes the worst.
struct ReportLayout {
    /// The rows of one theme or hazard, the worst first.
    struct Group {
        /// Such as `Battery: 12 reviews of 5 products`; nil for rows that are in no group.
        var title: String?
        /// The name of the theme in addresses.
        var theme: String?
        var rows: [ReportPage.Row]
        /// What is left out; nil where nothing is.
        var more: String?
    }

    /// A section with as many of its rows as there is room for.
    struct Block {
        var section: ReportPage.Section
        var groups: [Group]
        /// Groups of which no row is shown, a line each.
        var more: [String] = []
    }

    private(set) var blocks: [Block] = []

    /// Rows of each group that come before the further rows of any.
    private static let fewest = 3
    /// Lines about groups of which no row is shown.
    private static let lines = 12

    /// - Parameter bytes: The room for rows that are in groups, in bytes of HTML. Where not all
    ///   fit, each section may take half of what is left. Rows in no group are few and are always
    ///   shown.
    init(_ sections: [ReportPage.Section], bytes: Int) {
        let wanted = sections.filter(\.isGrouped).flatMap(\.rows).reduce(0) { $0 + $1.bytes }
        let share = wanted <= bytes ? 1 : 2
        var left = bytes
        for section in sections where !section.rows.isEmpty {
            guard section.isGrouped else {
                blocks.append(Block(section: section, groups: [Group(rows: section.rows)]))
                continue
            }
            var room = left / share
            blocks.append(Self.block(section, &room))
            left -= left / share - room
        }
    }

    private static func block(_ section: ReportPage.Section, _ room: inout Int) -> Block {
        let groups = groups(of: section.rows)
        let isCut = section.total != nil
        var shown = groups.map { _ in 0 }
        for limit in [fewest, Int.max] {
            for (place, rows) in groups.enumerated() {
                while shown[place] < min(limit, rows.count) {
                    let cost = rows[shown[place]].bytes
                    guard cost <= room else { break }
                    room -= cost
                    shown[place] += 1
                }
            }
        }
        var block = Block(section: section, groups: [])
        var unshown: [[ReportPage.Row]] = []
        for (rows, count) in zip(groups, shown) {
            if count == 0 {
                unshown.append(rows)
                continue
            }
            let rest = rows.dropFirst(count)
            block.groups.append(
                Group(
                    title: title(rows, isCut), theme: rows[0].group?.theme,
                    rows: Array(rows[..<count]),
                    more: rest.isEmpty
                        ? nil : "and \(grouped(Int64(rest.count))) more, of \(products(rest))"))
        }
        block.more = unshown.prefix(lines).map { "\(title($0, isCut)), of \(products($0[...]))" }
        let others = unshown.dropFirst(lines)
        if !others.isEmpty {
            let reviews = others.reduce(0) { $0 + $1.count }
            block.more.append(
                "\(several(Int64(reviews), "more review")) in "
                    + several(Int64(others.count), "other theme"))
        }
        return block
    }

    /// Rows by group and, inside a group, by product: each at the place of its first, which is its
    /// worst.
    private static func groups(of rows: [ReportPage.Row]) -> [[ReportPage.Row]] {
        inOrder(rows) { $0.group?.name ?? "" }.map { own in
            inOrder(own) { $0.product ?? "" }.flatMap { $0 }
        }
    }

    private static func inOrder(
        _ rows: [ReportPage.Row], _ key: (ReportPage.Row) -> String
    ) -> [[ReportPage.Row]] {
        var places: [String: Int] = [:]
        var parts: [[ReportPage.Row]] = []
        for row in rows {
            let place = places[key(row)] ?? parts.count
            if place == parts.count {
                places[key(row)] = place
                parts.append([])
            }
            parts[place].append(row)
        }
        return parts
    }

    /// - Parameter isCut: Whether the section has not all reviews: there may be more of it.
    private static func title(_ rows: [ReportPage.Row], _ isCut: Bool) -> String {
        let name = rows[0].group?.name ?? ""
        let products = Set(rows.map(\.product)).count
        return "\(name): \(several(Int64(rows.count), isCut ? "listed review" : "review")) of "
            + several(Int64(products), "product")
    }

    /// Such as `B01 (12), B02 (3) and 9 other products`.
    private static func products(_ rows: ArraySlice<ReportPage.Row>) -> String {
        let parts = inOrder(Array(rows)) { $0.product ?? "" }
        let named = parts.prefix(5).map { "\($0[0].product ?? "–") (\(grouped(Int64($0.count))))" }
        let others = parts.count - named.count
        return named.joined(separator: ", ")
            + (others > 0 ? " and \(several(Int64(others), "other product"))" : "")
    }
}

extension ReportPage.Row {
    /// About the bytes of the row in HTML, with the styles that stand in it.
    fileprivate var bytes: Int {
        cells.reduce(60) { sum, cell in
            sum + 85
                + cell.utf8.reduce(0) { count, byte in
                    switch byte {
                    case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"),
                        UInt8(ascii: "\""), UInt8(ascii: "'"):
                        count + 6
                    default: count + 1
                    }
                }
        }
    }
}
