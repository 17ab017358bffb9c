import HTTPTypes
import Hummingbird
import Synchronization

/// The addresses there are, each with its methods: filled as routes are added, so that none can be
/// missing.
final class RouteList: Sendable {
    private struct Route {
        var parts: [Substring]
        var method: HTTPRequest.Method
    }

    private let routes = Mutex<[Route]>([])

    func add(_ path: RouterPath, _ method: HTTPRequest.Method) {
        routes.withLock {
            $0.append(Route(parts: path.description.split(separator: "/"), method: method))
        }
    }

    /// As `Allow` writes them; nil where there is no such address.
    func allowed(at path: String) -> String? {
        let asked = path.split(separator: "/")
        let found = routes.withLock { routes in
            routes.filter { route in
                route.parts.count == asked.count
                    && zip(route.parts, asked).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
            }.map(\.method)
        }
        guard !found.isEmpty else { return nil }
        let methods = found.contains(.get) ? found + [.head] : found
        return Set(methods.map(\.rawValue)).sorted().joined(separator: ", ")
    }
}

/// A router that enters what is added to it in a list.
struct ListedRouter: RouterMethods {
    typealias Context = Service.Context

    let router: Router<Context>
    let list: RouteList

    @discardableResult
    func on<Responder: HTTPResponder>(
        _ path: RouterPath, method: HTTPRequest.Method, responder: Responder
    ) -> ListedRouter where Responder.Context == Context {
        list.add(path, method)
        router.on(path, method: method, responder: responder)
        return self
    }

    @discardableResult
    func add(middleware: any MiddlewareProtocol<Request, Response, Context>) -> ListedRouter {
        router.add(middleware: middleware)
        return self
    }
}
