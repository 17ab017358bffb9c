import Testing

@testable import AfterwordCore

/// The groups and severities by kind of the aspects that a user's own file maps, merges and adds.
@Suite struct TaxonomyKindTests {
    @Test("A file maps groups; a merge has the worst severity by kind, and the group of its name")
    func kinds() throws {
        let text = """
            taxonomy = 1
            [map.noise]
            group = "service"
            [merge.size]
            of = ["delivery", "size", "authenticity"]
            [merge.late]
            of = ["slow", "packaging"]
            label = "Late or badly packed"
            [add.slow]
            label = "Slow"
            complaints = { en = ["took weeks"] }
            [add.gluten]
            label = "Contains gluten"
            complaints = { en = ["contain* gluten"] }
            group = "listing"
            severity = "low"
            """
        let taxonomy = try Taxonomy(parsing: Array(text.utf8), over: .second)
        let lexicon = Lexicon.second.with(taxonomy, acceptedBy: 7)
        func aspect(_ id: String) throws -> Lexicon.Aspect {
            try #require(lexicon.aspects.first { $0.id == id })
        }
        let noise = try aspect("noise")
        #expect(noise.kind.group == .service && noise.kind.severity == .low)
        let size = try aspect("size")
        #expect(size.kind.group == .product && size.kind.severity == .high)
        #expect(size.severity == nil)
        // The members of a merge stand in the reader's order, added themes last.
        let late = try aspect("late")
        #expect(late.kind.group == .fulfilment && late.kind.severity == .medium)
        let gluten = try aspect("gluten")
        #expect(gluten.kind.group == .listing && gluten.severity == .low)
        #expect(gluten.kind.severity == .medium)
        let leaks = try aspect("leaks")
        #expect(leaks.kind == AspectKind(of: "leaks"))
    }
}
