import HTTPTypes
import Hummingbird
import Synchronization

/// The registered paths with their methods. `ListedRouter` adds each route as it is registered, so
/// the list is complete. Safe to use from any thread.
final class RouteList: Sendable {
    private struct Route {
        var parts: [Substring]
        var method: HTTPRequest.Method
    }

    private let routes = Mutex<[Route]>([])

    /// Adds a route.
    func add(_ path: RouterPath, _ method: HTTPRequest.Method) {
        routes.withLock {
            $0.append(Route(parts: path.description.split(separator: "/"), method: method))
        }
    }

    /// The methods of a path, in the format of the `Allow` header; nil when there is no such path.
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

/// A router that also adds every route to a `RouteList`.
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
