import AfterwordCore
import AfterwordPipeline

/// Prints an insight on the terminal.
struct InsightPage {
    private let row: InsightRow
    private let document: JSONValue

    /// Maximum number of quotes per item, of quotes filed by the model, and of items shown in full.
    private static let quotes = 4
    private static let filed = 2
    private static let items = 8
    /// Columns for a quote: the terminal's width less 20 for stars, language and check mark.
    private static let width = max((Terminal.width ?? 120) - 20, 20)

    init(_ row: InsightRow) {
        self.row = row
        document = (try? JSONValue(parsing: Array(row.document.utf8))) ?? .null
    }

    func show() {
        showHead()
        showDangers()
        showStars()
        show("Issues", "issues")
        show("Strengths", "strengths")
        showRecommendations()
        showStanding()
        showFoot()
    }

    private func number(_ name: String, of value: JSONValue? = nil) -> Int64? {
        (value ?? document)[name]?.integer
    }

    /// A count with its noun, such as `1 product` or `2 products`.
    private func several(_ count: Int64?, _ noun: String) -> String {
        AfterwordCore.several(count ?? 0, noun)
    }

    private func share(_ name: String, of value: JSONValue? = nil) -> Share? {
        guard let middle = number("\(name)_millionths", of: value),
            let low = number("\(name)_low_millionths", of: value),
            let high = number("\(name)_high_millionths", of: value)
        else { return nil }
        return Share(value: middle, low: low, high: high)
    }

    private func text(_ name: String, of value: JSONValue) -> String {
        printable(value[name]?.text ?? "")
    }

    private func showHead() {
        print(Terminal.bold(text("scope", of: document)))
        let mean = number("mean_thousandths").map { decimal($0, of: 1_000, places: 2) } ?? "–"
        say(
            reviewsCounted(number("review_count") ?? 0, distinct: number("distinct_count"))
                + " of "
                + "\(several(number("product_count"), "product")), mean \(mean), negative "
                + percent(share("distinct_negative") ?? share("negative")) + "; the portfolio: "
                + percent(share("portfolio_negative")))
    }

    private func showStars() {
        let counts = (1...5).map { number("star_\($0)") ?? 0 }
        let most = max(1, counts.max() ?? 1)
        for star in (1...5).reversed() {
            let count = counts[star - 1]
            let bar = String(repeating: "█", count: Int((count * 30 + most - 1) / most))
            print("\(star) ★ " + (bar.isEmpty ? "" : bar + " ") + grouped(count))
        }
    }

    /// Prints dangers first. A single review is enough for an entry.
    private func showDangers() {
        let dangers = document["dangers"]?.elements ?? []
        let unlikely = number("dangers_unlikely") ?? 0
        if !dangers.isEmpty { print("\n" + Terminal.bold("Dangers: a person should look")) }
        for danger in dangers {
            let happened = number("happened", of: danger) ?? 0
            print(
                "! " + Terminal.bold(text("hazard", of: danger).replacing("_", with: " ")) + "  "
                    + mentions(danger) + " · "
                    + several(number("products", of: danger), "product") + " · "
                    + (happened > 0
                        ? "it happened in \(grouped(happened))" : "the product is called dangerous")
                    + " · severity \(text("severity", of: danger))")
            showQuotes(danger)
        }
        if unlikely > 0 {
            let more = dangers.isEmpty ? "" : " more"
            print(
                Terminal.grey(
                    "\(several(unlikely, "review"))\(more) with words of danger, probably none."))
        }
        if !dangers.isEmpty || unlikely > 0 { print("") }
    }

