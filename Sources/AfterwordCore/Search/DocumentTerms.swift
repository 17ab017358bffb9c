/// The terms of several documents, one after another. A document is a version of a review; one
/// without words has no terms and is not indexed.
package struct DocumentTerms: Sendable {
    /// What a document's facts are made of.
    package struct Facts {
        var product: BorrowedBytes
        var rating: Int64?
        var times: ReviewTimes

        package init(product: BorrowedBytes, rating: Int64?, times: ReviewTimes) {
            (self.product, self.rating, self.times) = (product, rating, times)
        }
    }

    private var terms: [SearchTerm] = []
    private var ends: [Int32] = []

    package init() {}

    package var count: Int { ends.count }

    /// The terms of a document; some may be there several times.
    package subscript(document: Int) -> ArraySlice<SearchTerm> {
        let start = document == 0 ? 0 : Int(ends[document - 1])
        return terms[start..<Int(ends[document])]
    }

    /// Adds a document.
    ///
    /// - Parameters:
    ///   - texts: Its title and its body, where it has them.
    ///   - cut: Memory that is used again.
    package mutating func add(
        _ texts: [BorrowedBytes?], _ facts: Facts, cutting cut: inout SearchCut
    ) {
        let start = terms.count
        for case let text? in texts {
            cut.cut(text)
            add(cut.tokens)
        }
        if terms.count > start { add(facts) }
        precondition(terms.count <= Int32.max, "a batch's terms are counted in 32 bits")
        ends.append(Int32(terms.count))
    }

    private mutating func add(_ tokens: [SearchCut.Token]) {
        var last: UInt64 = 0
        for token in tokens {
            terms.append(term(ofWord: token.hash))
            if token.isJoined { terms.append(term(ofPair: last, token.hash)) }
            last = token.hash
        }
    }

    private mutating func add(_ facts: Facts) {
        terms.append(SearchFact.productTerm(facts.product))
        if let rating = facts.rating {
            terms.append(SearchFact.star(starOf(rating: rating)).term)
        }
        if facts.times.createdOrigin != .mock {
            terms.append(SearchFact.month(facts.times.createdAt.month).term)
        }
    }
}

extension DocumentTerms {
    /// Adds the document of a stored version.
    package mutating func add(_ row: HistoryRow, cutting cut: inout SearchCut) {
        func lend(_ text: Text?, _ body: (BorrowedBytes?) -> Void) {
            guard let text else { return body(nil) }
            text.bytes.lend(body)
        }
        row.productID.bytes.lend { product in
            lend(row.values.title) { title in
                lend(row.values.body) { body in
                    let facts = Facts(
                        product: product, rating: row.values.rating, times: row.times)
                    add([title, body], facts, cutting: &cut)
                }
            }
        }
    }
}

extension HistoryRow {
    /// Whether the row is a version that readers can see: no deletion, no late row.
    package var isShown: Bool {
        switch operation {
        case .insert, .update, .restate: true
        case .delete, .late: false
        }
    }
}
