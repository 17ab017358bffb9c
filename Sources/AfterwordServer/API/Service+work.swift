import AfterwordCore
import AfterwordPipeline
import HTTPTypes
import Hummingbird
import NIOCore

/// Recording what people did: from the API as JSON, and from the pages by plain forms.
extension Service {
    private static let formPath = "/work/marks"

    /// Adds the POST routes that record marks.
    func addWork(to router: ListedRouter) {
        let paths = [RecordedMarks.path, Self.formPath]
        guard let work else {
            for path in paths {
                router.post(RouterPath(path)) { _, _ -> Response in
                    throw Problem(.forbidden, "this service records no work")
                }
            }
            return
        }
        let programs = writing(router, needsOrigin: false)
        programs.add(middleware: JSONBody(limit: configuration.limits.bodyBytes))
        programs.post(RouterPath(RecordedMarks.path)) { _, context -> Response in
            let rows = try await record(newMarks(json: context.body), work, context)
            let listed = try await workers.read { reader -> [ListedMark] in
                let list = try WorkList(reader)
                return rows.map(list.listed)
            }
            return Response.json(RecordedMarks.form.json(RecordedMarks(marks: listed)).canonical)
        }
        let people = writing(router, needsOrigin: true)
        people.add(middleware: FormBody(limit: configuration.limits.formBytes))
        people.post(RouterPath(Self.formPath)) { _, context -> Response in
            do {
                let form = try WorkForm(context.body)
                _ = try await record(form.marks, work, context)
                return Response(status: .seeOther, headers: [.location: form.back])
            } catch let problem as Problem {
                throw problem.ofForm(on: WorkForm.back(of: context.body))
            }
        }
    }

    /// The steps before a body is read, as where insights are made.
    func writing(
        _ router: ListedRouter, needsOrigin: Bool
    ) -> RouterGroup<ServiceContext> {
        let group = router.group(context: ServiceContext.self)
        group.add(middleware: OriginCheck(needsOrigin: needsOrigin))
        group.add(middleware: authentication)
        group.add(middleware: WorkPermission())
        group.add(middleware: WritableStore(workers: workers))
        group.add(middleware: ParameterCheck([]))
        return group
    }

    private func record(
        _ marks: [NewMark], _ work: WorkRecording, _ context: ServiceContext
    ) async throws -> [WorkMarkRow] {
        let caller = context.caller
        let person = Text(caller.name ?? configuration.personName)
        do {
            return try await work(marks, person, caller.brands)
        } catch let fault as MarkFault {
            throw fault.problem
        } catch StoreFault.locked {
            throw Problem(.busy, "a run is under way; the store takes marks after it")
        }
    }
}

/// What a page's form says: marks, and the page to go back to.
struct WorkForm: Sendable {
    var marks: [NewMark] = []
    var back: String

    /// - Throws: `Problem` of kind `badBody`.
    init(_ body: ByteBuffer) throws(Problem) {
        var values: [String: String] = [:]
        var entries: [String] = []
        for (name, value) in try formFields(body) {
            if name == "entry" {
                entries.append(value)
            } else if values.updateValue(value, forKey: name) != nil {
                throw Problem(.badBody, "a field is there twice")
            }
        }
        back = values.removeValue(forKey: "back") ?? "/work"
        guard isOwnAddress(back) else { throw Problem(.badBody, "back: is no page of its own") }
        // The day stands beside every state; it goes with one, and is not guessed where a person
        // left it empty.
        let isFixed = values["mark"] == WorkMark.fixed.rawValue
        if !isFixed { values["fixed_on"] = nil }
        guard !isFixed || values["fixed_on"] != nil else {
            throw Problem(.badBody, "fixed_on: is missing").advising(dayAdvice)
        }
        guard values.keys.allSatisfy({ name in markFields.contains { $0.name == name } }) else {
            throw Problem(.badBody, "a field is not known")
        }
        if entries.isEmpty { marks = [try newMark(values)] }
        for entry in entries { marks.append(try Self.mark(entry, values)) }
    }

    /// The page that a form was on, also of one that is refused; nil where it names none.
    static func back(of body: ByteBuffer) -> String? {
        let fields = try? formFields(body)
        let back = fields?.first { $0.name == "back" }?.value
        return back.flatMap { isOwnAddress($0) ? $0 : nil }
    }

    /// A mark of a review that is named as `name(_:)` names it.
    private static func mark(
        _ entry: String, _ values: [String: String]
    ) throws(Problem) -> NewMark {
        var own = values
        let named = try parts(ofEntry: entry)
        own["version"] = named.version
        own["product_id"] = named.product
        own["review_id"] = named.review
        return try newMark(own)
    }

    /// The version, product and review of a name that `name(_:)` makes.
    static func parts(
        ofEntry entry: String
    ) throws(Problem) -> (version: String, product: String, review: String) {
        let parts = entry.split(separator: "/", omittingEmptySubsequences: false)
            .map { percentDecoded(String($0)) }
        guard parts.count == 3, let version = parts[0], let product = parts[1],
            let review = parts[2]
        else { throw Problem(.badBody, "entry: cannot be read") }
        return (version, product, review)
    }

    /// The name of a version of a review in a form.
    static func name(product: Text, review: Text, version: Int64) -> String {
        "\(version)/\(encoded(product.string))/\(encoded(review.string))"
    }
}

/// The fields of a form in the order in which they were sent. A blank one, which is sent empty, is
/// left out.
///
/// - Throws: `Problem` of kind `badBody`.
func formFields(_ body: ByteBuffer) throws(Problem) -> [(name: String, value: String)] {
    var fields: [(name: String, value: String)] = []
    for pair in String(buffer: body).split(separator: "&") {
        let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let decoded = parts.map { percentDecoded(String($0).replacing("+", with: " ")) }
        guard decoded.count == 2, let name = decoded[0], let value = decoded[1] else {
            throw Problem(.badBody, "it is no form")
        }
        if !value.isEmpty { fields.append((name, value)) }
    }
    return fields
}

/// Whether an address is a path of this service, and no other site's: browsers take `//` and `/\`
/// for the beginning of a host.
func isOwnAddress(_ address: String) -> Bool {
    let bytes = Array(address.utf8)
    return bytes.first == UInt8(ascii: "/") && ![0x2F, 0x5C].contains(bytes.dropFirst().first)
        && bytes.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x5C }
}
