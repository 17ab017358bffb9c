import AfterwordCore
import Testing

/// Rows of a table as the splitter finds them.
struct SplitTable: Equatable {
    struct Row: Equatable {
        var offset: Int64
        var bytes: [UInt8]
        /// By column; "" for an empty cell.
        var cells: [String]
    }
    struct Reject: Equatable {
        var reason: RejectReason
        var offset: Int64
        var bytes: [UInt8]
        var text: String { String(decoding: bytes, as: UTF8.self) }
    }
    var rows: [Row] = []
    var rejects: [Reject] = []

    /// The columns that the splitter reads.
    static let columns = ["c0", "c1", "c2", "c3", "c4", "c5"]
    private static let names = [
        "product_id", "review_id", "title", "body", "variant", "author_name",
    ]
    private static let plan: ExtractionPlan = {
        let fields = zip(names, columns).map { "\"\($0)\": \"\($1)\"" }.joined(separator: ", ")
        let text = "{\"shape\": \"t\", \"version\": 1, \"fields\": {\(fields)}}"
        // A broken document is a mistake of this test, which stops it.
        guard let shape = try? Shape(parsing: Array(text.utf8)) else { preconditionFailure(text) }
        return RecordCleaner(shape).plan
    }()

    /// Splits a table given whole in slabs of `size` bytes. Nil where it has no header.
    init?(_ bytes: [UInt8], slab size: Int = 1 << 20, elements: Int = 128) {
        guard let table = TableBeginning(bytes, isWhole: true) else { return nil }
        var splitter = FileSplitter(Self.plan, table: table, isStrict: false)
        var found = self.rows
        var rejects = self.rejects
        let width = min(table.header.names.count, Self.columns.count)
        let slots = Self.columns.prefix(width).map { Self.plan.recordSlot(.record([$0])) ?? 0 }
        var place = 0
        repeat {
            let end = min(place + size, bytes.count)
            splitter.feedAll(bytes[place..<end], isLast: end == bytes.count, elements: elements) {
                events, window, offset in
                for case .unit(let unit) in events {
                    let stride = Self.plan.recordSources.count
                    for (index, record) in unit.records.enumerated() {
                        let own = window.extracting(record.range).lend { Array($0) }
                        let start = offset + Int64(record.range.lowerBound)
                        if let reason = record.fault {
                            rejects.append(Reject(reason: reason, offset: start, bytes: own))
                            continue
                        }
                        let cells = slots.map { slot in
                            window.lend { bytes in
                                let token = unit.recordTokens[index * stride + slot]
                                return String(decoding: cellText(token, bytes), as: UTF8.self)
                            }
                        }
                        found.append(Row(offset: start, bytes: own, cells: cells))
                    }
                }
            }
            place = end
        } while place < bytes.count
        self.rows = found
        self.rejects = rejects
    }
}

/// The rows of tables, with their bytes and offsets.
@Suite struct TableSplitterTests {
    private func split(_ text: String, slab: Int = 1 << 20) -> [[String]] {
        SplitTable(Array(text.utf8), slab: slab)?.rows.map(\.cells) ?? []
    }

