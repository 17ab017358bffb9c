import AfterwordPipeline
import Foundation

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The next bytes of standard input, at most 64 KiB; waits for them where there are none yet.
/// Empty at the end, and where the other side is gone.
///
/// - Throws: `CommandFault` where standard input cannot be read.
func readStandardInput() throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = bytes.withUnsafeMutableBytes { read(STDIN_FILENO, $0.baseAddress, $0.count) }
        if count >= 0 { return Array(bytes.prefix(count)) }
        switch errno {
        case EINTR: continue
        case EAGAIN:
            var waiting = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
            _ = poll(&waiting, 1, -1)
        case ECONNRESET, EIO: return []
        case let number:
            throw CommandFault(
                .usage, "standard input cannot be read: \(String(cString: strerror(number)))")
        }
    }
}
