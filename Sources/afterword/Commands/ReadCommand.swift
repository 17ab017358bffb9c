import AfterwordCore
import AfterwordPipeline
import ArgumentParser
import Foundation

/// `read`: what the frozen reader reads in reviews that are given to it.
struct ReadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "read", abstract: "What reader 2 reads in given texts.",
        discussion: """
            Takes JSON Lines of {"id", "title", "body", "stars"}, of which all may be missing, and \
            prints one line for each: its language, the aspects that it complains of or praises, \
            and the dangers that it mentions, of class A (it happened), B (it is called dangerous \
            or possible) or C (the words alone), with the sentence and the word that weighed most. \
            Places are bytes of the text. This is the reader that tools/reader trains and by which \
            new stores are read; one that was begun by reader 1 is read by it after 'reread \
            --reader 2'.
            """)

    @Argument(help: "A file of JSON Lines; '-' for standard input.")
    var file = "-"

    func run() throws {
        guard let input = file == "-" ? .standardInput : FileHandle(forReadingAtPath: file) else {
            throw CommandFault(.usage, "\(file) cannot be read")
        }
        var reader = FrozenReader()
        var lines = InputLines(input)
        while let line = try lines.next() {
            if StandardOutput.hasFailed { return }
            guard let given = try? JSONValue(parsing: line), let review = GivenReview(given) else {
                throw CommandFault(
                    .usage,
                    "line \(lines.number) is no object with texts as title and body, a number of "
                        + "stars from 1 to 5 and a text or number as id")
            }
            print(review.answer(&reader).canonical)
        }
    }
}

/// The lines of a file, a piece of it in memory at a time. Empty lines are left out.
private struct InputLines {
    private static let piece = 1 << 20

    private let input: FileHandle
    private var bytes: [UInt8] = []
    private var start = 0
    private var isAtEnd = false
    /// The number of the line that came last.
    private(set) var number = 0

    init(_ input: FileHandle) { self.input = input }

    mutating func next() throws -> [UInt8]? {
        while let line = try nextLine() {
            number += 1
            if line.contains(where: { $0 > 0x20 }) { return line }
        }
        return nil
    }

    private mutating func nextLine() throws -> [UInt8]? {
        var searched = start
        while true {
            if let end = bytes[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { start = end + 1 }
                return Array(bytes[start..<end])
            }
            if isAtEnd {
                defer { start = bytes.count }
                return start < bytes.count ? Array(bytes[start...]) : nil
            }
            bytes.removeFirst(start)
            (start, searched) = (0, bytes.count)
            let read = try input.read(upToCount: Self.piece) ?? Data()
            isAtEnd = read.isEmpty
            bytes += read
        }
    }
}
