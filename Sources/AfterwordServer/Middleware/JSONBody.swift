import Hummingbird
import NIOCore
import NIOHTTP1

/// Reads a JSON request body into `ServiceContext.body`, sending `100 Continue` first if the client
/// waits for it. Comes last, so that nothing is read of a request that is refused anyway.
///
/// Refuses with 415 any other media type, with 413 a body of more than `limit` bytes, with 400 an
/// invalid framing. A body that ends early is `clientLeft`.
struct JSONBody: RouterMiddleware {
    typealias Context = ServiceContext

    /// Bytes of the longest body.
    let limit: Int

    func handle(
        _ request: Request, context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let type = request.headers[.contentType]?.split(separator: ";").first
        guard type?.filter({ $0 != " " }).lowercased() == "application/json" else {
            throw Problem(.unsupportedMediaType, "Content-Type: application/json")
        }
        var context = context
        context.body = try await readBody(request, limit: limit)
        return try await next(request, context)
    }
}

/// Reads a form that a page sends (`application/x-www-form-urlencoded`) into `ServiceContext.body`,
/// and refuses a request as `JSONBody` does.
struct FormBody: RouterMiddleware {
    typealias Context = ServiceContext

    /// Bytes of the longest body.
    let limit: Int

    func handle(
        _ request: Request, context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let type = request.headers[.contentType]?.split(separator: ";").first
        guard type?.filter({ $0 != " " }).lowercased() == "application/x-www-form-urlencoded"
        else { throw Problem(.unsupportedMediaType, "Content-Type: of a form") }
        var context = context
        context.body = try await readBody(request, limit: limit)
        return try await next(request, context)
    }
}

/// Reads a body, of which nothing was read before.
private func readBody(_ request: Request, limit: Int) async throws -> ByteBuffer {
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
        throw Problem(.tooLarge, "at most \(limit) bytes")
    }
    ClientConnection.current?.askForBody()
    do {
        return try await request.body.collect(upTo: limit)
    } catch is NIOTooManyBytesError {
        throw Problem(.tooLarge, "at most \(limit) bytes")
    } catch HTTPParserError.invalidEOFState {
        throw Problem(.clientLeft, "the body was broken off")
    } catch is HTTPParserError {
        throw Problem(.badBody, "it is not framed as HTTP/1.1 frames it")
    } catch {
        throw Problem(.clientLeft, "the body was broken off")
    }
}
