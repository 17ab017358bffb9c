private import CAfterwordData

/// A file of `Sources/CAfterwordData/data`, compiled into the program. Its bytes are read in place
/// and live as long as the program; any thread may read them.
package struct EmbeddedFile: Sendable {
    /// The file's place among all of them.
    private let index: Int

    /// The file with this path below `data`, as `data/files.h` lists it. A name that is not listed
    /// there is a mistake in the program and stops it.
    package init(_ name: String) {
        guard let index = Self.names.firstIndex(of: name) else {
            preconditionFailure("no embedded file is named \(name)")
        }
        self.index = index
    }

    /// The names of all files, in the order of `data/files.h`.
    package static let names = (0..<afterword_file_count()).map {
        String(cString: afterword_file($0).name)
    }

    /// The names of the files in a folder, in the order of `data/files.h`.
    package static func names(in folder: String) -> [String] {
        names.filter { $0.hasPrefix(folder + "/") }
    }

    /// Calls `body` with the file's bytes, in place.
    package func lend<Result>(_ body: (BorrowedBytes) throws -> Result) rethrows -> Result {
        let file = afterword_file(index)
        return try body(BorrowedBytes(UnsafeRawBufferPointer(start: file.bytes, count: file.count)))
    }

    /// The file as UTF-8 text, copied once.
    package var text: String { lend { String(decoding: $0, as: UTF8.self) } }
}
