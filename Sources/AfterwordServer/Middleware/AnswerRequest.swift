import AfterwordCore
import AfterwordPipeline
import Hummingbird

/// A checked GET request: everything besides the store that its answer depends on.
struct AnswerRequest: Sendable {
    var values: [String: String]
    var target: String
    var caller: Caller
    /// Entity tags of answers that the client has.
    var known: String?
    var takesZip: Bool

    /// - Parameter context: After `ParameterCheck` and `Authentication`.
    init(_ request: Request, _ context: ServiceContext) {
        values = context.values
        target = request.uri.string
        caller = context.caller
        known = request.headers[.ifNoneMatch]
        takesZip = acceptsGzip(request)
    }

    /// Identifies the list of a paged request by its path.
    var list: String { listID(String(target.prefix { $0 != "?" }), values) }

    /// The entity tag of the answer as of `run`. Equal runs, addresses and callers give equal
    /// bytes. Each insight is a run of its own and so changes the tag. The newest run is included
    /// because runs and status are always shown as of now; the caller's brands and what else it
    /// may do, so that no key is given what was made for another.
    func entityTag(_ run: RunRecord, newest: RunRecord?) -> String {
        var builder = DigestEncoder(domain: "afterword.etag.1")
        builder.add(run.run)
        builder.add(raw: (newest ?? run).ledgerDigest.bytes)
        builder.add(target)
        builder.add(Int64(caller.brands == nil ? 0 : 1))
        for scope in [APIKeyRow.Scope.work, .insight] {
            builder.add(Int64(caller.scopes.contains(scope) ? 1 : 0))
        }
        for brand in (caller.brands ?? []).sorted() { builder.add(brand) }
        return "W/\"\(run.run)-\(builder.finish128().description.prefix(20))\""
    }

    /// Whether the client has the answer with this tag.
    func isKnown(_ tag: String) -> Bool { isMatch(known, tag) }
}

/// Identifies a list that is read in pages: a digest of what is asked, and of the values that
/// filter or sort it.
func listID(_ asked: String, _ values: [String: String]) -> String {
    var builder = DigestEncoder(domain: "afterword.list.1")
    builder.add(asked)
    for (name, value) in values.sorted(by: { $0.key < $1.key })
    where !["limit", "cursor", "as_of", "as_observed"].contains(name) {
        builder.add(name)
        builder.add(value)
    }
    return String(builder.finish128().description.prefix(8))
}
