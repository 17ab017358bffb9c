package import AfterwordCore
package import AfterwordPipeline
import Foundation

/// Files and batches: many questions in one file, answered within a day.
extension OpenAIModel: BatchModel {
    /// The name of a batch in its metadata.
    private static let nameMember = "afterword_batch"
    /// Seconds that the server keeps uploaded questions: 30 days.
    private static let fileSeconds: Int64 = 2_592_000

    package func upload(
        _ questions: [BatchQuestion], named name: String
    ) async throws(ModelFailure) -> String {
        var lines: [UInt8] = []
        for question in questions { lines += line(question) + [0x0A] }
        let form = BatchForm(lines, named: name, seconds: Self.fileSeconds)
        var call = ServerCall("POST", "/files")
        (call.body, call.contentType) = (form.body, form.contentType)
        return try text(try await document(call), "id")
    }

    private func line(_ question: BatchQuestion) -> [UInt8] {
        let body = chatBody(question.request, configuration.facts, .batch)
        let line = JSONValue.row([
            "custom_id": .string(question.id), "method": .string("POST"),
            "url": .string("/v1/chat/completions"), "body": body,
        ])
        return Array(line.canonical.utf8)
    }

    package func createBatch(
        ofFile file: String, named name: String
    ) async throws(ModelFailure) -> ServerBatch {
        var call = ServerCall("POST", "/batches")
        let body = JSONValue.row([
            "input_file_id": .string(file), "endpoint": .string("/v1/chat/completions"),
            "completion_window": .string("24h"),
            "metadata": .row([Self.nameMember: .string(name)]),
        ])
        (call.body, call.isSentOnce) = (Array(body.canonical.utf8), true)
        return try read(try await document(call))
    }

    package func batch(_ id: String) async throws(ModelFailure) -> ServerBatch {
        let batch = try read(try await document(ServerCall("GET", "/batches/\(id)")))
        guard batch.id == id else { throw Self.noAnswer }
        return batch
    }

    /// Looks through the server's batches from the newest on. An hour is left for clocks that
    /// differ. An answer that is no list of batches is a failure: the batch may be there.
    package func batch(
        named name: String, since instant: Instant
    ) async throws(ModelFailure) -> ServerBatch? {
        let first = instant.microseconds / 1_000_000 - 3_600
        var (path, after) = ("/batches?limit=100", "")
        while true {
            let page = try await document(ServerCall("GET", path))
            let (batches, hasMore) = try list(page)
            let found = batches.first { $0["metadata"]?[Self.nameMember]?.text == name }
            if let found { return try read(found) }
            guard hasMore, let last = batches.last, last["created_at"]?.integer ?? .max >= first
            else { return nil }
            let next = try text(last, "id")
            // The same page again would be one without end.
            guard next != after else { throw Self.noAnswer }
            after = next
            path = "/batches?limit=100&after=\(next)"
        }
    }

    /// A page of a list of batches, each with its id, and whether more follow.
    private func list(
        _ page: JSONValue
    ) throws(ModelFailure) -> (batches: [JSONValue], hasMore: Bool) {
        guard let batches = page["data"]?.elements else { throw Self.noAnswer }
        for batch in batches { _ = try text(batch, "id") }
        switch page["has_more"] {
        case .bool(let hasMore)?: return (batches, hasMore)
        case nil: return (batches, false)
        default: throw Self.noAnswer
        }
    }

    package func answers(of batch: ServerBatch) async throws(ModelFailure) -> BatchAnswers {
        var read = BatchAnswers([], completed: [])
        for file in [batch.output, batch.errors].compactMap(\.self) {
            var call = ServerCall("GET", "/files/\(file)/content")
            call.answerBytes = ServerCall.fileBytes
            for line in try await bytes(call).split(separator: 0x0A) where line != [0x0D] {
                if let answer = BatchAnswer(line: Array(line)) {
                    read.answers.append(answer)
                } else {
                    read.unreadable += 1
                }
            }
            if file == batch.output { read.completed = Set(read.answers.map(\.id)) }
        }
        return read
    }

    package func hasFile(_ id: String) async throws(ModelFailure) -> Bool {
        do throws(ModelFailure) {
            let file = try await document(ServerCall("GET", "/files/\(id)"))
            guard try text(file, "id") == id else { throw Self.noAnswer }
            return true
        } catch {
            guard error.fault == .notThere else { throw error }
            return false
        }
    }

    // MARK: One call of the server

    /// The answer to a call, with retries.
    private func bytes(_ call: ServerCall) async throws(ModelFailure) -> [UInt8] {
        let question = UUID().uuidString.lowercased()
        var (attempt, unknown) = (0, 0)
        while true {
            let own = "afterword-\(question)-\(attempt + 1)"
            let outcome = await send(call, own)
            if outcome.mayHaveDone { unknown += 1 }
            let ids = RequestIDs(server: outcome.requestID, own: own)
            var wait: Duration?
            if attempt < configuration.retries, !Task.isCancelled,
                !(call.isSentOnce && outcome.mayHaveDone)
            {
                wait = retryPause(outcome, attempt)
            }
            if let reason = outcome.failureReason(configuration) {
                configuration.onFailedTry(
                    FailedTry(
                        number: attempt + 1, of: tries, reason: reason, pause: wait, ids: ids))
            } else {
                return outcome.body
            }
            guard let wait else {
                var failure = failure(of: outcome)
                if outcome.kind == .answered(404) { failure.fault = .notThere }
                failure.unknownTries = call.isSentOnce ? unknown : 0
                failure.requestIDs = ids
                throw failure
            }
            attempt += 1
            await configuration.pause(wait)
        }
    }

