import Hummingbird

extension Service {
    /// The page and its parts.
    func addPages(to router: Router<Context>) {}
}
