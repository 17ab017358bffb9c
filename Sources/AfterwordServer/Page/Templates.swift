/// All page templates, parsed once. An error in a template is a programming error and stops the
/// program at first use.
package struct Templates: Sendable {
    let layout: Template<Layout>
    let overview: Template<OverviewPage>
    let empty: Template<EmptyStorePage>
    let error: Template<ErrorPage>
    let brand: Template<BrandPage>
    let theme: Template<ThemePage>
    let product: Template<ProductPage>
    let review: Template<ReviewPage>
    let inbox: Template<InboxPage>
    let brands: Template<BrandsPage>
    let products: Template<ProductsPage>
    let themes: Template<ThemesPage>
    let safety: Template<SafetyPage>
    let search: Template<SearchPage>
    let runs: Template<RunsPage>
    let insights: Template<InsightsPage>
    let work: Template<WorkPage>
    /// Members that rows declare but no template uses, as `Row.name`.
    package let unused: Set<String>

    /// The built-in templates.
    package static let shared: Templates = {
        do {
            return try Templates(pageTemplates)
        } catch {
            preconditionFailure("a template cannot be read: \(error)")
        }
    }()

    /// - Parameter texts: Templates and their parts, by name.
    /// - Throws: `TemplateFault`.
    package init(_ texts: [String: String]) throws {
        var binder = TemplateBinder(parts: texts)
        func read<Row: PageRow>(_ name: String) throws -> Template<Row> {
            guard let text = texts[name] else { throw TemplateFault.unknownPart(name) }
            return try Template(text, &binder)
        }
        layout = try read("layout")
        overview = try read("overview")
        empty = try read("empty")
        error = try read("error")
        brand = try read("brand")
        theme = try read("theme")
        product = try read("product")
        review = try read("review")
        inbox = try read("inbox")
        brands = try read("brands")
        products = try read("products")
        themes = try read("themes")
        safety = try read("safety")
        search = try read("search")
        runs = try read("runs")
        insights = try read("insights")
        work = try read("work")
        unused = binder.declared.subtracting(binder.used)
    }
}