    private func document(_ call: ServerCall) async throws(ModelFailure) -> JSONValue {
        let bytes = try await bytes(call)
        guard let document = try? JSONValue(parsing: bytes) else { throw Self.noAnswer }
        return document
    }

    /// An answer that is none of the protocol. A batch may have been made.
    private static let noAnswer = ModelFailure(.malformed, unknownTries: 1)

    private func text(_ document: JSONValue, _ member: String) throws(ModelFailure) -> String {
        guard let text = document[member]?.text.flatMap(plainName), !text.contains("/") else {
            throw Self.noAnswer
        }
        return text
    }

    private func read(_ document: JSONValue) throws(ModelFailure) -> ServerBatch {
        func optional(_ member: String) throws(ModelFailure) -> String? {
            guard let value = document[member], value != .null else { return nil }
            return try text(document, member)
        }
        var batch = ServerBatch(
            id: try text(document, "id"), status: try text(document, "status"),
            output: try optional("output_file_id"), errors: try optional("error_file_id"))
        let counts = document["request_counts"]
        func count(_ name: String) -> Int64 { counts?[name]?.integer ?? 0 }
        batch.done = saturatingSum(count("completed"), count("failed"))
        (batch.total, batch.completed) = (count("total"), count("completed"))
        batch.faults = (document["errors"]?["data"]?.elements ?? []).prefix(8).map { fault in
            let code = makersWord(fault["code"]?.text ?? "")
            return code + (fault["line"]?.integer.map { " in line \($0)" } ?? "")
        }
        return batch
    }
}

extension BatchAnswer {
    /// An answer at the price of a batch; one that a dearer tier is named for keeps that.
    private static func billed(_ tier: ServiceTier) -> ServiceTier {
        tier == .priority ? .priority : .batch
    }

    /// From a line of a batch's files; nil for one that names no question, or that holds neither a
    /// response nor the code of an error.
    init?(line: [UInt8]) {
        guard let document = try? JSONValue(parsing: line),
            let id = document["custom_id"]?.text
        else { return nil }
        guard let status = document["response"]?["status_code"]?.integer,
            let body = document["response"]?["body"]
        else {
            // Questions of a batch that ended before they were asked.
            guard let code = document["error"]?["code"]?.text, !code.isEmpty else { return nil }
            let fault: ModelFailure.Fault =
                switch code {
                case "batch_expired": .batchEnded(.expired)
                case "batch_cancelled": .batchEnded(.cancelled)
                default: .badRequest(makersWord(code))
                }
            self.init(id: id, result: .failure(ModelFailure(fault)))
            return
        }
        let server = document["response"]?["request_id"]?.text.flatMap(plainName)
        let exchange = Exchange(
            kind: .answered(Int(clamping: status)), body: Array(body.canonical.utf8))
        do throws(ModelFailure) {
            var reply = try readChat(exchange)
            reply.tier = Self.billed(reply.tier)
            reply.requestIDs = RequestIDs(server: server)
            self.init(id: id, result: .success(reply))
        } catch {
            var failure = error
            failure.tier = Self.billed(failure.tier)
            failure.requestIDs = RequestIDs(server: server)
            self.init(id: id, result: .failure(failure))
        }
    }
}

/// A form with a file of questions (`multipart/form-data`).
struct BatchForm {
    let body: [UInt8]
    let contentType: String

    /// - Parameter seconds: How long the server keeps the file.
    init(_ lines: [UInt8], named name: String, seconds: Int64) {
        // JSON of one line holds no line feed, so no mark can stand in it.
        let mark = "afterword-\(name)"
        contentType = "multipart/form-data; boundary=\(mark)"
        var form: [UInt8] = []
        func begin(_ disposition: String) {
            form += Array(
                "--\(mark)\r\nContent-Disposition: form-data; \(disposition)\r\n".utf8)
        }
        for (member, value) in [
            ("purpose", "batch"), ("expires_after[anchor]", "created_at"),
            ("expires_after[seconds]", String(seconds)),
        ] {
            begin("name=\"\(member)\"")
            form += Array("\r\n\(value)\r\n".utf8)
        }
        begin("name=\"file\"; filename=\"\(name).jsonl\"")
        form += Array("Content-Type: application/jsonl\r\n\r\n".utf8) + lines
        form += Array("\r\n--\(mark)--\r\n".utf8)
        body = form
    }
}

extension Exchange {
    /// Whether the server may have done what it was asked, although it did not say so.
    fileprivate var mayHaveDone: Bool {
        switch kind {
        case .broken, .tooLarge: true
        case .notReached: false
        case .answered(let status): status == 408 || status >= 500
        }
    }
}
