import AfterwordCore
import AfterwordPipeline

/// What people did about issues and reviews.
extension Endpoint {
    static let work = [
        Endpoint(
            path: "/api/v1/work", tag: .work,
            summary: "Themes and reviews that people work on, those marked last first.",
            own: .work,
            shape: .list(ListedWork.form.form)
        ) { call in
            try call.page(listedWork(call)) { $0.json }
        },
        Endpoint(
            path: RecordedMarks.path, tag: .work,
            summary: "Everything that people did, the newest first.",
            shape: .list(ListedMark.form.form)
        ) { call in
            let list = try WorkList(call.reader)
            return try call.page(call.reader.workMarks().reversed()) { list.listed($0).json }
        },
    ]
}

extension Parameter {
    static let seen = Parameter.choice(
        "seen", ["hidden", "shown"],
        "Whether reviews that somebody saw since they changed last are listed.")
    static let workState = Parameter.choice(
        "state", WorkState.allCases.map(\.rawValue), "Only in this state.")
    static let assignee = Parameter.text("assignee", "Only what this person is to see to.")
    static let openWork = Parameter.choice(
        "open", ["yes", "no"], "Only what is to be worked on, or only what is not.")
}

extension [Parameter] {
    /// The filters of work.
    static let work: [Parameter] = [
        .text("brand", "Only of this brand, its products and their reviews."),
        .text("product", "Only of this product and its reviews."), .workState, .assignee,
        .openWork,
    ]
}

/// The work that passes the filters of a request, that which was marked last first.
func listedWork(_ call: Call) throws -> [ListedWork] {
    var query = try call.workQuery()
    query.state = call.text("state").flatMap { WorkState(rawValue: $0) }
    query.assignee = call.text("assignee").map { Text($0) }
    query.isOpen = call.text("open").map { $0 == "yes" }
    return try listedWork(call.reader, query)
}

extension Call {
    /// The brand and product whose work a request asks for.
    func workQuery() throws -> WorkQuery {
        var query = WorkQuery()
        query.brand = try brandFilter().map { Text($0) }
        query.product = text("product").map { Text($0) }
        return query
    }
}
