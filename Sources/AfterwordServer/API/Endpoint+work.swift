import AfterwordCore
import AfterwordPipeline

/// What people did about issues and reviews.
extension Endpoint {
    static let work = [
        Endpoint(
            path: "/api/v1/work", tag: .work,
            summary: "Themes and reviews that people work on, those marked last first.",
            own: [.workState, .assignee, .openWork],
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

/// The work that passes the filters of a request, that which was marked last first.
func listedWork(_ call: Call) throws -> [ListedWork] {
    try WorkList(call.reader).items.filter { own in
        let item = own.item
        if let state = call.text("state"), item.state?.rawValue != state { return false }
        if let person = call.text("assignee"), item.assignee?.string != person { return false }
        if let open = call.text("open"), item.isOpen != (open == "yes") { return false }
        return true
    }
}
