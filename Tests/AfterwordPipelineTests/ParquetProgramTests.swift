import AfterwordCore
import Foundation
import Testing

@testable import AfterwordPipeline

/// The talk with the program that writes Parquet: here one that keeps what it is sent. What
/// `lake/` makes of it, `ci/lake-check` has pyarrow, DuckDB and delta-rs say.
@Suite struct ParquetProgramTests {
    /// Reads orders and Arrow streams by the lengths of their messages, and writes them to files.
    private static let program = #"""
        import json, struct, sys
        stream, out = sys.stdin.buffer, sys.stdout
        for line in iter(stream.readline, b""):
            order = json.loads(line)
            if "publish" in order:
                print(json.dumps({"commits": len(order["publish"])}), flush=True)
                continue
            with open(order["write"], "wb") as file:
                while True:
                    head = stream.read(8)
                    file.write(head)
                    size = struct.unpack("<i", head[4:])[0]
                    if size == 0:
                        break
                    meta = stream.read(size)
                    file.write(meta)
                    # The root table's fourth field is the length of the body.
                    root = struct.unpack_from("<I", meta, 0)[0]
                    vtable = root - struct.unpack_from("<i", meta, root)[0]
                    place = struct.unpack_from("<H", meta, vtable + 10)[0]
                    file.write(stream.read(struct.unpack_from("<q", meta, root + place)[0]))
            print(json.dumps({"rows": 1, "table": order["table"]}), flush=True)
        """#

    private let table = RunTable(
        name: "t", comment: "", fields: [ArrowField("product_id", .text), ArrowField("n", .number)])

    private func batch(_ number: Int64) -> ArrowBatch {
        var batch = ArrowBatch(table.fields)
        "P\(number)".lend { batch.columns[0].append($0) }
        batch.columns[1].append(number)
        return batch
    }

    @Test("Files are sent one after another, each as the stream that the writer makes")
    func files() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("afterword-pipe-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let program = try ParquetProgram(["python3", "-c", Self.program])
        for number in 1...3 as ClosedRange<Int64> {
            let path = folder.appendingPathComponent("\(number)")
            try program.begin(table, at: path.path)
            var writer = ArrowWriter(table.fields)
            var expected = writer.begin()
            for row in 0..<number {
                try program.add(batch(row))
                expected += writer.encode(batch(row))
            }
            try program.end()
            #expect(try Array(Data(contentsOf: path)) == expected + writer.end())
        }
        #expect(try program.publish("abcd") == 4)
    }

    @Test(
        "A program that is missing, fails, ends or says nonsense is named",
        arguments: [
            (
                "import sys; sys.stdin.readline(); print('{\"error\": \"disk full\"}', flush=True)",
                "disk full"
            ),
            ("import sys; sys.stdin.readline(); sys.exit(7)", "status 7"),
            ("import sys; sys.stdin.readline(); print('what?', flush=True)", "as it should"),
        ])
    func failures(script: String, reason: String) throws {
        let program = try ParquetProgram(["/usr/bin/env", "python3", "-c", script])
        do {
            try program.begin(table, at: "/dev/null")
            // More than a pipe holds: the program has ended by then.
            for row in 0..<20_000 as Range<Int64> { try program.add(batch(row)) }
            try program.end()
            Issue.record("nothing failed")
        } catch ExportFault.writerFailed(let words) {
            #expect(words.contains(reason), "\(words)")
        }
    }

    @Test("Its environment is the one that is given, and a failed commit is named as that")
    func commits() throws {
        let script = """
            import json, os, sys
            sys.stdin.readline()
            print(json.dumps({"error": os.environ.get("MADE", "") + "!"}), flush=True)
            """
        var environment = ProcessInfo.processInfo.environment
        environment["MADE"] = "key"
        let program = try ParquetProgram(["python3", "-c", script], environment: environment)
        #expect(throws: ExportFault.commitFailed("key!")) { try program.publish("x") }
        #expect(ExportFault.commitFailed("key!").words.contains("committed to Delta"))
    }

    @Test("What a repeat does not mend is refused, with the code of usage")
    func refused() throws {
        let script = """
            import json, sys
            sys.stdin.readline()
            print(json.dumps({"error": "no such bucket", "refused": True}), flush=True)
            """
        let program = try ParquetProgram(["python3", "-c", script])
        #expect(throws: ExportFault.commitRefused("no such bucket")) { try program.publish("x") }
        #expect(!ExportFault.commitRefused("x").isRetryable)
        #expect(ExportFault.commitFailed("x").isRetryable)
    }

    @Test(
        "A signal ends what does not answer, also one that goes on without orders",
        arguments: ["sys.stdin.read()", "time.sleep(600)"])
    func interrupted(rest: String) throws {
        let mark = FileManager.default.temporaryDirectory
            .appendingPathComponent("afterword-pipe-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: mark) }
        let script = """
            import os, sys, time
            sys.stdin.readline()
            print(os.getpid(), end="", file=open(sys.argv[1] + ".new", "w"))
            os.rename(sys.argv[1] + ".new", sys.argv[1])
            \(rest)
            """
        let begun = ContinuousClock.now
        do {
            let program = try ParquetProgram(
                ["python3", "-c", script, mark], patience: .milliseconds(300))
            program.isInterrupted = { FileManager.default.fileExists(atPath: mark) }
            #expect(throws: StoreFault.interrupted) { try program.publish("x") }
        }
        let number = try #require(Int32(String(contentsOfFile: mark, encoding: .utf8)))
        #expect(kill(number, 0) != 0 && errno == ESRCH)
        #expect(ContinuousClock.now - begun < .seconds(60))
    }

    @Test("There must be such a program", arguments: ["", "no-such-program-9", "/etc/hostname"])
    func missing(name: String) {
        #expect(throws: ExportFault.self) { try ParquetProgram(name.isEmpty ? [] : [name]) }
    }
}
