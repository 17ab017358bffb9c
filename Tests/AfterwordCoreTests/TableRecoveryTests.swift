import AfterwordCore
import Testing

/// Tables that are cut or whose quotes are broken.
@Suite struct TableRecoveryTests {
    private static let quoted = table(quotesAll: true)
    private static let plain = table(quotesAll: false)

    /// Six rows; the text of the third holds a row of the table, and one as a quoted table has it.
    private static func table(quotesAll: Bool) -> [[UInt8]] {
        let fake =
            "She wrote:\nR9,B0X,5,fake\n\"R8\",\"B0Y\",\"1\",\"fake\"\nand, well, nothing\nelse."
        let texts = [
            "Good lid.", "It \"leaks\", a lot.", fake, "Fine", "Two\nlines",
            "\"Great\" it said, once.",
        ]
        func cell(_ text: String) -> String {
            let hasNeed = text.contains { ",\"\n".contains($0) }
            return quotesAll || hasNeed ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
        }
        let rows = texts.enumerated().map { index, text in
            ["R\(index)", "B0\(index)", text, "\(index % 5)"].map(cell).joined(separator: ",")
        }
        return (["c1,c0,c3,c2"] + rows).map { Array(($0 + "\n").utf8) }
    }

    private func whole(_ rows: [[UInt8]]) -> Set<[UInt8]> {
        Set(rows.dropFirst().map { Array($0.dropLast()) })
    }

    @Test("A table that is cut at any byte keeps the rows before the cut, and invents none")
    func cut() throws {
        for rows in [Self.quoted, Self.plain] {
            let bytes = rows.flatMap { $0 }
            let ends = rows.indices.map { rows[...$0].map(\.count).reduce(0, +) }
            for cut in ends[0]..<bytes.count {
                for slab in [1, 7, 1 << 20] {
                    let table = try #require(SplitTable(Array(bytes[..<cut]), slab: slab))
                    let read = table.rows.map(\.bytes)
                    // A cut in the last cell, of one digit, leaves a whole row or a short one.
                    let isInLast = table.rows.last.map { $0.cells[2] == "" } ?? false
                    let complete = ends.count { $0 <= cut } - 1
                    let known = isInLast ? Array(read.dropLast()) : read
                    #expect(whole(rows).isSuperset(of: known), "cut \(cut)")
                    #expect(read.count >= complete, "cut \(cut)")
                }
            }
        }
    }

    @Test("A row that is cut at any byte and followed by the others costs at most one neighbor")
    func missingPiece() throws {
        for rows in [Self.quoted, Self.plain] {
            for broken in 1..<rows.count - 1 {
                for cut in 1..<rows[broken].count - 1 {
                    for lineEnd in ["", "\n"] {
                        var parts = rows
                        parts[broken] = Array(rows[broken].prefix(cut)) + Array(lineEnd.utf8)
                        let table = try #require(SplitTable(parts.flatMap { $0 }))
                        let held = table.rows.filter { whole(rows).contains($0.bytes) }
                        let words = "row \(broken) cut at \(cut)"
                        #expect(held.count >= rows.count - 1 - 2, "\(words)")
                        let others = table.rows.filter { !whole(rows).contains($0.bytes) }
                        #expect(!others.contains { $0.cells[0] == "B0X" }, "\(words)")
                        #expect(!others.contains { $0.cells[0] == "B0Y" }, "\(words)")
                    }
                }
            }
        }
    }

    @Test("A quote that is never closed costs its row and at most one neighbor")
    func strayQuote() throws {
        for (count, texts) in [(8, "plain"), (9, "some quoted")] {
            for broken in 0..<count {
                var lines = ["c0,c1,c2"]
                for index in 0..<count {
                    let text = texts == "plain" || index % 3 > 0 ? "Fine \(index)" : "\"A, b\""
                    lines.append(index == broken ? "B\(index),\"Oh,x" : "B\(index),\(text),x")
                }
                let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
                for slab in [1, 7, 97, 1 << 20] {
                    let table = try #require(SplitTable(bytes, slab: slab))
                    #expect(table.rows.count >= count - 2, "\(texts), row \(broken)")
                    #expect(
                        table.rows.allSatisfy {
                            lines.contains(String(decoding: $0.bytes, as: UTF8.self))
                        })
                    #expect(table == SplitTable(bytes))
                }
            }
        }
    }

    @Test("Every byte is in a row, in a reject, or between rows")
    func balance() throws {
        for seed in UInt64(1)...200 {
            var bytes = MadeTable(seed: seed).bytes
            for place in stride(from: 40 + Int(seed % 17), to: bytes.count, by: 37) {
                bytes[place] = Array("\"\n,x".utf8)[Int(seed) % 4]
            }
            let table = try #require(SplitTable(bytes))
            for slab in [1, 7, 97] { #expect(SplitTable(bytes, slab: slab) == table) }
            let own =
                table.rows.map { ($0.offset, $0.bytes.count) }
                + table.rejects.map { ($0.offset, $0.bytes.count) }
            var end: Int64 = 0
            for (offset, count) in own.sorted(by: { $0.0 < $1.0 }) {
                #expect(offset >= end, "seed \(seed)")
                if end > 0 {
                    let between = bytes[Int(end)..<Int(offset)]
                    #expect(between.allSatisfy { ",;\t|\"\r\n ".utf8.contains($0) }, "seed \(seed)")
                }
                end = offset + Int64(count)
            }
        }
    }
}
