import AfterwordCore
import Hummingbird

extension Service {
    /// Adds the routes that describe the API: `/openapi.json` for programs, `/docs` for people, and
    /// the index at `/api/v1`.
    func addDescriptions(to router: ListedRouter) {
        let description = openAPIDocument().canonical
        router.get("openapi.json") { _, _ in Response.json(description) }
        let docs = docsPage()
        router.get("docs") { _, _ in Response.text(docs, type: "text/html; charset=utf-8") }
        let index = APIIndex.form.json(APIIndex()).canonical
        router.get("api/v1") { _, _ in Response.json(index) }
    }
}
