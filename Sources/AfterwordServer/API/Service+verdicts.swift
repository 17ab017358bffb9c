import AfterwordCore
import AfterwordPipeline
import HTTPTypes
import Hummingbird
import NIOCore

/// Recording what a person found of a danger, from the pages by a plain form.
extension Service {
    /// Adds the POST route of the form; callers that may record work may use it.
    func addVerdicts(to router: ListedRouter) {
        guard let record = configuration.verdicts else {
            router.post(RouterPath(VerdictForm.path)) { _, _ -> Response in
                throw Problem(.forbidden, "this service records no verdicts")
            }
            return
        }
        let people = writing(router, needsOrigin: true)
        people.add(middleware: FormBody(limit: configuration.limits.formBytes))
        people.post(RouterPath(VerdictForm.path)) { _, context -> Response in
            let person = Text(context.caller.name ?? configuration.personName)
            do {
                let sent = try SentVerdict(context.body, by: person)
                _ = try await record(sent.verdict, context.caller.brands)
                return Response(status: .seeOther, headers: [.location: sent.back])
            } catch let fault as JudgeFault {
                throw fault.problem.ofForm(on: WorkForm.back(of: context.body))
            } catch let problem as Problem {
                throw problem.ofForm(on: WorkForm.back(of: context.body))
            } catch StoreFault.locked {
                throw Problem(.busy, "a run is under way; the store takes verdicts after it")
            }
        }
    }
}

/// What the form of a verdict says: the verdict, and the page to go back to.
struct SentVerdict: Sendable {
    var verdict: NewVerdict
    var back: String

    /// - Throws: `Problem` of kind `badBody`.
    init(_ body: ByteBuffer, by person: Text) throws(Problem) {
        var values: [String: String] = [:]
        for (name, value) in try formFields(body) {
            guard ["entry", "verdict", "why", "back"].contains(name),
                values.updateValue(value, forKey: name) == nil
            else { throw Problem(.badBody, "a field is not known, or there twice") }
        }
        back = values["back"] ?? "/safety"
        guard isOwnAddress(back) else { throw Problem(.badBody, "back: is no page of its own") }
        guard let found = values["verdict"].flatMap({ Verdict(rawValue: $0) }) else {
            throw Problem(.badBody, "verdict: real or false")
        }
        let entry = try WorkForm.parts(ofEntry: values["entry"] ?? "")
        guard let version = Int64(entry.version), version > 0 else {
            throw Problem(.badBody, "entry: cannot be read")
        }
        verdict = NewVerdict(
            product: Text(entry.product), review: Text(entry.review), verdict: found,
            judgedBy: person, why: Text(values["why"] ?? ""))
        verdict.version = version
    }
}

extension JudgeFault {
    /// The problem that the client gets.
    var problem: Problem {
        switch self {
        case .noSuchReview: Problem(.notFound, "no such review")
        case .notLive: Problem(.conflict, "the review is gone: there is nothing to judge")
        case .changed: Problem(.conflict, "the review has changed since")
        case .unfitText("--by"): Problem(.conflict, "by: one line that is not too long")
        case .unfitText: Problem(.conflict, "why: one line that is not too long")
        }
    }
}
