import AfterwordCore
import AfterwordPipeline

/// Lists of reviews, sums of themes, and labels.
extension StoreCheck {
    func labelsOfProducts() throws {
        try readEach { reader in
            let labels = try reader.productLabels()
            try expect(labels, is: reader.products(nil).map { ProductLabel($0) }, "labels")
            for run in try [0] + reader.runs().map(\.run) {
                let past = AsOfReader(reader, run: run)
                try expect(
                    past.productLabels(), is: past.products(nil).map { ProductLabel($0) },
                    "labels as of run \(run)")
            }
        }
    }

    func firstVersionsOfRuns() throws {
        var hasSome = false
        try readEach { reader in
            let rows = try reader.history(ofProduct: nil, review: nil)
                .filter { $0.version == 1 && $0.operation == .insert && $0.run > 1 }
            let runs = try reader.runs().map(\.run)
            for from in [0] + runs {
                for to in runs + [.max] {
                    let own = rows.filter { $0.run > from && $0.run <= to }.map {
                        FirstVersion(
                            reviewKey: $0.reviewKey, run: $0.run, rating: $0.values.rating)
                    }
                    let found = try reader.firstVersions(after: from, upTo: to)
                    try expect(found.count, is: own.count, "first versions")
                    try expect(Set(found), is: Set(own), "first versions after \(from)")
                }
            }
            if !rows.isEmpty { hasSome = true }
        }
        try expect(hasSome, "no later run brought a review")
    }

    func listsOfRuns() throws {
        var hasSeveral = false
        try readEach { reader in
            let version = try reader.newestRun()?.reader ?? 0
            func rows(_ list: ReviewList, _ from: Int64, _ to: Int64) throws -> [ReviewListRow] {
                var rows: [ReviewListRow] = []
                try reader.listed(list, by: version, after: from, upTo: to) { rows.append($0) }
                return rows
            }
            let runs = try reader.runs().map(\.run)
            for list in ReviewList.all {
                let all = try rows(list, 0, .max)
                try expect(all.allSatisfy { $0.list == list && $0.reader == version }, "lists")
                let places = all.map { [$0.run, $0.part] }
                try expect(
                    zip(places, places.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) },
                    "parts of a list out of order")
                for run in [0] + runs {
                    try expect(
                        try rows(list, 0, run), is: all.filter { $0.run <= run },
                        "lists up to \(run)")
                    try expect(
                        try rows(list, run, .max), is: all.filter { $0.run > run },
                        "lists after \(run)")
                }
                if Set(all.map(\.run)).count > 1 { hasSeveral = true }
            }
            try expect(
                try reader.hasLists(by: version),
                is: try ReviewList.all.contains { try !rows($0, 0, .max).isEmpty }, "any list")
            try expect(try reader.hasLists(by: version + 7), is: false, "lists of no reader")
        }
        try expect(hasSeveral, "no later run added to a list")
    }

    func themeSumsOfScopes() throws {
        var hasSeveral = false
        try readEach { reader in
            let all = try reader.themeSumsHistory()
            try expect(
                all.sorted { ($0.scope, $0.run) < ($1.scope, $1.run) }, is: all,
                "sums of themes, by scope and run")
            let scopes = try reader.scopes().map(\.scope)
            for run in try [0] + reader.runs().map(\.run) {
                var newest: [Scope: ThemeSumsRow] = [:]
                for row in all where row.run <= run { newest[row.scope] = row }
                try expect(
                    try reader.themeSums(of: nil, upTo: run),
                    is: newest.values.sorted { $0.scope < $1.scope }, "newest sums of themes")
                let asked = Set(scopes.prefix(3) + [.portfolio]).sorted()
                try expect(
                    try reader.themeSums(of: asked, upTo: run),
                    is: newest.values.filter { asked.contains($0.scope) }
                        .sorted { $0.scope < $1.scope }, "sums of some scopes")
            }
            if Set(all.map(\.run)).count > 1 { hasSeveral = true }
        }
        try expect(hasSeveral, "no later run moved sums of themes")
    }
}
