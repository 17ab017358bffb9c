import AfterwordCore
import AfterwordPipeline
import Synchronization

/// A file that lies elsewhere: bytes in memory, given in small pieces.
final class MadeRemoteFile: RemoteFile {
    let bytes: [UInt8]
    let byteCount: Int64
    let said: FileVersion?
    /// The ranges that were asked for.
    let asked = Mutex<[Range<Int64>]>([])
    /// Thrown at an offset, or the stream ends there.
    let fault: (offset: Int64, error: (any Error)?)?
    /// Where bytes come again after the fault.
    let until: Int64

    init(
        _ bytes: [UInt8], listed: Int? = nil, fault: (Int64, (any Error)?)? = nil,
        said: FileVersion? = nil, until: Int64 = .max
    ) {
        self.until = until
        self.bytes = bytes
        self.said = said
        self.fault = fault
        byteCount = Int64(listed ?? bytes.count)
    }

    /// As of an object: known once bytes of it came.
    var version: FileVersion? { asked.withLock { $0.isEmpty } ? nil : said }

    func open(from start: Int64, to end: Int64) -> any RemoteStream {
        asked.withLock { $0.append(start..<end) }
        return Stream(self, start, end)
    }

    private final class Stream: RemoteStream {
        private let file: MadeRemoteFile
        private var offset: Int64
        private let end: Int64

        init(_ file: MadeRemoteFile, _ start: Int64, _ end: Int64) {
            self.file = file
            offset = start
            self.end = end
        }

        func next() throws -> [UInt8]? {
            if let (place, error) = file.fault, offset >= place, offset < file.until {
                if let error { throw error }
                return nil
            }
            let next = min(end, offset + 70_001, Int64(file.bytes.count))
            guard offset < next else { return nil }
            defer { offset = next }
            return Array(file.bytes[Int(offset)..<Int(next)])
        }
    }
}
