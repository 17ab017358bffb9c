import Foundation
import Testing

/// `doctor`, as a user asks it.
@Suite("afterword doctor") struct DoctorCommandTests {
    private let folder: TemporaryFolder
    private let sample = FileManager.default.currentDirectoryPath + "/Sample/2026-03-02"

    init() throws { folder = try TemporaryFolder() }

    @Test("It says what is there and what is not, asks the server only on request, and exits so")
    func checks() throws {
        let result = try Program.shell(
            """
            afterword doctor --store s | grep -c 'none yet'; echo "empty ${PIPESTATUS[0]}"
            afterword run "\(sample)" --store s --quiet
            afterword doctor --store s --json | grep -c '"status":"ok"'
            afterword doctor --store s --real-llm; echo "no key $?"
            "$AFTERWORD" fake-llm --port 0 --api-key sk-doctor-0123456789ab > said &
            server=$!
            while ! grep -q serves said; do sleep 0.05; done
            export OPENAI_BASE_URL=$(sed 's/.*serves on //' said)
            OPENAI_API_KEY=sk-doctor-0123456789ab afterword doctor --store s --real-llm --json \\
                | grep -c '"status":"ok"'
            echo "booked $(afterword costs --store s --calls --json | grep -c '"answered"')"
            OPENAI_API_KEY=sk-doctor-0123456789ab afterword doctor --store none --real-llm > other
            echo "without $?"; test -e none; echo "made $?"
            OPENAI_API_KEY=sk-other-0123456789abc afterword doctor --store s --real-llm
            echo "wrong key $?"
            kill $server; wait $server 2> /dev/null
            head -c 5000 /dev/urandom > broken
            afterword doctor --store broken; echo "broken $?"
            """, in: folder.path)
        for words in [
            "empty 0", "no key 1", "booked 1", "without 0", "made 1", "wrong key 1", "broken 1",
        ] {
            #expect(result.output.contains(words), "\(words): \(result.output) \(result.errors)")
        }
        #expect(result.errors.contains("failed: key"), "\(result.errors)")
        #expect(result.output.contains("it says 401 (invalid_api_key)"), "\(result.output)")
        #expect(result.errors.contains("failed: store"), "\(result.errors)")
        #expect(!(result.output + result.errors).contains("sk-"))
    }
}