    @Test("A row is its own bytes: without its line end, with its quotes and line breaks")
    func bytes() throws {
        let text = "c0,c1,c2\r\na,\"b\r\n\"\"x\"\"\",c\r\n\r\nd,,\"e,f\""
        let table = try #require(SplitTable(Array(text.utf8)))
        #expect(
            table.rows.map { String(decoding: $0.bytes, as: UTF8.self) } == [
                "a,\"b\r\n\"\"x\"\"\",c", "d,,\"e,f\"",
            ])
        #expect(table.rows.map(\.cells) == [["a", "b\r\n\"x\"", "c"], ["d", "", "e,f"]])
        #expect(table.rows.map(\.offset) == [10, 28])
        #expect(table.rejects.isEmpty)
    }

    @Test(
        "The header tells the separator, whatever else its names hold",
        arguments: [
            "c0,c1,c2\na,b,c\n", "c0;c1;c2\na;b;c\n", "c0\tc1\tc2\na\tb\tc\n", "c0|c1|c2\na|b|c",
            "\"c0\";\"c1\";\"c2\"\n\"a\";\"b\";\"c\"\n", "\u{FEFF}c0,c1,c2\na,b,c\n",
            "sep=;\r\nc0;c1;c2\r\na;b;c\r\n", "\n\nc0,c1,c2\ra,b,c\r", " c0 , c1 ,c2 \na,b,c",
            "c0, c1, c2\na, b, c\n", "c0, \"c1\", c2\na, \"b\", c\n",
        ])
    func separators(text: String) { #expect(split(text) == [["a", "b", "c"]]) }

    @Test("Empty and NULL cells are absent; what follows the last separator is a cell")
    func empty() {
        let text = "c0,c1,c2\na,,\nNULL,\"\",\\N\nb,\"NULL\",nan\n,,\n\"\",\"\",\"\"\n"
        #expect(split(text) == [["a", "", ""], ["", "", ""], ["b", "NULL", ""]])
    }

    @Test("Columns without a name may be missing at the end; empty cells may follow")
    func tolerance() {
        #expect(
            split("c0,c1,\na,b\nc,d,\ne,f,g\n").map { $0.prefix(2) } == [
                ["a", "b"], ["c", "d"], ["e", "f"],
            ])
        #expect(split("c0,c1\na,b,\nc,d,,\n") == [["a", "b"], ["c", "d"]])
    }

    private func all(_ text: String) throws -> SplitTable {
        let whole = try #require(SplitTable(Array(text.utf8)))
        for slab in [1, 7, 97] { #expect(SplitTable(Array(text.utf8), slab: slab) == whole) }
        return whole
    }

    @Test("A quote escaped by a backslash is a reject that says so")
    func escapedQuotes() throws {
        let table = try all("c0,c1\na,\"say \\\"hi\\\" now\"\nb,\"C:\\\"\nc,\"x\" y\nd,e\n")
        #expect(table.rejects.map(\.reason).first == .escapedQuote)
        #expect(table.rejects.map(\.reason).contains(.brokenQuote))
        #expect(!table.rows.contains { $0.cells[0] == "a" })
    }

    @Test("Between tabs a quote that closes no cell is a text")
    func plainQuotes() throws {
        let head = "c0\tc1\tc2\n"
        for (row, cells) in [
            ("a\t\"Head\" Some words\tc", ["a", "\"Head\" Some words", "c"]),
            ("\"a\" b\tx\t\"\"Great\"\" lid", ["\"a\" b", "x", "\"\"Great\"\" lid"]),
            ("a\t15\" tv\t\"quoted\"", ["a", "15\" tv", "quoted"]),
            ("a\t\"b\tx\"\tc", ["a", "b\tx", "c"]), ("a\t\"b\nx\"\tc", ["a", "b\nx", "c"]),
            ("a\t\"say \"\"hi\"\"\"\tc", ["a", "say \"hi\"", "c"]),
        ] {
            for end in ["", "\n", "\r\n"] {
                let table = try all(head + row + end + (end.isEmpty ? "" : "d\te\tf" + end))
                #expect(table.rejects.isEmpty, "\(row)")
                #expect(table.rows.first?.cells == cells, "\(row)")
                #expect(table.rows.first?.bytes == Array(row.utf8))
            }
        }
    }

    @Test("Between tabs a quote that is never closed is a text where other quotes show it")
    func looseQuotes() throws {
        let rows = [
            "a0\t\"Head\" words\tx", "a1\t\"Great product\tx", "a2\tsize 15\"\tx", "a3\t\"Fine\tx",
            "a4\tok\t\"never closed",
        ]
        let table = try all("c0\tc1\tc2\n" + rows.joined(separator: "\n"))
        #expect(table.rejects.isEmpty)
        #expect(table.rows.map(\.cells) == rows.map { $0.split(separator: "\t").map(String.init) })
        // Behind the begin of a file a row shows it just as well.
        let later = try all("c0\tc1\tc2\n" + rows.reversed().joined(separator: "\n") + "\n")
        #expect(later.rows.count == 5)
    }

    @Test("Tables that were joined: their marks and headers are no rows")
    func joined() throws {
        let part = "\u{FEFF}c0,c1,c2\na,b,c\nd,\"e\nf\",g\n"
        let table = try all(part + part + "\u{FEFF}" + part + "\u{FEFF}")
        #expect(table.rejects.isEmpty)
        #expect(table.rows.map { $0.cells[0] } == ["a", "d", "a", "d", "a", "d"])
        #expect(table.rows[2].bytes == Array("a,b,c".utf8))
    }

    @Test("A ragged row costs itself, and so does one that is no UTF-8")
    func ragged() throws {
        var bytes = Array("c0,c1\na,b\nc\nd,e,f\ng,\"h\ni\",j\n".utf8)
        bytes += [0x6B, 0x2C, 0xE9, 0x0A] + Array("l,m\nn".utf8)
        for slab in [1, 7, 97, 1 << 20] {
            let table = try #require(SplitTable(bytes, slab: slab))
            #expect(table.rows.map(\.cells) == [["a", "b"], ["l", "m"]])
            #expect(
                table.rejects.map(\.reason) == [
                    .raggedRow, .raggedRow, .raggedRow, .badUTF8, .truncated,
                ])
            #expect(table.rejects.map(\.text).prefix(3) == ["c", "d,e,f", "g,\"h\ni\",j"])
            #expect(table.rejects.last?.offset == 36)
        }
    }

    @Test("Any table reads as a plain reading of the standard does, however its slabs are cut")
    func property() throws {
        for seed in UInt64(1)...400 {
            let made = MadeTable(seed: seed)
            for slab in [1, 7, 97, 1 << 20] {
                let table = try #require(SplitTable(made.bytes, slab: slab, elements: 3))
                #expect(table.rejects.isEmpty, "seed \(seed)")
                #expect(table.rows.map(\.cells) == made.rows, "seed \(seed), slab \(slab)")
                #expect(table.rows.map(\.bytes) == made.pieces.map(\.bytes), "seed \(seed)")
                #expect(table.rows.map(\.offset) == made.pieces.map(\.offset), "seed \(seed)")
            }
        }
    }
}

