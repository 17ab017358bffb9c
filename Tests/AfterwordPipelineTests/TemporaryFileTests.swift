import AfterwordTesting
import Foundation
import Testing

@testable import AfterwordPipeline

@Suite struct TemporaryFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("A temporary file is the user's own, and gone afterwards, also after an error")
    func temporary() throws {
        struct Stop: Error {}
        var paths: [String] = []
        let mode = try withTemporaryFile(named: "backup") { path in
            paths.append(path)
            try makeFile(at: path) { append in try append([1, 2]) }
            let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
            let attributes = try FileManager.default.attributesOfItem(atPath: parent)
            return (attributes[.posixPermissions] as? NSNumber)?.intValue
        }
        #expect(mode == 0o700)
        #expect(throws: Stop.self) {
            try withTemporaryFile(named: "backup") { path in
                paths.append(path)
                try makeFile(at: path) { append in
                    try append([1])
                    throw Stop()
                }
            }
        }
        #expect(Set(paths).count == 2)
        for path in paths {
            let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
            #expect(path.hasSuffix("/backup") && !FileManager.default.fileExists(atPath: parent))
        }
    }

    @Test("Temporary files lie where TMPDIR says, or in /tmp where it says nothing")
    func place() {
        #expect(temporaryFolder(of: "/var/scratch") == "/var/scratch")
        #expect(temporaryFolder(of: nil) == "/tmp" && temporaryFolder(of: "") == "/tmp")
    }

    @Test("Bytes of a file come in pieces, and make the same file")
    func bytes() throws {
        let bytes = (0..<(1 << 20) + 300_000).map { UInt8(truncatingIfNeeded: $0 / 3) }
        for count in [0, 1, bytes.count] {
            let (one, two) = ("\(folder.path)/one-\(count)", "\(folder.path)/two-\(count)")
            try folder.write("one-\(count)", Array(bytes.prefix(count)))
            try withBytes(ofFile: one) { next in
                try makeFile(at: two) { append in
                    while let more = try next() {
                        #expect(!more.isEmpty && more.count <= 1 << 20)
                        try append(more)
                    }
                }
            }
            let made = FileManager.default.contents(atPath: two).map(Array.init)
            #expect(made == Array(bytes.prefix(count)))
            let attributes = try FileManager.default.attributesOfItem(atPath: two)
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        }
    }

    @Test("What cannot be read or written is said with the system's reason")
    func faults() throws {
        #expect(throws: OutputFault(path: "/none/a", number: ENOENT)) {
            try withBytes(ofFile: "/none/a") { _ = try $0() }
        }
        #expect(throws: OutputFault(path: folder.path, number: EISDIR)) {
            try withBytes(ofFile: folder.path) { _ = try $0() }
        }
        try folder.write("there", [1])
        let there = "\(folder.path)/there"
        #expect(throws: OutputFault(path: there, number: EEXIST)) {
            try makeFile(at: there) { try $0([1]) }
        }
    }
}
