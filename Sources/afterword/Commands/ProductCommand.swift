import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// `product`: shows one product.
struct ProductCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "product", abstract: "Show one product: sums, stars, months, runs.")

    @Argument(help: "The product's id.")
    var id: String
    @OptionGroup var store: ReadOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let found = try store.read { reader in
            try productAnswer(reader, resolveScope(reader, "product:\(id)").id)
        }
        guard let answer = found else { throw CommandFault(.usage, "no such product") }
        if output.json { return Terminal.write(json: [answer.json]) }
        showHead(answer)
        showStars(answer.entry.counters)
        showMonths(answer)
        showRuns(answer)
        showBrand(answer)
    }

    private func showHead(_ answer: ProductAnswer) {
        let (entry, counters) = (answer.entry, answer.entry.counters)
        print(Terminal.bold(printable(entry.id.string)))
        for (name, value) in entry.attributes.members {
            if let text = value.text { say("\(name): \(printable(text))") }
        }
        say(
            "\(several(counters.reviewCount, "review")), mean \(stars(counters)), negative "
                + percent(entry.negativeShare)
                + (entry.isRanked
                    ? ", impact \(decimal(entry.impact, of: 1_000_000, places: 1))"
                    : ", too few ratings to be ranked"))
        if counters.verifiedCount > 0 || counters.helpfulVotes > 0 {
            print(
                "\(grouped(counters.verifiedCount)) verified, "
                    + several(counters.helpfulVotes, "helpful vote"))
        }
    }

    private func showStars(_ counters: Counters) {
        let most = max(1, counters.stars.max() ?? 1)
        for star in (1...5).reversed() {
            let count = counters.stars[star - 1]
            let bar = String(repeating: "█", count: Int((count * 30 + most - 1) / most))
            print("\(star) ★ " + (bar.isEmpty ? "" : bar + " ") + grouped(count))
        }
    }

    private func showMonths(_ answer: ProductAnswer) {
        guard let months = answer.months else {
            return say(
                Terminal.grey("no months: the source tells no review times (no_source_time)"))
        }
        var table = Table([
            "month": .left, "reviews": .right, "mean": .right, "negative": .right,
        ])
        for month in months.suffix(12) {
            table.add([
                "\(month.key.month / 100)-\(padded(Int(month.key.month % 100), 2))",
                grouped(month.counters.reviewCount), stars(month.counters),
                grouped(month.counters.negatives),
            ])
        }
        table.show()
    }

    private func showRuns(_ answer: ProductAnswer) {
        var table = Table(["after run": .right, "reviews": .right, "mean": .right])
        for run in answer.runs.suffix(10) {
            table.add([
                String(run.run), grouped(run.row.counters.reviewCount), stars(run.row.counters),
            ])
        }
        if !table.isEmpty { table.show() }
    }

    private func showBrand(_ answer: ProductAnswer) {
        guard !answer.entry.isRanked, let brand = answer.brand else { return }
        let reviews = reviewsCounted(
            brand.counters.reviewCount, distinct: brand.distinct?.count)
        say(
            "Its brand \(printable(brand.scope.id.string)) has \(reviews) of "
                + "\(several(brand.productCount, "product")), mean \(stars(brand.counters)).")
    }
}