    private func show(_ title: String, _ name: String) {
        let items = document[name]?.elements ?? []
        guard !items.isEmpty else { return }
        print("\n" + Terminal.bold(title))
        // Those with fewer reviews than a ranking needs stand apart, unnumbered.
        let (ranked, few) = (
            items.prefix(Self.items).filter { !isFew($0) }, items.prefix(Self.items).filter(isFew)
        )
        for (index, item) in ranked.enumerated() {
            show(item, "\(index + 1). " + Terminal.bold(text("label", of: item)))
        }
        if !few.isEmpty { print(Terminal.grey("Too few reviews to rank:")) }
        for item in few { show(item, Terminal.grey(text("label", of: item))) }
        let more = items.dropFirst(Self.items).map {
            "\(text("label", of: $0)) (\(grouped(distinctMentions($0))))"
        }
        if !more.isEmpty { print("Also said: " + more.joined(separator: ", ") + ".") }
        let leftOut = Set(document["left_out"]?[name]?.elements?.compactMap(\.text) ?? [])
        let labels = items.filter { leftOut.contains($0["aspect"]?.text ?? "") }.map {
            "\(text("label", of: $0)) (\(several(distinctMentions($0), "review")))"
        }
        if !labels.isEmpty {
            print("The model left out: " + labels.joined(separator: ", ") + ".")
        }
    }

    private func isFew(_ item: JSONValue) -> Bool {
        distinctMentions(item) < MinimumSupport.product
    }

    private func show(_ item: JSONValue, _ heading: String) {
        say(heading + "  " + counted(item))
        // Omit a summary that only repeats the label.
        let (label, summary) = (text("label", of: item), text("summary", of: item))
        if item["summary_by"]?.text == "model", !summary.contains(label) {
            print("   in the model's words: " + summary)
        }
        showQuotes(item)
        showFiled(item)
    }

    private func showQuotes(_ item: JSONValue) {
        let quotes = (item["quotes"]?.elements ?? []).filter { isTicked($0, item) }
        for quote in quotes.prefix(Self.quotes) { show(quote, isTicked: true) }
        let more = quotes.count - Self.quotes
        if more > 0 {
            print(Terminal.grey("   … and \(several(Int64(more), "more quote")) (--json)"))
        }
    }

    /// Prints quotes that the model assigned to an item but the program reads differently.
    private func showFiled(_ item: JSONValue) {
        let own = (item["quotes"]?.elements ?? []).filter { !isTicked($0, item) }
        let filed = own + (item["filed_by_model"]?.elements ?? [])
        guard !filed.isEmpty else { return }
        print(Terminal.grey("   the model's own filing; the program does not read it so:"))
        for quote in filed.prefix(Self.filed) { show(quote, isTicked: false) }
        let more = filed.count - Self.filed
        if more > 0 { print(Terminal.grey("   … and \(grouped(more)) more (--json)")) }
    }

    /// Documents of the first version keep both kinds of quotes in one list.
    private func isTicked(_ quote: JSONValue, _ item: JSONValue) -> Bool {
        quote["agrees"] != .bool(false) || item["aspect"]?.text == "other"
    }

    /// How many reviews say it, and how often they are shown.
    private func mentions(_ item: JSONValue) -> String {
        reviewsShown(
            number("mentions", of: item) ?? 0, distinct: number("distinct_mentions", of: item))
    }

    /// Documents of earlier programs do not know which reviews are distinct.
    private func distinctMentions(_ item: JSONValue) -> Int64 {
        number("distinct_mentions", of: item) ?? number("mentions", of: item) ?? 0
    }

    private func counted(_ item: JSONValue) -> String {
        let languages = item["languages"]?.elements?.compactMap(\.text).joined(separator: " ") ?? ""
        var parts = [
            mentions(item)
                + " (\(tenths(share("share", of: item))))",
            several(number("products", of: item), "product"), languages,
        ]
        if let impact = number("star_impact_millionths", of: item), impact != 0 {
            parts.append("\(decimal(impact, of: 1_000_000, places: 3)) stars")
        }
        if row.evidenceRun > 1, let new = number("new", of: item), new > 0 {
            parts.append("\(grouped(new)) new")
        }
        if let mixed = number("mixed", of: item), mixed > 0 {
            parts.append("\(grouped(mixed)) mixed")
        }
        parts.append("\(text("polarity", of: item)), \(text("severity", of: item))")
        parts.append("act on: \(text("route", of: item))")
        switch item["basis"]?.text {
        case "cluster": parts.append("by words shared")
        case "quotes": parts.append("by its quotes alone")
        default: break
        }
        return parts.joined(separator: " · ")
    }

