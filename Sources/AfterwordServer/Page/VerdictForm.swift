import AfterwordCore
import AfterwordPipeline

/// The form that records what a person found of a review that speaks of a danger.
struct VerdictForm: PageRow {
    static let path = "/safety/verdicts"

    /// The version that was looked at, as `WorkForm.name` names it.
    var entry: String
    /// The page that the form leads back to.
    var back: String

    static let members: KeyValuePairs<String, Member<VerdictForm>> = [
        "entry": .text { $0.entry }, "back": .text { $0.back },
    ]

    /// Nil where no verdict may be recorded, and on pages of the past.
    init?(product: Text, review: Text, version: Int64, back: String, _ call: Call) {
        guard call.recordsVerdicts, call.moment == nil else { return nil }
        entry = WorkForm.name(product: product, review: review, version: version)
        self.back = back
    }
}
