import Foundation
import Testing

/// `fake-llm`, as a user starts and ends it.
@Suite("afterword fake-llm") struct FakeLLMCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("It says where it serves, answers the program itself, and ends with 0 on SIGTERM")
    func serves() throws {
        let result = try Program.shell(
            """
            "$AFTERWORD" fake-llm --port 0 --state kept --api-key sk-one > said &
            server=$!
            while ! grep -q serves said; do sleep 0.05; done
            address=$(sed 's/.*serves on //' said)
            curl --silent --fail "${address%/v1}/health"
            curl --silent "$address/models/gpt-6-luna" -H 'Authorization: Bearer sk-one'
            curl --silent "$address/models" -H 'Authorization: Bearer sk-other-0123456789'
            kill -TERM $server
            wait $server
            echo "code $?"
            "$AFTERWORD" fake-llm --port 0 --state said
            echo "code $?"
            """, in: folder.url.path)
        #expect(result.output.contains(#"{"status":"ok"}"#))
        #expect(result.output.contains(#""id":"gpt-6-luna""#))
        #expect(result.output.contains("Incorrect API key provided: sk-other*******6789."))
        #expect(result.output.contains("code 0\ncode 2\n"))
        #expect(result.errors.contains("--state: the folder"))
    }

    @Test(
        "What cannot be served is a usage error",
        arguments: [
            (["--behavior", "2"], "--behavior is 1"), (["--faults", "often"], "--faults:"),
            (["--faults", "5% foo"], "--faults: 'foo' is no fault"),
            (["--rules", "nowhere.json"], "cannot be read"), (["--port", "70000"], "--port is 0"),
        ])
    func usage(arguments: [String], words: String) throws {
        let result = try Program.run(["fake-llm"] + arguments, in: folder.url.path)
        #expect(result.code == 2)
        #expect(result.errors.contains(words), "\(result.errors)")
    }
}
