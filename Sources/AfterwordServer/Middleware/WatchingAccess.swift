import AfterwordCore
import AfterwordPipeline
import Hummingbird
import Synchronization

/// Passes on to `/metrics` only keys without a brand restriction, as `Authentication` and
/// `AllBrandsPermission` do. While the store does not answer, and so its keys cannot be read, a key
/// that was passed on before is passed on again: else nobody would see that the store is away.
///
/// Refuses with 401 a missing, unknown or revoked key, with 403 a key that may not read, with 404 a
/// key of some brands, with 503 any other key when the store does not answer.
struct WatchingAccess: RouterMiddleware {
    typealias Context = ServiceContext

    let authenticator: Authenticator
    let workers: Workers
    let known: WatchingKeys

    func handle(
        _ request: Request, context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        var context = context
        let key = authenticator.key(request)
        do {
            context.front = try await workers.watchedFront()
        } catch let problem as Problem where problem.kind == .storeUnavailable {
            guard let key, known.holds(APIKeyRow.digest(of: key)) else { throw problem }
            context.isStoreAway = true
            return try await next(request, context)
        }
        known.keep(validIn: context.front.keys)
        context.caller = try authenticator.caller(key, context.front.keys)
        guard context.caller.brands == nil else {
            throw Problem(.notFound, "not for a key of some brands")
        }
        if let key { known.add(APIKeyRow.digest(of: key)) }
        return try await next(request, context)
    }
}

/// Digests of the keys that `/metrics` was answered for, in memory only. Safe to use from any
/// thread.
final class WatchingKeys: Sendable {
    private let digests = Mutex<Set<Digest256>>([])

    func add(_ digest: Digest256) { digests.withLock { _ = $0.insert(digest) } }

    /// Forgets what is no valid key any more.
    func keep(validIn keys: [APIKeyRow]) {
        let valid = Set(keys.filter { $0.revokedAt == nil }.map(\.digest))
        digests.withLock { $0.formIntersection(valid) }
    }

    /// Whether a digest is one of these; takes as long wherever two digests differ.
    func holds(_ digest: Digest256) -> Bool {
        digests.withLock { digests in
            digests.reduce(false) { $1.isSame(as: digest) || $0 }
        }
    }
}

extension Digest256 {
    /// Equality that compares all bytes, whichever differ.
    fileprivate func isSame(as other: Digest256) -> Bool {
        let (own, others) = (lanes, other.lanes)
        let difference =
            (own.0 ^ others.0) | (own.1 ^ others.1) | (own.2 ^ others.2) | (own.3 ^ others.3)
        return difference == 0
    }
}
