import AfterwordCore
package import AfterwordPipeline

/// A scope's briefing as a page, with the same values in HTML, Markdown and JSON.
package struct ReportPage {
    /// A table with its heading and a note.
    struct Section {
        var title: String
        var note: String
        var head: [String]
        var rows: [Row]
        /// Whether the rows are grouped by theme, and as many are shown as there is room for.
        var isGrouped = false
        /// How many entries there are where only the worst have a row; nil where all have.
        var total: Int?
    }

    /// A row of a section.
    struct Row {
        var cells: [String]
        /// Its theme or hazard; `theme` is the name in addresses.
        var group: (name: String, theme: String?)?
        var product: String?
    }

    let digest: ScopeBriefing
    /// The address of the page that the report links to, without a slash at the end.
    let page: String?
    let title: String
    let summary: String
    private(set) var sections: [Section] = []

    /// - Parameter title: The title; nil for one that names scope and window.
    package init(_ digest: ScopeBriefing, title: String? = nil, page: String? = nil) {
        self.digest = digest
        self.page = page
        self.title = title ?? Self.title(digest)
        summary = Self.summary(digest)
        sections = [
            safety,
            entries(
                "New negatives", "One and two stars, fewest stars first.", .negative),
            entries("Edited down", "From three stars or more to two or fewer.", .editedDown),
            entries("Back", "Negative reviews that had vanished and are there again.", .back),
            firstSeen,
            entries("Edited", "Negative reviews that say something else.", .edited),
            entries("Resolved", "Negative reviews that have three stars or more now.", .resolved),
            entries("Negatives gone", "Negative reviews that vanished.", .gone),
            themes, brands, movements,
        ]
    }

    private static func title(_ digest: ScopeBriefing) -> String {
        let window = digest.window
        let name = digest.scope.prefix(1).uppercased() + digest.scope.dropFirst()
        guard let dump = window.dump else { return "\(name): nothing loaded yet" }
        if window.isFirst, window.since == nil { return "\(name): all up to \(dump.fullName)" }
        return
            "\(name): \(window.since?.fullName ?? "since run \(window.from)") to \(dump.fullName)"
    }

    private static func summary(_ digest: ScopeBriefing) -> String {
        let (changes, counts) = (digest.changes, digest.changes.counts)
        let mean = changes.attribution.map {
            ", mean \(stars(changes.before)) → \(stars(changes.after)) "
                + "(\(signed($0.millionths($0.change), places: 3)))"
        }
        var parts = [
            several(counts.newNegative, "new negative"),
            "\(grouped(counts.editedDown)) edited down",
            "\(grouped(counts.resolved)) resolved",
            several(counts.goneNegative, "negative") + " gone",
        ]
        if counts.firstSeen > 0 {
            parts.append(
                "\(several(counts.firstSeen, "review")) of products seen for the first time, "
                    + "\(grouped(counts.firstSeenNegative)) negative")
        }
        if counts.back > 0 { parts.append("\(grouped(counts.back)) back") }
        return "\(grouped(changes.before.reviewCount)) → "
            + several(changes.after.reviewCount, "review") + (mean ?? "") + ". "
            + parts.joined(separator: ", ") + "."
    }

    private var safety: Section {
        let more =
            digest.unlikelyDangers == 0
            ? "" : " \(grouped(digest.unlikelyDangers)) more, probably not dangers."
        return Section(
            title: "Safety",
            note: "A: it happened. B: the review says that it is dangerous. A person should look."
                + more,
            head: ["class", "hazard", "brand", "product", "stars", "says"],
            rows: digest.entries(.safety).map {
                let hazard = $0.hazard?.replacing("_", with: " ") ?? ""
                return Row(
                    cells: [
                        $0.dangerClass?.rawValue ?? "", hazard, $0.brand?.string ?? "–",
                        $0.review.productID.string, $0.starText, $0.quote,
                    ], group: (hazard.prefix(1).uppercased() + hazard.dropFirst(), nil),
                    product: $0.review.productID.string)
            }, isGrouped: true)
    }

    private func entries(_ title: String, _ note: String, _ kind: InboxEntry.Kind) -> Section {
        entries(title, note, digest.entries(kind)[...])
    }

    private var firstSeen: Section {
        var section = entries(
            "Products seen for the first time", "Their one- and two-star reviews; no alarm.",
            digest.firstSeen)
        let listed = section.rows.count
        if digest.firstSeenCount > listed {
            section.total = digest.firstSeenCount
            section.note +=
                " The worst \(grouped(listed)) of \(grouped(digest.firstSeenCount));"
                + " each theme counts those of it that are among them."
        }
        return section
    }

    private func entries(
        _ title: String, _ note: String, _ entries: ArraySlice<InboxEntry>
    ) -> Section {
        Section(
            title: title, note: note, head: ["brand", "product", "stars", "themes", "says"],
            rows: entries.map {
                Row(
                    cells: [
                        $0.brand?.string ?? "–", $0.review.productID.string, $0.starText,
                        $0.themeLabels.joined(separator: ", "), $0.quote,
                    ], group: ($0.theme?.label ?? "No known theme", $0.theme?.id),
                    product: $0.review.productID.string)
            }, isGrouped: true)
    }

    private var themes: Section {
        Section(
            title: "Themes up and down",
            note: "Of a hundred reviews so many complain of it, each reviewer's text once; "
                + "only what is beyond chance.",
            head: ["theme", "", "before", "among the new"],
            rows: digest.themes.map {
                Row(cells: [
                    $0.aspect.label, $0.isUp ? "up" : "down", perHundred($0.before),
                    perHundred($0.new),
                ])
            })
    }

    private var brands: Section {
        let more = digest.brandsLeftOut
        return Section(
            title: "Brands",
            note: "Those with most new negatives first."
                + (more > 0 ? " \(several(Int64(more), "more brand")) changed." : ""),
            head: ["brand", "new", "negative", "edited down", "first seen", "mean", "alert"],
            rows: digest.brands.map {
                Row(cells: [
                    $0.name, grouped($0.counts.new), grouped($0.counts.newNegative),
                    grouped($0.counts.editedDown), grouped($0.counts.firstSeen),
                    "\(stars($0.before)) → \(stars($0.after))",
                    $0.alerts.map(\.words).joined(separator: "; "),
                ])
            })
    }

    private var movements: Section {
        let attribution = digest.changes.attribution
        let movements = digest.changes.movements
        let shown = movements.prefix(ScopeBriefing.rowLimit)
        var note = "All parts add up to the change exactly."
        if let attribution, shown.count < movements.count {
            let rest = movements.dropFirst(shown.count).compactMap(\.part).reduce(0, +)
            note =
                "The \(grouped(Int64(shown.count))) that moved it most; the other "
                + "\(grouped(Int64(movements.count - shown.count))) moved it by "
                + "\(signed(attribution.millionths(rest), places: 4)) together."
        }
        return Section(
            title: "What moved the mean", note: note,
            head: ["because of", "product", "stars", "mean", "says"],
            rows: shown.map { moved in
                let part = attribution.flatMap { attribution in
                    moved.part.map { signed(attribution.millionths($0), places: 4) }
                }
                let says = (moved.review.values.body ?? moved.review.values.title)?.string ?? ""
                return Row(
                    cells: [
                        moved.movement.reason.rawValue, moved.review.productID.string,
                        moved.starText, part ?? "–", String(says.prefix(200)),
                    ], product: moved.review.productID.string)
            })
    }
}

private func signed(_ millionths: Int64, places: Int) -> String {
    (millionths > 0 ? "+" : "") + fixed(millionths, of: 1_000_000, places: places)
}

extension InboxEntry {
    fileprivate var starText: String {
        let now = review.isLive ? review.values.star.map { "\($0)" } ?? "–" : "gone"
        return starBefore.map { "\($0) → \(now)" } ?? now
    }
}

extension ChangeAlert {
    /// The alert as a sentence.
    var sentence: String { words.prefix(1).uppercased() + words.dropFirst() + "." }
}

/// A proportion per hundred, such as `3.1 (270 of 8,600)`.
private func perHundred(_ share: Proportion) -> String {
    let value = AfterwordCore.share(share.part, of: share.whole)?.value ?? 0
    return "\(fixed(value, of: 10_000, places: 1)) "
        + "(\(grouped(share.part)) of \(grouped(share.whole)))"
}
