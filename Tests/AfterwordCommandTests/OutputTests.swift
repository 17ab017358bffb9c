import Foundation
import Testing

/// Where output goes and how failed writes are reported: full disks, links, devices, pipes.
@Suite struct OutputTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        func review(_ number: Int, _ text: String) -> String {
            """
            {"CHILD_ASIN": "P\(number)", "CUSTOMER_REVIEW_RATING": 1,
              "CUSTOMER_REVIEW_DESCRIPTION": "\(text)", "PRODUCT_BRAND": "B"}
            """
        }
        try folder.write("d/2026-03-02/a.json", "[\(review(1, "It leaked after a week"))]")
        let second = [review(1, "It leaked after a week"), review(2, "The charger caught fire")]
        try folder.write("d/2026-03-09/a.json", "[\(second.joined(separator: ","))]")
        #expect(try Program.run(["run", "d", "--quiet"], in: folder.path).code == 0)
    }

    @Test(
        "write-errors-exit-0: what cannot be printed is exit 3 and says why",
        arguments: [
            "products", "products --json", "brands", "product P1", "reviews P1", "runs --json",
            "runs", "themes", "theme leaks", "safety", "inbox", "changes portfolio", "report",
            "report --format json", "report --output /dev/stdout", "report --output -", "audit",
            "status", "rejects", "insights", "insight portfolio", "costs", "shape list", "tables",
            "run d/2026-03-09", "run d/2026-03-09 --json", "plan d/2026-03-09", "--help",
            "run --help", "--version", "key create k --store afterword.sqlite", "migrate",
        ])
    func fullDisk(command: String) throws {
        let full = try Program.shell("afterword \(command) > /dev/full", in: folder.path)
        #expect(full.code == 3, "\(full.errors)")
        #expect(
            full.errors.hasSuffix(
                "afterword: cannot write standard output: No space left on device\n"),
            "\(full.errors)")
        let closed = try Program.shell(
            "afterword \(command.replacing(" k ", with: " l ")) >&-", in: folder.path)
        #expect(closed.code == 3, "\(closed.errors)")
        #expect(closed.errors.contains("cannot write standard output: Bad file descriptor"))
        #expect(try Program.run(["audit"], in: folder.path).code == 0)
    }

    @Test(
        "A descriptor that the program was not started with is refused before a store is opened",
        arguments: ["--events", "--changed"])
    func foreignDescriptor(option: String) throws {
        let before = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/afterword.sqlite"))
        for number in [3, 5, 7, 8, 9, 12, 77, 5_000] {
            let run = try Program.shell(
                "afterword run d/2026-03-09 --quiet \(option) /dev/fd/\(number)", in: folder.path)
            #expect(run.code == 2, "\(number): \(run.errors)")
            #expect(
                run.errors == "afterword: cannot write /dev/fd/\(number): Bad file descriptor\n")
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(left == ["afterword.sqlite", "d"])
        #expect(
            try Data(contentsOf: URL(fileURLWithPath: folder.path + "/afterword.sqlite")) == before)
        let open = try Program.shell(
            "afterword run d/2026-03-09 --quiet \(option) /dev/fd/7 7> out", in: folder.path)
        #expect(open.code == 0, "\(open.errors)")
        // The dump is loaded already: it changes nothing.
        let out = try String(contentsOfFile: folder.path + "/out", encoding: .utf8)
        #expect(option == "--changed" ? out.isEmpty : out.hasSuffix("\n"))
        let report = try Program.shell("afterword report --output /dev/fd/8", in: folder.path)
        #expect(report.code == 2)
    }

    @Test("Changed products that cannot be written are known before a load, or said with the run")
    func changed() throws {
        for path in ["/no/such/folder/x", "d", "/dev/fd/99"] {
            let early = try Program.run(
                ["run", "d/2026-03-09", "--changed", path, "--store", "new.sqlite"],
                in: folder.path)
            #expect(early.code == 2, "\(early.errors)")
            #expect(early.errors.hasPrefix("afterword: cannot write \(path): "))
            #expect(!FileManager.default.fileExists(atPath: folder.path + "/new.sqlite"))
        }
        let late = try Program.run(
            ["run", "d/2026-03-09", "--quiet", "--changed", "/dev/full", "--store", "new.sqlite"],
            in: folder.path)
        #expect(late.code == 3)
        #expect(
            late.errors.hasPrefix(
                "afterword: run 1 is stored, but the changed products cannot be written to "
                    + "/dev/full: No space left on device. A repeat finds nothing changed"),
            "\(late.errors)")
        #expect(
            try Program.run(["runs", "--store", "new.sqlite"], in: folder.path).code == 0)
    }

    @Test("write-errors-exit-0: a closed output is no failure of a command that prints nothing")
    func silent() throws {
        let quiet = try Program.shell(
            "afterword run d/2026-03-09 --quiet >&- && afterword brands 2>&- < /dev/null",
            in: folder.path)
        #expect(quiet.code == 0 && quiet.output.contains("1 of 1 brand"), "\(quiet)")
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(left == ["afterword.sqlite", "d"])
        #expect(try Program.run(["audit"], in: folder.path).code == 0)
    }

    @Test("write-errors-exit-0: a reader that has read enough is no failure")
    func brokenPipe() throws {
        let head = try Program.shell(
            "set -o pipefail; afterword tables | head -1; echo ${PIPESTATUS[0]}", in: folder.path)
        #expect(head.errors.isEmpty, "\(head.errors)")
        #expect(head.output.hasSuffix("\n0\n") || head.output.hasSuffix("\n141\n"), "\(head)")
    }

    @Test("A check that failed stays a check that failed, whatever becomes of its output")
    func checkFails() throws {
        let stale = try Program.shell(
            "afterword status --max-age 1s > /dev/full", in: folder.path)
        #expect(stale.code == 1 && stale.errors.contains("No space left"), "\(stale)")
    }

    @Test("output-replaces-devices-and-links: a link stays, what it leads to is written")
    func links() throws {
        let manager = FileManager.default
        let path = folder.path
        try folder.write("target.html", "old")
        try manager.setAttributes(
            [.posixPermissions: 0o640], ofItemAtPath: path + "/target.html")
        try manager.createDirectory(atPath: path + "/other", withIntermediateDirectories: true)
        try manager.createSymbolicLink(
            atPath: path + "/link.html", withDestinationPath: "target.html")
        try manager.createSymbolicLink(
            atPath: path + "/dangling.html", withDestinationPath: "other/new.html")
        for (link, target, mode) in [
            ("link.html", "target.html", 0o640), ("dangling.html", "other/new.html", 0o600),
        ] {
            let result = try Program.run(["report", "--output", link], in: path)
            #expect(result.code == 0 && result.output.isEmpty, "\(result)")
            #expect(try manager.destinationOfSymbolicLink(atPath: "\(path)/\(link)") == target)
            let text = try String(contentsOfFile: "\(path)/\(target)", encoding: .utf8)
            #expect(text.hasPrefix("<!DOCTYPE html>") && text.hasSuffix("</html>\n"))
            let attributes = try manager.attributesOfItem(atPath: "\(path)/\(target)")
            #expect(attributes[.posixPermissions] as? Int == mode)
        }
        #expect(try manager.contentsOfDirectory(atPath: path + "/other") == ["new.html"])
    }

    @Test("output-replaces-devices-and-links: pipes and standard output are written to")
    func specials() throws {
        let report = try Program.run(["report"], in: folder.path).output
        let pipe = try Program.shell(
            "mkfifo p; cat p > got & afterword report --output p && wait && test -p p && cat got",
            in: folder.path)
        #expect(pipe.code == 0 && pipe.output == report)
        for path in ["/dev/stdout", "/dev/fd/1", "-"] {
            #expect(
                try Program.run(["report", "--output", path], in: folder.path).output == report)
        }
        // Appending with `>>` must keep the existing content.
        let appended = try Program.shell(
            "echo before > all; afterword report --output /dev/stdout >> all; "
                + "afterword report --output /dev/fd/3 3>> all; cat all; test -h /dev/stdout",
            in: folder.path)
        #expect(appended.code == 0 && appended.output == "before\n" + report + report)
        let null = try Program.shell(
            "afterword report --output /dev/null && test -c /dev/null", in: folder.path)
        #expect(null.code == 0, "\(null.errors)")
    }

    @Test(
        "output-replaces-devices-and-links: a device node stays one",
        .enabled(if: geteuid() == 0, "SKIPPED: only root makes device nodes"))
    func devices() throws {
        let result = try Program.shell(
            "mknod full c 1 7 && afterword report --output full; echo $?; test -c full && echo still",
            in: folder.path)
        #expect(result.output == "3\nstill\n", "\(result)")
        #expect(result.errors == "afterword: cannot write full: No space left on device\n")
    }

    @Test("A file that cannot be written is named with the reason, and leaves nothing behind")
    func unwritable() throws {
        let missing = try Program.run(["report", "--output", "none/x.html"], in: folder.path)
        #expect(missing.code == 2)
        #expect(
            missing.errors == "afterword: cannot write none/x.html: No such file or directory\n")
        let directory = try Program.run(["report", "--output", "d"], in: folder.path)
        #expect(directory.code == 2 && directory.errors.contains("cannot write d: Is a directory"))
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(left == ["afterword.sqlite", "d"])
    }

    @Test("output-replaces-devices-and-links: JUnit files follow links too")
    func junit() throws {
        let manager = FileManager.default
        try folder.write("events", "")
        try folder.write("real.xml", "old")
        try manager.createSymbolicLink(
            atPath: folder.path + "/link.xml", withDestinationPath: "real.xml")
        _ = try Program.run(["junit", "events", "--junit", "link.xml"], in: folder.path)
        let link = try manager.destinationOfSymbolicLink(atPath: folder.path + "/link.xml")
        #expect(link == "real.xml")
        let xml = try String(contentsOfFile: folder.path + "/real.xml", encoding: .utf8)
        #expect(xml.hasPrefix("<?xml"))
        let printed = try Program.run(
            ["junit", "events", "--junit", "/dev/stdout"], in: folder.path)
        #expect(printed.output.hasPrefix("<?xml"))
    }
}
