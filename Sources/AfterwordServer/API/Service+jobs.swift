import AfterwordCore
import AfterwordPipeline
import Hummingbird

/// Jobs: what became of an insight that was asked for.
extension Service {
    /// Adds the route of a job.
    func addJobs(to router: ListedRouter) {
        let group = router.group(context: ServiceContext.self)
        group.add(middleware: ParameterCheck(JobItem.parameters))
        group.add(middleware: authentication)
        group.get(RouterPath(JobItem.operation.path)) { _, context in
            try await job(context.values["job"] ?? "", for: context.caller)
        }
    }

    /// Answers with a job, if the caller may read the product or brand of its insight.
    private func job(_ id: String, for caller: Caller) async throws -> Response {
        let found: JobRow?
        if jobs.isShared {
            found = try await workers.read { try $0.job(id) }
        } else {
            found = try await jobs.jobs { try $0.job(id) }
        }
        guard let found, try await isVisible(found.scope, to: caller) else {
            throw Problem(.notFound, "no such job")
        }
        let job = await current(found)
        return .json(
            JobItem.form.json(JobItem(job: job)).canonical,
            headers: job.row.isOpen ? [.retryAfter: "\(JobAnswer.pollSeconds)"] : [:])
    }

    /// A job as the API shows it now.
    func current(_ row: JobRow) async -> JobAnswer {
        JobAnswer(
            row, now: configuration.now(), isAlive: await queue?.isAlive(row.job) ?? false)
    }

    private func isVisible(_ scope: ReviewScope, to caller: Caller) async throws -> Bool {
        guard let brands = caller.brands else { return true }
        switch scope {
        case .product(let id):
            let product = try await workers.read { try $0.products(id).first }
            return product?.dimension[.brand].map(brands.contains) ?? false
        case .scope(let own): return own.kind == .brand && brands.contains(own.id)
        }
    }
}
