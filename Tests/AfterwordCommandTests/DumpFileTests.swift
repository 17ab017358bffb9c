import AfterwordStores
import Foundation
import Testing

/// Dumps of many files, and paths that are not regular files, as given in a shell.
@Suite struct DumpFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func review(_ number: Int) -> String {
        """
        {"review_id":"r\(number)","rating":5,"title":"t","text":"text \(number) of it",\
        "parent_asin":"P\(number % 7)","user_id":"u\(number)"}
        """
    }

    @Test("holds-every-file-open: 300 files load where 40 may be open, plain and packed")
    func many() throws {
        for number in 0..<300 { try folder.write("d/\(number).json", review(number)) }
        let plain = try Program.shell(
            "ulimit -Sn 40; afterword run d --json --observed-at 2026-01-01", in: folder.path)
        #expect(plain.code == 0 && plain.output.contains(#""inserted":300"#), "\(plain.errors)")
        let packed = try Program.shell(
            "gzip d/*.json; ulimit -Sn 40; afterword run d --quiet --store packed.sqlite "
                + "--observed-at 2026-01-01 && afterword status --store packed.sqlite",
            in: folder.path)
        #expect(packed.code == 0 && packed.output.contains("300 reviews"), "\(packed.errors)")
        #expect(try Program.run(["audit"], in: folder.path).code == 0)
    }

    @Test(
        "holds-every-file-open: the same on Postgres",
        .enabled(
            if: CrashTests.server != nil,
            "SKIPPED: AFTERWORD_TEST_POSTGRES names no server (ci/postgres start)"))
    func manyOnPostgres() throws {
        let server = try #require(CrashTests.server)
        let schema = "many_" + UUID().uuidString.lowercased().replacing("-", with: "_")
        let owner = try PostgresConnection(url: server)
        try owner.runAll("CREATE SCHEMA \(schema)")
        defer {
            try? owner.runAll("DROP SCHEMA \(schema) CASCADE; DROP SCHEMA \(schema)_report CASCADE")
        }
        for number in 0..<300 { try folder.write("d/\(number).json", review(number)) }
        let plain = try Program.shell(
            "ulimit -Sn 40; afterword run d --json --observed-at 2026-01-01", in: folder.path,
            environment: ["AFTERWORD_STORE": server + "&options=-csearch_path%3D" + schema])
        #expect(plain.code == 0 && plain.output.contains(#""inserted":300"#), "\(plain.errors)")
    }

    @Test(
        "dated-files-one-folder: each file is a run by its name; an ambiguous name is reported"
    )
    func datedFiles() throws {
        for day in ["05", "12"] {
            try folder.write("weekly/reviews-2026-01-\(day).jsonl", review(1))
        }
        let series = try Program.run(["run", "weekly"], in: folder.path)
        #expect(series.code == 0, "\(series.errors)")
        for (run, day) in [(1, "05"), (2, "12")] {
            let words =
                "Run \(run): reviews-2026-01-\(day).jsonl, observed 2026-01-\(day)T00:00:00Z "
                + "(by its name)"
            #expect(series.output.contains(words), "\(series.output)")
        }
        try folder.write("open/reviews-05-01-2026.jsonl", review(2))
        let open = try Program.run(["run", "open", "--store", "o.sqlite"], in: folder.path)
        #expect(open.output.contains("05-01-2026 in its name is not used"), "\(open.output)")
        try folder.write("weekly/more.jsonl", review(3))
        let outside = try Program.run(["run", "weekly"], in: folder.path)
        #expect(outside.code == 2 && outside.errors.contains("more.jsonl lies beside dated"))
        try folder.write("weekly/reviews-2026-01-12.jsonl", review(2))
        let complete = try Program.run(
            ["run", "weekly", "--complete", "all", "--files", "reviews*"], in: folder.path)
        #expect(complete.code == 2, "\(complete.output)")
        #expect(complete.errors.contains("names other products than reviews-2026-01-05.jsonl"))
    }

    @Test("holds-every-file-open: too few open files are named as the reason")
    func named() throws {
        try folder.write("d/a.json", review(1))
        let refused = try Program.shell("ulimit -n 7; afterword run d", in: folder.path)
        #expect(refused.code == 2 || refused.code == 3, "\(refused.errors)")
        #expect(!refused.errors.contains("cannot read a.json\n"))
    }

    @Test(
        "fifo-as-dump-hangs: pipes and devices are refused by name, exit 2",
        arguments: [
            ("mkfifo p.json; afterword run p.json", "p.json is a pipe"),
            ("afterword run <(echo '[]')", "afterword: /dev/fd/"),
            ("afterword run <(echo '[]')", " is a pipe"),
            ("echo '[]' | afterword run /dev/stdin", "stdin is a pipe"),
            ("afterword run /dev/stdin < /dev/null", "stdin is a device"),
            ("afterword plan /dev/zero", "zero is a device"),
            ("mkfifo s; afterword run d --shape s", "s is a pipe"),
            ("mkfifo c.csv; afterword catalog load c.csv", "c.csv is a pipe"),
            ("mkfifo c.json; afterword shape detect c.json", "c.json is a pipe"),
            ("mkfifo v.json; afterword verify new x v.json", "v.json is a pipe"),
            ("afterword run d --shape d", "d is a folder, and one file is needed"),
            ("afterword catalog load d", "d is a folder, and one file is needed"),
        ])
    func special(script: String, words: String) throws {
        try folder.write("d/a.json", review(1))
        let result = try Program.shell(script, in: folder.path)
        #expect(result.code == 2, "\(result.errors)")
        #expect(result.errors.contains(words), "\(result.errors)")
        let store = folder.path + "/afterword.sqlite"
        #expect(!FileManager.default.fileExists(atPath: store))
    }

    @Test(
        "fifo-as-dump-hangs: a store that is no file is refused by name at once, exit 2",
        arguments: [
            "run d --store STORE", "plan d --store STORE", "run d --store sqlite:STORE",
            "brands --store STORE", "audit --store STORE", "catalog load c.csv --store STORE",
            "migrate --store STORE", "migrate --plan --store STORE", "serve --store STORE",
            "copy --from STORE --to new.sqlite", "copy --from good.sqlite --to STORE",
        ])
    func irregularStore(command: String) throws {
        try folder.write("d/a.json", review(1))
        try folder.write("c.csv", "asin,title\nP1,A title\n")
        for (make, kind) in [("mkfifo s.sqlite", "a pipe"), ("mkdir s.sqlite", "a folder")] {
            let result = try Program.shell(
                """
                afterword run d --quiet --store good.sqlite; rm -rf s.sqlite; \(make)
                timeout -k 1 20 "$AFTERWORD" \(command.replacing("STORE", with: "s.sqlite"))
                """, in: folder.path)
            #expect(result.code == 2, "\(make), \(command): \(result)")
            let words = "afterword: s.sqlite is \(kind); a store is"
            #expect(result.errors.contains(words), "\(result.errors)")
            #expect(!FileManager.default.fileExists(atPath: folder.path + "/new.sqlite"))
        }
    }

    @Test("fifo-as-dump-hangs: a certificate or key that is no file is refused by name at once")
    func irregularCertificate() throws {
        try folder.write("own.pem", "")
        for (certificate, key, words) in [
            ("f", "f", "f is a pipe; "), ("own.pem", "f", "f is a pipe; "),
            ("g", "own.pem", "g is a folder; "),
            ("own.pem", "/dev/null", "/dev/null is a device; "),
        ] {
            let result = try Program.shell(
                """
                rm -rf f g; mkfifo f; mkdir g; timeout -k 1 20 "$AFTERWORD" serve --port 0 \
                --tls-certificate \(certificate) --tls-key \(key)
                """, in: folder.path)
            #expect(result.code == 2, "\(result)")
            #expect(result.errors.contains("afterword: \(words)"), "\(result.errors)")
        }
    }

    @Test("A file that the shell opened is read by the name of standard input")
    func redirected() throws {
        try folder.write("a.json", review(1))
        let result = try Program.shell("afterword run /dev/stdin < a.json", in: folder.path)
        #expect(result.code == 0 && result.output.contains("1 inserted"), "\(result)")
    }

    @Test("fifo-as-dump-hangs: an unreadable folder and file are sentences with the reason")
    func unreadable() throws {
        try folder.write("d/sub/a.json", review(1))
        try folder.write("e/a.json", review(1))
        // Root can read every file, so run the program as nobody, who may not write coverage data
        // either.
        let nobody =
            geteuid() == 0
            ? "LLVM_PROFILE_FILE=/dev/null setpriv --reuid=65534 --clear-groups " : ""
        let result = try Program.shell(
            """
            chmod 755 . d e; chmod 000 d/sub e/a.json
            for dump in d e; do \(nobody)"$AFTERWORD" plan $dump; echo $?; done; chmod 755 d/sub
            """, in: folder.path)
        #expect(result.output == "2\n2\n", "\(result)")
        #expect(
            result.errors == """
                afterword: cannot read sub: Permission denied
                afterword: cannot read a.json: Permission denied

                """)
    }

    @Test("failed-run-leaves-store: a run that is refused makes no store; one that was there stays")
    func failedRun() throws {
        try folder.write("bad.json", "nothing of JSON in it")
        try folder.write("good.json", review(1))
        let store = folder.path + "/afterword.sqlite"
        for arguments in [
            ["run", "bad.json"], ["run", "bad.json", "--quiet", "--json"],
            ["run", "good.json", "--complete", "all", "--shape", "customer-reviews"],
        ] {
            #expect(try Program.run(arguments, in: folder.path).code == 2)
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            #expect(left == ["bad.json", "good.json"], "\(arguments): \(left)")
        }
        // The first run of the series is committed, so the store stays.
        let half = try Program.run(["run", "good.json", "bad.json"], in: folder.path)
        #expect(half.code == 2 && FileManager.default.fileExists(atPath: store))
        #expect(try Program.run(["run", "bad.json"], in: folder.path).code == 2)
        #expect(try Program.run(["status"], in: folder.path).output.contains("failed"))
        #expect(
            try Program.run(["run", "bad.json", "--store", "new.sqlite"], in: folder.path).code == 2
        )
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/new.sqlite"))
    }

    static let readingCommands = [
        "brands", "products", "product P", "reviews P", "history P R", "themes", "theme leaks",
        "taxonomy", "safety", "safety --alert", "safety verdicts", "inbox", "inbox --alert",
        "changes portfolio", "changes --top 3", "report", "insights", "insight portfolio",
        "insights make top:3", "products --json", "brands --as-of 1",
    ]

    @Test(
        "failed-run-leaves-store: reading an empty store says that nothing was loaded yet",
        arguments: DumpFileTests.readingCommands, [true, false])
    func emptyStore(command: String, hasRun: Bool) throws {
        try makeEmptyStore(hasRun: hasRun)
        let result = try Program.shell("afterword \(command)", in: folder.path)
        #expect(result.code == 2, "\(result.errors)")
        #expect(result.errors.contains("nothing was loaded yet"), "\(result.errors)")
        #expect(result.output.isEmpty)
    }

    /// A store whose dump held no reviews, or that was only migrated. Its empty lists must not look
    /// like an all-clear.
    private func makeEmptyStore(hasRun: Bool) throws {
        try folder.write("e.json", "[]")
        let made = try Program.run(
            hasRun ? ["run", "e.json", "--quiet"] : ["migrate"], in: folder.path)
        #expect(made.code == 0, "\(made.errors)")
    }

    @Test(
        "failed-run-leaves-store: what tells of the store itself answers of an empty one",
        arguments: [true, false])
    func emptyLedger(hasRun: Bool) throws {
        try makeEmptyStore(hasRun: hasRun)
        for other in ["runs", "status", "audit", "rejects", "costs"] {
            #expect(try Program.run([other], in: folder.path).code == 0)
        }
        let runs = try Program.run(["runs", "--as-of", "1"], in: folder.path)
        #expect(runs.code == (hasRun ? 0 : 2), "\(runs)")
    }

    @Test("failed-run-leaves-store: a later empty dump makes no store an empty one")
    func laterEmptyDump() throws {
        try folder.write("2026-03-02/e.json", "[]")
        try folder.write("2026-03-09/a.json", review(1))
        try folder.write("2026-03-16/e.json", "[ ]")
        let path = folder.path
        for dump in ["2026-03-02", "2026-03-09", "2026-03-16"] {
            let run = try Program.run(["run", dump, "--quiet", "--accept-drift"], in: path)
            #expect(run.code == 0, "\(run.errors)")
        }
        for command in ["brands", "products", "safety --alert", "inbox --alert", "report"] {
            let now = try Program.shell("afterword \(command)", in: path)
            #expect(now.code == 0, "\(command): \(now.errors)")
            let then = try Program.shell("afterword \(command) --as-of 2", in: path)
            #expect(then.code == 0, "\(command): \(then.errors)")
            let before = try Program.shell("afterword \(command) --as-of 1", in: path)
            #expect(before.code == 2 && before.output.isEmpty, "\(command): \(before)")
            #expect(before.errors.contains("nothing was loaded by then"), "\(before.errors)")
        }
    }
}
