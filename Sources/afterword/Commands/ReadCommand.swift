import AfterwordCore
import AfterwordPipeline
import ArgumentParser
import Foundation

/// `read`: what the frozen reader reads in reviews that are given to it.
struct ReadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "read", abstract: "What the next reader reads in given texts.",
        discussion: """
            Takes JSON Lines of {"id", "title", "body", "stars"}, of which all may be missing, and \
            prints one line for each: its language, the aspects that it complains of or praises, \
            and the dangers that it mentions, of class A (it happened), B (it is called dangerous \
            or possible) or C (the words alone), with the sentence and the word that weighed most. \
            Places are bytes of the text. This is the reader that tools/reader trains; what loads \
            keep is still read by the lexicon.
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
            guard let review = GivenReview(line) else {
                throw CommandFault(
                    .usage,
                    "line \(lines.number) is no object with texts as title and body and a number "
                        + "of stars from 1 to 5")
            }
            let reading = reader.read(
                title: review.title, body: review.body, stars: review.stars)
            print(review.answer(reading, reader.ids).canonical)
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

/// A review as it is given: a line of JSON.
private struct GivenReview {
    var id: JSONValue?
    var title: Text?
    var body: Text?
    var stars: Int?

    /// Nil where the line is no such object.
    init?(_ line: [UInt8]) {
        guard let given = try? JSONValue(parsing: line), given.members != nil else { return nil }
        func text(_ name: String) -> Text?? {
            switch given[name] {
            case nil, .null: .some(nil)
            case .string(let text): .some(Text(text))
            default: nil
            }
        }
        guard let title = text("title"), let body = text("body") else { return nil }
        (self.title, self.body, id) = (title, body, given["id"])
        switch given["stars"] {
        case nil, .null: break
        case .number(let written):
            guard let number = Double(written), (0.5..<5.5).contains(number) else { return nil }
            stars = Int(number.rounded())
        default: return nil
        }
    }

    func answer(_ reading: FrozenReading, _ ids: [FrozenModel.ID]) -> JSONValue {
        let own: [(key: String, value: JSONValue)] = id.map { [("id", $0)] } ?? []
        let aspects = reading.aspects.map { mention in
            JSONValue.object(
                [
                    ("id", .string(ids[mention.id].name)),
                    ("polarity", .string(mention.isNegative ? "negative" : "positive")),
                    ("weight", JSONValue(Int64(mention.weight))),
                ] + place(mention))
        }
        let dangers = reading.dangers.map { danger in
            JSONValue.object(
                [
                    ("id", .string(ids[danger.mention.id].name)),
                    ("class", .string(danger.dangerClass.rawValue)),
                    ("weight", JSONValue(Int64(danger.mention.weight))),
                ] + place(danger.mention))
        }
        return .object(
            own + [
                ("language", .string(reading.language ?? "unknown")),
                ("aspects", .array(aspects)), ("dangers", .array(dangers)),
            ])
    }

    private func place(_ mention: FrozenMention) -> [(key: String, value: JSONValue)] {
        let text = mention.field == .title ? title : body
        func quote(_ range: Range<Int>) -> String {
            text.map { String(decoding: $0.bytes[range], as: UTF8.self) } ?? ""
        }
        return [
            ("field", .string(mention.field == .title ? "title" : "body")),
            ("start", JSONValue(Int64(mention.sentence.lowerBound))),
            ("end", JSONValue(Int64(mention.sentence.upperBound))),
            ("quote", .string(quote(mention.sentence))), ("word", .string(quote(mention.word))),
        ]
    }
}
