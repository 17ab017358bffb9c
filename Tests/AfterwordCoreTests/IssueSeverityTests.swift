import Testing

@testable import AfterwordCore

/// How severe an issue is: by its kind, how many say so and how sure that is.
@Suite struct IssueSeverityTests {
    /// One issue: its kind, distinct reviews of all, thousandths of a star, whether mostly the
    /// pleased say so, and what it is.
    struct Case: Sendable {
        var kind: Severity
        var mentions: Int64
        var reviews: Int64
        var mean: Int64?
        var isMostlyPraised = false
        var severity: Severity
    }

    private func severity(_ own: Case) -> Severity {
        issueSeverity(
            SeverityGrounds(
                kind: own.kind, distinctMentions: own.mentions,
                share: share(own.mentions, of: own.reviews), meanThousandths: own.mean,
                isMostlyPraised: own.isMostlyPraised))
    }

    private static let cases: [Case] = [
        // Some of many, at two stars: the kind alone.
        Case(kind: .high, mentions: 5, reviews: 200, mean: 2000, severity: .high),
        Case(kind: .medium, mentions: 5, reviews: 200, mean: 2000, severity: .medium),
        Case(kind: .low, mentions: 5, reviews: 200, mean: 2000, severity: .low),
        // At least 1 % say so: a rarity, though with one star.
        Case(kind: .medium, mentions: 5, reviews: 200, mean: 1000, severity: .medium),
        // 20 of 100: at least 13 % say so.
        Case(kind: .medium, mentions: 20, reviews: 100, mean: 2500, severity: .high),
        Case(kind: .low, mentions: 20, reviews: 100, mean: 2500, severity: .medium),
        Case(kind: .high, mentions: 20, reviews: 100, mean: 2500, severity: .high),
        Case(kind: .low, mentions: 20, reviews: 100, mean: nil, severity: .medium),
        // 15 of 100 say so, and it may be 9 %.
        Case(kind: .medium, mentions: 15, reviews: 100, mean: 2500, severity: .medium),
        // 3 of 14, at least 7.6 %, with 1.3 stars.
        Case(kind: .medium, mentions: 3, reviews: 14, mean: 1333, severity: .high),
        Case(kind: .medium, mentions: 3, reviews: 14, mean: 1500, severity: .high),
        Case(kind: .medium, mentions: 3, reviews: 14, mean: 1501, severity: .medium),
        Case(kind: .low, mentions: 20, reviews: 100, mean: 1000, severity: .medium),
        // Mostly the pleased say so; and where it is frequent, both.
        Case(
            kind: .high, mentions: 5, reviews: 200, mean: 2000, isMostlyPraised: true,
            severity: .medium),
        Case(
            kind: .low, mentions: 5, reviews: 200, mean: 2000, isMostlyPraised: true,
            severity: .low),
        Case(
            kind: .medium, mentions: 20, reviews: 100, mean: 2000, isMostlyPraised: true,
            severity: .medium),
    ]

    @Test("It moves from its kind by one step at most", arguments: cases)
    func steps(own: Case) {
        #expect(severity(own) == own.severity, "\(own)")
    }

    @Test("severity-is-the-stars: stars alone never raise it", arguments: Severity.allCases)
    func stars(kind: Severity) {
        // 6 of 2,000, each with one star: 0.1 % at the least.
        let rare = Case(kind: kind, mentions: 6, reviews: 2000, mean: 1000, severity: kind)
        #expect(severity(rare) == kind)
        // Nor do high stars alone lower it.
        let mild = Case(kind: kind, mentions: 6, reviews: 2000, mean: 5000, severity: kind)
        #expect(severity(mild) == kind)
    }

    @Test("Below the support nothing raises it: one does not know yet")
    func support() {
        let steps: [(Severity, Severity)] = [(.high, .medium), (.medium, .low), (.low, .low)]
        for (kind, lower) in steps {
            for mentions in 1..<MinimumSupport.product {
                for isMostlyPraised in [false, true] {
                    let own = Case(
                        kind: kind, mentions: mentions, reviews: 3, mean: 1000,
                        isMostlyPraised: isMostlyPraised, severity: lower)
                    #expect(severity(own) == lower, "\(own)")
                }
            }
            let enough = Case(kind: kind, mentions: 3, reviews: 100, mean: 2000, severity: kind)
            #expect(severity(enough) == kind)
        }
    }

    @Test("An item without a share is as its kind")
    func noShare() {
        let own = Case(kind: .medium, mentions: 3, reviews: 0, mean: 1000, severity: .medium)
        #expect(severity(own) == .medium)
    }

    @Test("Every aspect has its kind in the data, and the data name no other")
    func kinds() {
        let named = AspectKind.list.values(in: "kinds").map(\.key)
        let ids = Lexicon.second.aspects.map(\.id)
        #expect(Set(named) == Set(ids) && named.count == ids.count)
        for lexicon in [Lexicon.first, .second] {
            for aspect in lexicon.aspects { #expect(aspect.kind == AspectKind(of: aspect.id)) }
        }
        let kinds = Lexicon.second.aspects.map(\.kind)
        #expect(Set(kinds.map(\.group)) == Set(AspectGroup.ofAspects))
        #expect(Set(kinds.map(\.severity)) == Set(Severity.allCases))
        func kind(_ id: String) -> AspectKind? {
            Lexicon.first.aspects.first { $0.id == id }?.kind
        }
        for id in ["breaks_early", "leaks", "does_not_work", "defect_on_arrival"] {
            #expect(kind(id)?.severity == .high && kind(id)?.group == .product, "\(id)")
        }
        #expect(kind("appearance")?.severity == .low && kind("size")?.severity == .medium)
        #expect(kind("value")?.group == .listing && kind("after_sales")?.group == .service)
        #expect(kind("missing_parts")?.group == .fulfilment)
    }

    @Test("Each of the five groups has a name of its own in every language")
    func groups() {
        #expect(AspectGroup.allCases.count == 5 && !AspectGroup.ofAspects.contains(.danger))
        for language in Language.known {
            let names = AspectGroup.allCases.map { $0.label(in: language) }
            #expect(Set(names).count == 5, "\(language.rawValue)")
            for group in AspectGroup.allCases {
                let own = AspectKind.list["group \(group.rawValue)", language.rawValue]
                #expect(own?.text == group.label(in: language), "\(group) \(language.rawValue)")
            }
        }
        #expect(AspectGroup.listing.label(in: "de") == "Angebot und Preis")
        #expect(AspectGroup.service.label(in: .unknown) == "Customer service")
    }
}
