import AfterwordPipeline
import Hummingbird
import NIOCore

/// What the middleware of a route found out about a request, for the steps after it.
///
/// Until `Authentication` has run, `caller` may see nothing.
struct ServiceContext: RequestContext {
    typealias Source = BasicRequestContext

    var coreContext: CoreRequestContextStorage
    /// The values of the declared parameters, by name, as `ParameterCheck` accepted them.
    var values: [String: String] = [:]
    /// The newest run and the keys, as `Authentication` read them.
    var front = Front(newest: nil, keys: [])
    /// Whether `WatchingAccess` found that the store does not answer.
    var isStoreAway = false
    /// The sender, as `Authentication` found it.
    var caller = Caller.nobody
    /// The request body, as `JSONBody` read it.
    var body = ByteBuffer()

    /// Shares endpoint path and path parameters with the router's own context.
    init(source: BasicRequestContext) { coreContext = source.coreContext }
}