/// A table made from a seed, with what must be read of it.
struct MadeTable {
    private(set) var bytes: [UInt8] = []
    private(set) var rows: [[String]] = []
    private(set) var pieces: [(offset: Int64, bytes: [UInt8])] = []
    private var random: SplitMix64

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
        let columns = Array(SplitTable.columns.prefix(2 + Int(random.next() % 5)))
        let separator = [",", ";", "\t", "|"][Int(random.next() % 4)]
        let lineEnd = ["\n", "\r\n", "\r"][Int(random.next() % 3)]
        let quotesAll = random.next() % 2 == 0
        if random.next() % 2 == 0 { bytes += [0xEF, 0xBB, 0xBF] }
        bytes += Array((columns.joined(separator: separator) + lineEnd).utf8)
        let count = Int(random.next() % 12)
        for number in 0..<count {
            var cells = columns.map { _ in cell() }
            cells[0] = "r\(number)" + cells[0]
            let written = cells.map { write($0, separator, always: quotesAll) }
            let row = Array(written.joined(separator: separator).utf8)
            pieces.append((Int64(bytes.count), row))
            rows.append(cells)
            bytes += row
            if number + 1 < count || random.next() % 2 == 0 { bytes += Array(lineEnd.utf8) }
        }
    }

    private mutating func cell() -> String {
        let parts = [
            "", "a", "Good lid.", ",", ";", "\t", "|", "\"", "\"\"", "\n", "\r\n", "\r", "é", "日本",
            "\u{1F600}", "9,B0X,5,fake", "\n9,B0X,5,\"fake\"\n", " ", "0", "'", "\\", "{\"a\": 1}",
        ]
        let count = random.next() % 5
        return (0..<count).map { _ in parts[Int(random.next() % UInt64(parts.count))] }.joined()
    }

    private mutating func write(
        _ cell: String, _ separator: String, always: Bool
    ) -> String {
        let special = [separator, "\"", "\n", "\r"].contains { part in
            cell.unicodeScalars.contains { String($0) == part }
        }
        guard always || special || cell == "nan" || random.next() % 5 == 0 else { return cell }
        return "\"" + cell.replacing("\"", with: "\"\"") + "\""
    }
}
