import HTTPTypes
import Hummingbird

extension Problem {
    /// The error response: an HTML page for browsers, JSON for programs.
    ///
    /// - Parameter id: The request's id, which the log has too.
    func answer(to request: Request, id: String) -> Response {
        let data = response(id: id)
        guard prefersPage(request) else { return data }
        var response = Response.page(page(request, id: id), status: status)
        response.headers[.retryAfter] = data.headers[.retryAfter]
        if kind == .unauthorized {
            // Basic authentication makes a browser ask its user for the key, as the password.
            response.headers[.wwwAuthenticate] = "Basic realm=\"afterword\", charset=\"UTF-8\""
        }
        return response
    }

    private func page(_ request: Request, id: String) -> String {
        let query = (request.uri.query ?? "").split(separator: "&")
        let moments = ["as_of=", "as_observed=", "since="]
        let kept = query.filter { own in !moments.contains { own.hasPrefix($0) } }
        let now = request.uri.path + (kept.isEmpty ? "" : "?" + kept.joined(separator: "&"))
        let title = advice == nil ? title : "That was not recorded"
        let page = ErrorPage(
            title: title, detail: advice ?? detail, status: "\(status.code)",
            request: id, now: kept.count < query.count ? now : nil, back: back)
        return timelessPage(Templates.shared.error, page, title: title)
    }
}

/// Whether to answer with HTML: as the `Accept` header prefers. Without a preference, addresses
/// that begin as a page's do get HTML and all others JSON.
private func prefersPage(_ request: Request) -> Bool {
    let accepted = request.headers[values: .accept].joined(separator: ",")
    let page = quality("text/html", in: accepted)
    let data = max(
        quality("application/json", in: accepted),
        quality("application/problem+json", in: accepted))
    guard page == data else { return page > data }
    let first = request.uri.path.split(separator: "/").first
    return first.map { PageRoute.beginnings.contains(String($0)) } ?? true
}

/// The weight that `Accept` gives a media type, in thousandths, by RFC 9110: the most specific
/// matching range decides. 1000 without a header.
private func quality(_ type: String, in accepted: String) -> Int {
    guard accepted.contains(where: { $0 != " " }) else { return 1_000 }
    var best = (specificity: 0, quality: 0)
    for range in accepted.lowercased().split(separator: ",") {
        let parts = range.split(separator: ";").map { $0.filter { $0 != " " } }
        let name = parts.first ?? ""
        let specificity =
            switch name {
            case type: 3
            case String(type.prefix { $0 != "/" }) + "/*": 2
            case "*/*": 1
            default: 0
            }
        guard specificity > best.specificity else { continue }
        let weight = parts.first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
        best = (specificity, Int(min(max(0, weight.isFinite ? weight : 0), 1) * 1_000))
    }
    return best.quality
}
