import AfterwordCore
import AfterwordPipeline
import HTTPTypes

/// An entry of the product list, with the number of issues that its insight names.
struct ListedProduct: Sendable {
    var entry: RankedEntry
    var issueCount: Int64?

    static let form = ObjectForm<ListedProduct>(
        "ListedProduct", "A product with its sums and its place in the ranking."
    ) { form in
        form.include(RankedEntry.productForm) { $0.entry }
        form.optionalCount("issue_count", "Issues that its insight names; null without one.") {
            $0.issueCount
        }
    }
}

/// A product's summary with its current insight.
struct ProductWithInsight: Sendable {
    var answer: ProductAnswer
    var insight: InsightRow?

    static let form = ObjectForm<ProductWithInsight>(
        "ProductPage", "One product at a glance, with its insight."
    ) { form in
        form.include(ProductAnswer.form) { $0.answer }
        form.optionalObject(
            "insight", InsightRow.answerForm, "What is said of it; null where nothing was made."
        ) { $0.insight }
    }
}

/// A brand's ranking entry with its current insight.
struct BrandWithInsight: Sendable {
    var entry: RankedEntry
    var insight: InsightRow?

    static let form = ObjectForm<BrandWithInsight>(
        "Brand", "One brand with its insight."
    ) { form in
        form.include(RankedEntry.brandForm) { $0.entry }
        form.optionalObject(
            "insight", InsightRow.answerForm, "What is said of it; null where nothing was made."
        ) { $0.insight }
    }
}

extension Problem {
    /// A problem as it is serialized, with the id of the request that it answers.
    struct Written: Sendable {
        var problem: Problem
        var requestID: String
    }

    static let form = ObjectForm<Written>(
        "Problem", "Why a request is not answered, as RFC 9457 writes it."
    ) { form in
        form.value(
            "type", .choice(Kind.allCases.map(\.type)), "What it is; programs go by it."
        ) { .string($0.problem.kind.type) }
        form.text("title", "The same in words.") { $0.problem.title }
        form.value("status", .number(400...599), "The status of the answer.") {
            JSONValue($0.problem.status.code)
        }
        form.text("detail", "What is wrong: names of fields, never data.") { $0.problem.detail }
        form.text("request_id", "As in `X-Request-Id`, to be found in the log.") { $0.requestID }
    }
}

extension Problem.Kind {
    /// The stable URN of the problem type.
    var type: String { "urn:afterword:problem:\(rawValue)" }
}
