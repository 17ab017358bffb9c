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

    @Test("Two files mean the same whatever their order and blanks, and else do not")
    func meaning() throws {
        func parsed(_ text: String) throws -> Taxonomy {
            try Taxonomy(parsing: Array("taxonomy = 1\n\(text)".utf8), over: .second)
        }
        let parts = [
            "[rename.noise]\nlabel = \"Loud\"\n", "[rename.leaks]\nlabel = \"Wet\"\n",
            "[merge.size]\nof = [\"size\", \"delivery\"]\n",
            "[merge.odd]\nof = [\"smell\", \"slow\"]\nlabel = \"Odd\"\n",
            "[add.slow]\nlabel = \"Slow\"\ncomplaints = { en = [\"took weeks\", \"so slow\"] }\n",
            "[add.gluten]\nlabel = \"Gluten\"\npraises = { en = [\"gluten free\"] }\n",
            "[map.rust]\nseverity = \"low\"\n", "[map.packaging]\nroute = \"product\"\n",
        ]
        let taxonomy = try parsed(parts.joined())
        #expect(taxonomy.means(taxonomy))
        #expect(try taxonomy.means(parsed("# x\n" + parts.reversed().joined(separator: "\n\n"))))
        for (own, other) in [
            ("\"took weeks\", \"so slow\"", "\"so slow\",  \"took  Weeks\""),
            ("\"size\", \"delivery\"", "\"delivery\", \"size\""),
            ("\"Loud\"", "{ en = \"Loud\" }"),
        ] {
            let text = parts.joined().replacing(own, with: other)
            #expect(try text != parts.joined() && taxonomy.means(parsed(text)), "\(other)")
        }
        for (own, other) in [
            ("\"so slow\"", "\"too slow\""), ("\"Loud\"", "\"loud\""),
            ("\"Loud\"", "{ de = \"Loud\" }"), ("praises", "complaints"),
            ("\"size\", \"delivery\"", "\"size\", \"authenticity\""), ("\"low\"", "\"high\""),
        ] {
            let text = parts.joined().replacing(own, with: other)
            #expect(try !taxonomy.means(parsed(text)), "\(other)")
        }
        for place in parts.indices where place != 4 {
            var fewer = parts
            fewer.remove(at: place)
            #expect(try !taxonomy.means(parsed(fewer.joined())), "\(parts[place])")
        }
    }
}
