package import AfterwordCore

/// Which work is listed; everything that is left out holds.
package struct WorkQuery: Sendable {
    /// Its themes, and the themes and reviews of its products.
    package var brand: Text?
    /// Its themes and reviews.
    package var product: Text?
    package var state: WorkState?
    package var assignee: Text?
    package var isOpen: Bool?

    package init() {}

    fileprivate func holds(_ item: WorkItem) -> Bool {
        (product == nil || item.subject.productID == product)
            && (state == nil || item.state == state)
            && (assignee == nil || item.assignee == assignee)
            && (isOpen == nil || item.isOpen == isOpen)
    }
}

/// The work that a query asks for, that which was marked last first.
///
/// - Throws: `StoreFault`.
package func listedWork(
    _ reader: any StoreReader, _ query: WorkQuery = WorkQuery()
) throws -> [ListedWork] {
    let found = try WorkList(reader).items.filter { query.holds($0.item) }
    guard let brand = query.brand, !found.isEmpty else { return found }
    let products = try reader.productLabels().filter { $0.dimension[.brand] == brand }
    let (scope, ids) = (
        ReviewScope.scope(Scope(kind: .brand, id: brand)), Set(products.map(\.productID))
    )
    return found.filter { $0.item.subject.isOf(scope, ids) }
}

extension WorkSubject {
    /// Whether it is a theme of a scope, or is about one of its products.
    package func isOf(_ wanted: ReviewScope, _ products: Set<Text>) -> Bool {
        scope == wanted || productID.map(products.contains) ?? false
    }
}

extension WorkState {
    /// The state in words.
    package var label: String {
        switch self {
        case .open: "Open"
        case .acknowledged: "Acknowledged"
        case .fixed: "Fixed"
        }
    }
}

extension WorkItem {
    /// Its state and who is to see to it; nil where nobody said either.
    package var words: String? {
        let since = fixedOn.map { " since \($0.day)" } ?? ""
        let parts = [state.map { $0.label + since }, assignee.map { "\($0.string) sees to it" }]
            .compactMap(\.self)
        return parts.isEmpty ? nil : parts.joined(separator: " · ")
    }
}

extension WorkMarkRow {
    /// What the mark says, behind the name of the person, without its note.
    package var words: String {
        switch mark {
        case .seen: "saw it"
        case .unseen: "wants it read again"
        case .note: "noted"
        case .assigned: text.map { "gave it to \($0.string)" } ?? "gave it to nobody"
        case .open: "opened it"
        case .acknowledged: "acknowledged it"
        case .fixed: "calls it fixed" + (fixedOn.map { " since \($0.day)" } ?? "")
        }
    }
}
