import AfterwordCore
import Hummingbird

extension Service {
    /// Adds the routes that describe the API: `/openapi.json` for programs, `/docs` for people, and
    /// the index at `/api/v1`.
    func addDescriptions(to router: ListedRouter) {
        router.get("openapi.json") { _, _ in Response.json(Descriptions.document) }
        router.get("docs") { _, _ in
            Response.text(Descriptions.page, type: "text/html; charset=utf-8")
        }
        router.get("api/v1") { _, _ in Response.json(Descriptions.index) }
    }
}

/// Each is made when it is asked for the first time: a service starts without them.
private enum Descriptions {
    static let document = openAPIDocument().canonical
    static let page = docsPage()
    static let index = APIIndex.form.json(APIIndex()).canonical
}
