/// The groups of what reviews complain of. Dangers are a group of their own, without aspects.
package enum AspectGroup: String, CaseIterable, Sendable {
    case danger, product, listing, fulfilment, service

    /// The groups that an aspect can be in.
    package static let ofAspects = allCases.filter { $0 != .danger }

    /// The name in the requested language; in English where that has none.
    package func label(in language: Language) -> String {
        let section = "group \(rawValue)"
        let name =
            AspectKind.list[section, language.rawValue]
            ?? AspectKind.list[section, Language.english.rawValue]
        return name?.text ?? rawValue
    }
}

/// What kind of complaint an aspect is, whatever its reviews say and whichever reader reads them:
/// data of `aspects/kinds.txt`.
package struct AspectKind: Equatable, Sendable {
    package var group = AspectGroup.product
    /// How severe it is by itself (`issueSeverity`).
    package var severity = Severity.medium

    package init() {}

    /// - Parameter id: An aspect of a reader of the program; the data name them all.
    init(of id: String) {
        let words = Self.list["kinds", id]?.words ?? []
        guard words.count == 2, let group = AspectGroup(rawValue: words[0]),
            let severity = Severity(rawValue: words[1])
        else { preconditionFailure("aspects/kinds.txt says nothing valid of \(id)") }
        (self.group, self.severity) = (group, severity)
    }

    static let list = DataSections(EmbeddedFile("aspects/kinds.txt"))
}
