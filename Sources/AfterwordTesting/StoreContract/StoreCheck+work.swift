import AfterwordCore
import AfterwordPipeline

/// What people did.
extension StoreCheck {
    /// Marks of every kind on themes and reviews, written in two batches in any order.
    func marksComeBack() throws {
        let store = try loaded()
        try store.load(LoadIntent(isRehearsal: true)) { load in
            let reviews = Array(try load.reader.reviews(ofProduct: nil).prefix(2))
            let scopes: [ReviewScope] = [
                .scope(.portfolio), .scope(Scope(kind: .brand, id: "Ü \\ \"x\"")), .product("p"),
            ]
            var rows = WorkMark.allCases.enumerated().map { place, mark in
                let scope = scopes[place % scopes.count]
                return WorkMarkRow(
                    madeRun: 10, place: Int64(place), subject: .theme("smell", of: scope),
                    marked: nil, mark: mark, markedBy: "Ännë")
            }
            rows += reviews.enumerated().map { place, review in
                WorkMarkRow(
                    madeRun: 9, place: Int64(place),
                    subject: .review(product: review.productID, id: review.reviewID),
                    marked: MarkedVersion(
                        reviewKey: review.reviewKey, version: review.version),
                    mark: .seen, markedBy: "Bea")
            }
            rows[2].text = "“looked” at it \\ twice"
            rows[6].fixedOn = Instant(iso8601: "2026-03-02")
            let ordered = Array(rows.suffix(reviews.count)) + rows.dropLast(reviews.count)
            for part in [Array(rows.prefix(3)), Array(rows.dropFirst(3))] {
                try load.append(workMarks: part)
            }
            try expect(try load.reader.workMarks(), is: ordered, "marks by run and place")
        }
    }
}
