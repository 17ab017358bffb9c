/// A sum over documents and their terms that does not depend on their order: by it an audit
/// compares the search index with the texts, in memory that does not grow with them.
package struct SearchSum: Equatable, Sendable {
    private var sum: UInt64 = 0
    private var count: UInt64 = 0

    package init() {}

    package mutating func add(_ other: SearchSum) {
        sum &+= other.sum
        count &+= other.count
    }

    /// Adds a document without its terms.
    package mutating func add(_ document: SearchDocument) {
        count &+= 1
        sum &+= mixed(document.hashed)
    }

    /// Adds a term of a document. Each is added once.
    package mutating func add(_ term: SearchTerm, of document: SearchDocument) {
        sum &+= mixed(document.hashed ^ mixed(UInt64(term) &+ 1))
    }

    /// Adds a document with its terms, some of which may be there several times.
    package mutating func add(_ document: SearchDocument, _ terms: ArraySlice<SearchTerm>) {
        add(document)
        for term in Set(terms) { add(term, of: document) }
    }
}

extension SearchDocument {
    fileprivate var hashed: UInt64 {
        mixed(mixed(UInt64(bitPattern: reviewKey)) ^ UInt64(bitPattern: historyKey))
    }
}