    /// A share in percent with one decimal, with its interval.
    private func tenths(_ share: Share?) -> String {
        guard let share else { return "–" }
        func written(_ value: Int64) -> String { decimal(value, of: 10_000, places: 1) }
        return "\(written(share.value)) %, \(written(share.low))–\(written(share.high))"
    }

    private func show(_ quote: JSONValue, isTicked: Bool) {
        let star = number("star", of: quote).map { "\($0)★" } ?? "–"
        let check = !isTicked ? "" : quote["check"]?.text == "verified" ? " ✓" : " ✓ repaired"
        let says = text("quote", of: quote)
        print("   \(star) \(text("language", of: quote)) “\(cut(says, to: Self.width))”\(check)")
        print(
            Terminal.grey(
                "      \(text("product_id", of: quote)) \(text("review_id", of: quote)) "
                    + "v\(number("version", of: quote) ?? 0)"
                    + (Shown(ofQuote: quote).words.map { ", \($0)" } ?? "")))
        let translation = text("translation_unchecked", of: quote)
        if !translation.isEmpty {
            print(Terminal.grey("      unchecked translation: \(translation)"))
        }
    }

    private func showRecommendations() {
        let recommendations = document["recommendations"]?.elements ?? []
        guard !recommendations.isEmpty else { return }
        print("\n" + Terminal.bold("To do, in the model's words"))
        for entry in recommendations {
            let carried = number("mentions", of: entry).map { " (\(several($0, "review")))" } ?? ""
            print("- \(text("route", of: entry)): \(text("text", of: entry))\(carried)")
        }
    }

    private func showStanding() {
        guard let standing = document["standing"] else { return }
        print("\n" + Terminal.bold("Standing"))
        func window(_ value: JSONValue?) -> String {
            guard let value else { return "–" }
            return several(number("reviews", of: value), "review") + ", "
                + "\(grouped(number("negatives", of: value) ?? 0)) negative"
        }
        if standing["type"]?.text == "days" {
            print("Last 30 days: \(window(standing["last_30"])).")
            print("The 30 before: \(window(standing["before_30"])).")
        } else {
            print("The source tells no review times. Reviews by the run of their newest version:")
            for step in standing["runs"]?.elements ?? [] {
                let observed = number("observed_at", of: step).map {
                    Instant(microseconds: $0).description.prefix(10)
                }
                print(
                    "run \(number("run", of: step) ?? 0), observed \(observed ?? "–"): "
                        + window(step))
            }
        }
        if let told = standing["told"]?.text { print("In the model's words: " + printable(told)) }
        if let mismatches = number("mismatches"), mismatches > 0 {
            print(
                several(mismatches, "review") + (mismatches == 1 ? " says" : " say")
                    + " one thing in stars and another in words.")
        }
    }

    private func showFoot() {
        let evidence = document["evidence"]
        for limitation in document["limitations"]?.elements ?? [] {
            print(Terminal.grey("In the model's words: " + printable(limitation.text ?? "")))
        }
        var parts = [
            "run \(row.madeRun) by \(printable(row.model)), of reviews as of run "
                + "\(row.evidenceRun)",
            "\(grouped(number("shown", of: evidence) ?? 0)) of "
                + "\(grouped(number("readable", of: evidence) ?? 0)) reviews with a text were "
                + "shown to it",
        ]
        let dropped = ["quotes", "prose"].flatMap {
            document["dropped"]?[$0]?.members ?? []
        }.reduce(number("items", of: document["dropped"]) ?? 0) { $0 + ($1.value.integer ?? 0) }
        if dropped > 0 { parts.append("\(grouped(dropped)) of its claims did not hold") }
        print()
        say(Terminal.grey(parts.joined(separator: "; ") + "."))
    }
}
