import Hummingbird
import NIOCore
import NIOHTTP1

extension Service {
    /// The body of a request: asked for where the client waits with it, no longer than `bodyBytes`.
    /// A client that sends no body of HTTP, or goes away in the middle of one, is a problem of the
    /// client's.
    func readBody(_ request: Request) async throws -> ByteBuffer {
        let limit = configuration.limits.bodyBytes
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
}
