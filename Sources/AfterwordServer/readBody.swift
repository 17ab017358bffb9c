import Hummingbird
import NIOCore
import NIOHTTP1

extension Service {
    /// Reads a request body of at most `bodyBytes`, sending `100 Continue` first if the client
    /// waits for it.
    ///
    /// - Throws: `Problem` of kind `tooLarge`; `badBody` for an invalid framing; `clientLeft` when
    ///   the body ends early.
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
