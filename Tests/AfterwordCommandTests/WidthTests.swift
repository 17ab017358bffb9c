import AfterwordCore
import Foundation
import Testing

/// Tables on terminals of different widths, and in pipes.
@Suite struct WidthTests {
    private let folder: TemporaryFolder
    private let quote = String(repeating: "It leaked over all of the table and more ", count: 12)

    init() throws {
        folder = try TemporaryFolder()
        func review(_ product: String, _ stars: Int, _ title: String, _ text: String) -> String {
            """
            {"CHILD_ASIN": "\(product)", "CUSTOMER_REVIEW_RATING": \(stars), "PRODUCT_BRAND": "喜多川Брэнд",
              "CUSTOMER_REVIEW_TITLE": "\(title)", "CUSTOMER_REVIEW_DESCRIPTION": "\(text)"}
            """
        }
        let first = [
            review("B0ABCDEF01", 1, "中文标题很长很长很长很长很长很长很长很长很长很长", quote),
            review("B0ABCDEF01", 2, "המוצר דולף ומסוכן מאוד מאוד", "المنتج يتسرب وهو خطير جدا"),
            review("B0ABCDEF02", 1, "⭐️👍🏽👨‍👩‍👧 emoji", "The charger caught fire ⭐️ and it is dangerous"),
        ]
        let second = first + [review("B0ABCDEF02", 1, "한국어 제목", "It broke. " + quote)]
        try folder.write("d/2026-03-02/a.json", "[\(first.joined(separator: ","))]")
        try folder.write("d/2026-03-09/a.json", "[\(second.joined(separator: ","))]")
        #expect(try Program.run(["run", "d", "--quiet"], in: folder.path).code == 0)
    }

    private static let commands: [[String]] = [
        ["inbox"], ["safety"], ["themes"], ["theme", "leaks"], ["reviews", "B0ABCDEF01"],
        ["products"], ["brands"], ["runs"], ["runs", "--digests"], ["changes", "portfolio"],
        ["rejects"], ["product", "B0ABCDEF01"],
    ]

    /// The width of each line in terminal columns, computed by Python's Unicode tables.
    private func widths(_ text: String) throws -> [Int] {
        let script = """
            import sys, unicodedata as u
            def w(c): return 0 if u.category(c) in ('Mn','Me','Cf') else 2 if u.east_asian_width(c) in 'WF' else 1
            for l in sys.stdin.buffer.read().decode().splitlines(): print(sum(map(w, l)))
            """
        try folder.write("text", text)
        try folder.write("count.py", script)
        return try Program.shell("python3 count.py < text", in: folder.path).output
            .split(separator: "\n").compactMap { Int($0) }
    }

    /// The raw output of a command on a terminal with that many columns.
    private func onTerminal(_ columns: Int, _ arguments: [String]) throws -> String {
        let words = arguments.map { "'\($0)'" }.joined(separator: ", ")
        try folder.write(
            "terminal.py",
            """
            import fcntl, os, pty, struct, sys, termios
            pid, fd = pty.fork()
            if pid == 0:
                fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack('HHHH', 20, \(columns), 0, 0))
                os.environ.pop('COLUMNS', None)
                os.execv(os.environ['AFTERWORD'], ['afterword', \(words)])
            out = b''
            while True:
                try: piece = os.read(fd, 4096)
                except OSError: break
                if not piece: break
                out += piece
            os.waitpid(pid, 0)
            sys.stdout.buffer.write(out)
            """)
        return try Program.shell("python3 terminal.py", in: folder.path).output
    }

    private func plain(_ shown: String) throws -> String {
        shown.replacing("\r\n", with: "\n").replacing("\r", with: "").replacing(
            "\u{1B}[K", with: ""
        )
        .replacing(try Regex("\u{1B}\\[[0-9]*m"), with: "")
    }

    @Test(
        "terminal-width: no line is wider than the terminal, at 60, 80 and 200 columns",
        arguments: [60, 80, 200])
    func fits(columns: Int) throws {
        for command in Self.commands {
            let shown = try plain(onTerminal(columns, command))
            #expect(shown.count > 10, "\(command)")
            // The Python script measures the parts of joined emoji separately, so skip those lines.
            let lines = shown.split(separator: "\n").filter { !$0.contains("⭐") }
            let widest = try widths(lines.joined(separator: "\n")).max() ?? 0
            let isDigest = command.contains("--digests")
            #expect(widest <= (isDigest ? max(columns, 72) : columns), "\(command)\n\(shown)")
        }
    }

    @Test("terminal-width: a wide terminal shows more of a quote; a pipe cuts at 200 columns alone")
    func wide() throws {
        func shown(_ columns: String) throws -> Int {
            let output = try Program.run(
                ["theme", "leaks"], in: folder.path, environment: ["COLUMNS": columns]
            ).output
            let line = output.split(separator: "\n").first { $0.contains("It leaked") } ?? ""
            return line.count
                - (line.firstRange(of: "It leaked").map {
                    line.distance(from: line.startIndex, to: $0.lowerBound)
                } ?? 0)
        }
        let (narrow, wide, piped) = (try shown("80"), try shown("200"), try shown(""))
        #expect(narrow < 80 && wide > 100 && piped == 200, "\(narrow) \(wide) \(piped)")
    }

    @Test("terminal-width: ids are whole where texts can make room")
    func ids() throws {
        let output = try Program.run(
            ["inbox"], in: folder.path, environment: ["COLUMNS": "80"]
        ).output
        #expect(output.contains("B0ABCDEF02"), "\(output)")
    }

    @Test("terminal-width: digests of runs are shown last, and only where they are asked for")
    func digests() throws {
        let digest = try Regex("[0-9a-f]{64}")
        #expect(try Program.run(["runs"], in: folder.path).output.firstMatch(of: digest) == nil)
        let with = try Program.run(["runs", "--digests"], in: folder.path).output
        #expect(with.matches(of: digest).count == 2)
        #expect(with.split(separator: "\n").last?.hasPrefix("history ") == true)
        let json = try Program.run(["runs", "--json"], in: folder.path).output
        #expect(json.contains("\"history_digest\":"))
    }

    @Test("terminal-width: colours take no columns on a terminal")
    func colours() throws {
        let shown = try onTerminal(100, ["safety"])
        #expect(shown.contains("\u{1B}[31m") && shown.contains("\u{1B}[1m"), "\(shown)")
        let lines = try plain(shown).split(separator: "\n")
        let heading = try #require(lines.first { $0.contains("hazard") })
        let row = try #require(lines.first { $0.contains("B0ABCDEF02") })
        func place(_ word: String, _ line: Substring) -> Int? {
            line.firstRange(of: word).map {
                line.distance(from: line.startIndex, to: $0.lowerBound)
            }
        }
        #expect(place("product", heading) == place("B0ABCDEF02", row), "\(shown)")
    }
}
