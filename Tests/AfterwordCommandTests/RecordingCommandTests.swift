import Foundation
import Testing

/// `--record`, `--replay` and `drift`, as a user gives them, against `fake-llm`.
@Suite("Recordings by the command") struct RecordingCommandTests {
    private let folder: TemporaryFolder
    private let sample = FileManager.default.currentDirectoryPath + "/Sample/2026-03-02"

    init() throws { folder = try TemporaryFolder() }

    @Test("A run is recorded, replayed without a key or a server, also with CI set, and compared")
    func wholeWay() throws {
        let result = try Program.shell(
            """
            "$AFTERWORD" fake-llm --port 0 --api-key sk-record-0123456789ab > said &
            server=$!
            while ! grep -q serves said; do sleep 0.05; done
            export OPENAI_BASE_URL=$(sed 's/.*serves on //' said)
            export OPENAI_API_KEY=sk-record-0123456789ab
            run() { afterword run "\(sample)" --complete products --quiet "$@"; }
            run --store a --insights top:2 --real-llm --record kept; echo "recorded $?"
            run --store b --insights top:1 --real-llm --record kept; echo "again $?"
            afterword drift kept --real-llm; echo "drift $?"
            test -e afterword.sqlite; echo "made $?"
            afterword drift kept --real-llm --store a > other; echo "booked $?"
            afterword costs --store a --calls --json | grep -c '"outcome":"answered"'
            afterword drift kept; echo "asked for nothing $?"
            afterword drift kept --real-llm --budget-usd 0.0001; echo "dear $?"
            CI=1 AFTERWORD_ALLOW_REAL_LLM=1 run --store c --insights top:1 --real-llm \\
                --record other; echo "in CI $?"
            kill $server; wait $server 2> /dev/null
            unset OPENAI_API_KEY
            CI=1 run --store d --insights top:2 --replay kept; echo "replayed $?"
            run --store e --insights top:1 --replay kept; echo "unused $?"
            run --store f --insights top:2 --language de --replay kept; echo "unknown $?"
            afterword insight brand:Lumora --store d --replay kept > shown; echo "standing $?"
            afterword insight brand:Lumora --store d --as-of 1 --replay kept; echo "past $?"
            run --store d --replay kept; echo "nothing asked $?"
            for store in a d; do
                afterword insights --store $store --json \\
                    | sed 's/"recorded[^,]*,//g; s/"cache_key[^,]*,//' | cksum
            done | uniq | wc -l
            """, in: folder.path)
        #expect(
            result.output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
                == [
                    "recorded 0", "again 2", "2 answers in the recorded form.", "drift 0",
                    "made 1", "booked 0", "4", "asked for nothing 2", "dear 5", "in CI 2",
                    "replayed 0", "unused 1", "unknown 1", "standing 1", "past 2",
                    "nothing asked 2", "1",
                ], "\(result.output)\n\(result.errors)")
        for words in [
            "2 recordings in kept", "kept is not empty", "give --real-llm", "the budget is $0.0001",
            "what is asked is booked nowhere",
            "CI is set: nothing is recorded there", "leave --record and --replay out",
            "2 recordings not used: 000001.json, 000002.json",
            "--record and --replay go with --insights", "1 recording not used: 000002.json",
            "+ /messages/1/content/task/answer_language: a text of 2 characters, another from",
        ] { #expect(result.errors.contains(words), "\(words): \(result.errors)") }
    }

    @Test("drift asks nothing that may cost too much or compares nothing; no answer is exit code 4")
    func drift() throws {
        let result = try Program.shell(
            """
            "$AFTERWORD" fake-llm --port 0 > said &
            server=$!
            while ! grep -q serves said; do sleep 0.05; done
            export OPENAI_BASE_URL=$(sed 's/.*serves on //' said)
            export OPENAI_API_KEY=sk-record-0123456789ab
            afterword run "\(sample)" --complete products --quiet --insights top:2 --real-llm \\
                --record kept
            mkdir endless many lost
            sed 's/"max_completion_tokens":[0-9]*/"max_completion_tokens":9223372036854775807/' \\
                kept/000001.json > endless/000001.json
            sed 's/"model":"gpt-6-luna"/"model":"gpt-6-luna","n":50/' \\
                kept/000001.json > many/000001.json
            echo '{"afterword_recording":1,"number":1,"request":{"body":{}},' \\
                '"response":{"kind":"lost"}}' > lost/000001.json
            for folder in endless many lost; do
                afterword drift $folder --real-llm; echo "$folder $?"
            done
            AFTERWORD_BUDGET_DAY_USD=0 afterword drift kept --real-llm; echo "no day $?"
            echo '{"models":[{"name":"gpt-6-luna","paid":true,"provider":"openai",' \\
                '"nanodollars_per_token":{"input":100,"cached_input":100,"output":600},' \\
                '"shutdown":"2000-01-01"}]}' > own.json
            afterword drift kept --real-llm --models own.json 2> warned; echo "warned $?"
            grep -c "was shut down on 2000-01-01" warned
            kill $server; wait $server 2> /dev/null
            afterword drift kept --real-llm > unanswered; echo "unanswered $?"
            afterword drift kept --real-llm --json | grep -c '"no_answer":"no connection"'
            """, in: folder.path)
        #expect(
            result.output.split(separator: "\n") == [
                "endless 5", "many 2", "lost 2", "no day 5", "2 answers in the recorded form.",
                "warned 0", "1", "unanswered 4", "2",
            ], "\(result.output)\n\(result.errors)")
        for words in [
            "does not send: n; it is not asked", "no recording of lost holds an answer",
            "the budget of a day is $0.0000", "2 questions of 2 without an answer",
        ] { #expect(result.errors.contains(words), "\(words): \(result.errors)") }
    }

    @Test(
        "Options that do not go together are refused",
        arguments: [
            (["--record", "x"], "--record goes with --real-llm"),
            (["--replay", "x", "--replay-order", "odd"], "--replay-order is request or strict"),
            (["--replay", "x", "--replay-order", "strict"], "needs --parallel 1"),
            (["--replay", "nowhere"], "holds no recordings"),
        ])
    func usage(options: [String], words: String) throws {
        let result = try Program.run(
            ["run", sample, "--store", "s", "--insights", "top:1"] + options, in: folder.path)
        #expect(result.code == 2 && result.errors.contains(words), "\(result.errors)")
    }

    @Test(
        "Every command that asks models refuses options that do not go together",
        arguments: [
            ["run", "dump", "--insights", "top:1"], ["plan", "dump"],
            ["insights", "make", "top:1"], ["insight", "portfolio"],
            ["enrich", "--scope", "portfolio"], ["serve", "--port", "0"],
            ["models", "compare", "fake", "fake:varied:1"],
        ])
    func commands(command: [String]) throws {
        for (options, words) in [
            (["--replay", "x", "--replay-order", "strict"], "needs --parallel 1"),
            (["--record", "x"], "--record goes with --real-llm"),
            (["--parallel", "65"], "--parallel is 1 to 64"),
            (["--models", "nowhere"], "nowhere cannot be read"),
        ] {
            let result = try Program.run(command + ["--store", "s"] + options, in: folder.path)
            #expect(result.code == 2 && result.errors.contains(words), "\(result.errors)")
        }
    }
}
