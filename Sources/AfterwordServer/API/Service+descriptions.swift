import AfterwordCore
import Hummingbird

extension Service {
    /// Adds the routes that describe the API: `/openapi.json` for programs, `/docs` for people, and
    /// the index at `/api/v1`.
    func addDescriptions(to router: ListedRouter) {
        let description = document
        router.get("openapi.json") { _, _ in text(description, type: "application/json") }
        let docs = docsPage()
        router.get("docs") { _, _ in text(docs, type: "text/html; charset=utf-8") }
        let index = APIIndex.form.json(APIIndex()).canonical
        router.get("api/v1") { _, _ in text(index, type: "application/json") }
    }
}
