import AfterwordCore

/// The files and batches of all keys. What lies on the shelf survives the program.
struct Cabinet: Sendable {
    /// The answer to one request of a batch.
    struct LineAnswer: Sendable {
        var status: Int
        var body: JSONValue
        var usage: ChatUsage?
        /// Whether its line is no JSON.
        var isBroken = false
    }

    /// Answers a request of a batch: its body, its custom id and the batch.
    typealias Responder = (JSONValue, String, Batch) -> LineAnswer

    /// The most files and batches that are kept.
    static let limit = 20_000
    /// The most bytes of all files.
    static let byteLimit = 8 << 30
    private static let buffer = 1 << 20

    let shelf: any Shelf
    private let seed: UInt64
    private(set) var files: [String: StoredFile] = [:]
    private(set) var batches: [String: Batch] = [:]
    private var works: [String: BatchWork] = [:]
    private var order = 0

    /// Takes over what lies on the shelf.
    init(on shelf: any Shelf, seed: UInt64) throws(ShelfFault) {
        self.shelf = shelf
        self.seed = seed
        for name in shelf.names() where name.hasSuffix(".json") {
            let bytes = try shelf.read(name, from: 0, count: 1 << 20)
            guard let record = try? JSONValue(parsing: bytes) else {
                throw ShelfFault("\(name) is damaged")
            }
            if name.hasPrefix("file-"), let file = StoredFile(record: record) {
                files[file.id] = file
                order = max(order, file.order)
            } else if name.hasPrefix("batch_"), let batch = Batch(record: record) {
                batches[batch.id] = batch
                order = max(order, batch.order)
            }
        }
        // What a killed program had begun is begun again.
        for name in shelf.names() where name.hasSuffix(".spool") || name.hasSuffix(".new") {
            shelf.remove(name)
        }
    }

    private mutating func nextOrder() -> Int {
        order += 1
        return order
    }

    // MARK: Files

    /// Room for one more file of this size.
    func checkRoom(_ bytes: Int) throws(WireError) {
        guard files.count + batches.count < Self.limit,
            files.values.reduce(bytes, { $0 + $1.bytes }) <= Self.byteLimit
        else {
            throw WireError(
                400, "The storage of this server is full: delete files, or start it anew.",
                code: "storage_limit_exceeded")
        }
    }

    /// A file with a new id, its bytes not there yet.
    mutating func newFile(
        key: UInt64, purpose: String, filename: String, now: Int64
    ) -> StoredFile {
        let order = nextOrder()
        var mix = Mix(seed)
        mix.add("file")
        mix.add(key)
        mix.add(UInt64(order))
        let created = now / 1_000_000
        let isBatch = purpose.hasPrefix("batch")
        return StoredFile(
            id: wireID("file-", mix.state), key: key, purpose: purpose, filename: filename,
            bytes: 0, created: created, expires: isBatch ? created + 30 * 86_400 : nil,
            order: order)
    }

    mutating func keep(_ file: StoredFile) throws(ShelfFault) {
        try shelf.replace(file.recordName, with: file.record.written)
        files[file.id] = file
    }

    /// A file of a key; nil where there is none, or it has expired.
    mutating func file(_ id: String, of key: UInt64, now: Int64) -> StoredFile? {
        guard let file = files[id], file.key == key else { return nil }
        if let expires = file.expires, expires <= now / 1_000_000 {
            remove(file)
            return nil
        }
        return file
    }

    mutating func remove(_ file: StoredFile) {
        shelf.remove(file.recordName)
        shelf.remove(file.dataName)
        files[file.id] = nil
    }

    /// The files of a key, newest first.
    mutating func list(of key: UInt64, now: Int64) -> [StoredFile] {
        let own = files.values.filter { $0.key == key }.sorted { $0.order > $1.order }
        return own.filter { file($0.id, of: key, now: now) != nil }
    }

    /// Forgets everything of a key, or of all.
    mutating func forget(_ key: UInt64?) {
        for file in files.values where key == nil || file.key == key { remove(file) }
        for batch in batches.values where key == nil || batch.key == key {
            shelf.remove(batch.recordName)
            drop(batch)
            batches[batch.id] = nil
        }
    }

    // MARK: Batches

    mutating func keep(_ batch: Batch) throws(ShelfFault) {
        try shelf.replace(batch.recordName, with: batch.record.written)
        batches[batch.id] = batch
    }

    /// The id and place of a new batch.
    mutating func newBatchID(key: UInt64) -> (id: String, order: Int) {
        let order = nextOrder()
        var mix = Mix(seed)
        mix.add("batch")
        mix.add(key)
        mix.add(UInt64(order))
        return (hexadecimalID("batch_", mix.state), order)
    }

    func batch(_ id: String, of key: UInt64) -> Batch? {
        batches[id].flatMap { $0.key == key ? $0 : nil }
    }

    /// The batches of a key, newest first.
    func listBatches(of key: UInt64) -> [Batch] {
        batches.values.filter { $0.key == key }.sorted { $0.order > $1.order }
    }

    /// The requests of a batch that went well and that were refused by a moment.
    func counts(_ batch: Batch, at now: Int64) -> (completed: Int, failed: Int) {
        if let outcome = batch.outcome { return (outcome.completed, outcome.failed) }
        guard let work = works[batch.id] else { return (0, 0) }
        let done = work.results.prefix(batch.worked(at: batch.cancelled ?? now))
        let failed = done.count { $0.isError }
        return (done.count - failed, failed)
    }

    private mutating func drop(_ batch: Batch) {
        works[batch.id] = nil
        shelf.remove(batch.id + ".spool")
    }

    /// Does everything that is due for batches by a moment.
    mutating func settle(now: Int64, _ respond: Responder) throws(ShelfFault) {
        let due = batches.values.filter { $0.outcome == nil }.sorted { $0.order < $1.order }
        for batch in due { try settle(batch.id, now: now, respond) }
    }

    mutating func settle(
        _ id: String, now: Int64, _ respond: Responder
    ) throws(ShelfFault) {
        guard var batch = batches[id], batch.outcome == nil else { return }
        let isCancelledEarly = batch.cancelled.map { $0 < batch.began } ?? false
        if now >= batch.began, works[id] == nil, !isCancelledEarly {
            guard try begin(&batch, respond) else { return }
        }
        if let end = batch.cancelEnd {
            if now >= end { try finish(batch, "cancelled", at: end) }
        } else if batch.fault == .expire {
            if now >= batch.expiry { try finish(batch, "expired", at: batch.expiry) }
        } else if now >= batch.completion {
            try finish(batch, "completed", at: batch.completion)
        }
    }

    /// Reads and answers the requests of a batch; false where its input is at fault.
    private mutating func begin(
        _ batch: inout Batch, _ respond: Responder
    ) throws(ShelfFault) -> Bool {
        guard let input = files[batch.input] else {
            try fail(
                batch,
                [
                    Batch.LineFault(
                        code: "input_file_not_found",
                        message: "The input file '\(batch.input)' does not exist any more.")
                ])
            return false
        }
        let lines = try BatchLines(input.dataName, on: shelf, endpoint: batch.endpoint)
        guard lines.faults.isEmpty else {
            try fail(batch, lines.faults)
            return false
        }
        batch.model = lines.model
        batch.total = lines.places.count
        var work = BatchWork(batch, shelf)
        for place in lines.shuffled(seed: seed) {
            let bytes = try shelf.read(input.dataName, from: place.start, count: place.count)
            let line = (try? JSONValue(parsing: bytes)) ?? .null
            let id = line["custom_id"]?.text ?? ""
            let answer =
                batch.fault == .fail
                ? LineAnswer(
                    status: 500,
                    body: WireError(
                        500, "The server had an error.",
                        type: "server_error"
                    ).json)
                : respond(line["body"] ?? .null, id, batch)
            try work.add(answer, id, place.number, seed: seed)
        }
        try work.flush()
        works[batch.id] = work
        try keep(batch)
        return true
    }

    private mutating func fail(
        _ batch: Batch, _ faults: [Batch.LineFault]
    ) throws(ShelfFault) {
        var failed = batch
        failed.outcome = Batch.Outcome(status: "failed", at: batch.began, faults: faults)
        try keep(failed)
    }

    /// Writes the files of a batch that has ended.
    private mutating func finish(
        _ batch: Batch, _ status: String, at end: Int64
    ) throws(ShelfFault) {
        var outcome = Batch.Outcome(status: status, at: end)
        if let work = works[batch.id] {
            let done = batch.worked(at: batch.cancelled ?? end)
            var output = newFile(
                key: batch.key, purpose: "batch_output", filename: "\(batch.id)_output.jsonl",
                now: end)
            var errors = newFile(
                key: batch.key, purpose: "batch_output", filename: "\(batch.id)_error.jsonl",
                now: end)
            output.bytes = try work.write(to: output.dataName, errors: false, upTo: done, status)
            errors.bytes = try work.write(to: errors.dataName, errors: true, upTo: done, status)
            for var file in [output, errors] where file.bytes > 0 {
                if let seconds = batch.outputSeconds { file.expires = file.created + seconds }
                try keep(file)
            }
            outcome.output = output.bytes > 0 ? output.id : nil
            outcome.errors = errors.bytes > 0 ? errors.id : nil
            let results = work.results.prefix(done)
            outcome.failed = results.count { $0.isError }
            outcome.completed = results.count - outcome.failed
            outcome.usage = results.compactMap(\.usage).reduce(
                ChatUsage(prompt: 0, completion: 0)
            ) { $0.adding($1) }
        }
        var ended = batch
        ended.outcome = outcome
        try keep(ended)
        drop(batch)
    }
}

extension ChatUsage {
    func adding(_ other: ChatUsage) -> ChatUsage {
        ChatUsage(
            prompt: prompt + other.prompt, cached: cached + other.cached,
            cacheWrite: cacheWrite + other.cacheWrite, completion: completion + other.completion,
            reasoning: reasoning + other.reasoning)
    }
}

/// The answers to a batch's requests, in the order of its output, as lines on the shelf.
struct BatchWork: Sendable {
    /// One answer: where its line lies.
    struct Result: Sendable {
        var customID: String
        var number: Int
        var isError: Bool
        var bytes: Range<Int>
        var usage: ChatUsage?
    }

    private let shelf: any Shelf
    private let batch: Batch
    private var pending: [UInt8] = []
    private var written = 0
    private(set) var results: [Result] = []

    private static let buffer = 1 << 20

    private var spool: String { batch.id + ".spool" }

    init(_ batch: Batch, _ shelf: any Shelf) {
        self.batch = batch
        self.shelf = shelf
        shelf.remove(batch.id + ".spool")
    }

    mutating func add(
        _ answer: Cabinet.LineAnswer, _ customID: String, _ number: Int, seed: UInt64
    ) throws(ShelfFault) {
        let id = Mix.of(seed, batch.id, String(number))
        let line = JSONValue.row([
            "id": .string(hexadecimalID("batch_req_", id)), "custom_id": .string(customID),
            "response": .row([
                "status_code": JSONValue(answer.status),
                "request_id": .string(hexadecimalID("req_", id &+ 1)), "body": answer.body,
            ]),
            "error": .null,
        ])
        let start = written + pending.count
        writeJSON(line, to: &pending)
        if answer.isBroken {
            pending.removeLast((written + pending.count - start) / 2)
            pending += Array("<oops>".utf8)
        }
        pending.append(0x0A)
        results.append(
            Result(
                customID: customID, number: number, isError: answer.status != 200,
                bytes: start..<written + pending.count, usage: answer.usage))
        if pending.count >= Self.buffer { try flush() }
    }

    mutating func flush() throws(ShelfFault) {
        guard !pending.isEmpty else { return }
        try shelf.append(pending, to: spool)
        written += pending.count
        pending = []
    }

    /// Writes the lines of answers, or of errors, of the first `done` requests; the others stand
    /// among the errors. Returns the number of bytes.
    func write(
        to name: String, errors: Bool, upTo done: Int, _ status: String
    ) throws(ShelfFault) -> Int {
        var count = 0
        var buffer: [UInt8] = []
        shelf.remove(name)
        func flush() throws(ShelfFault) {
            guard !buffer.isEmpty else { return }
            try shelf.append(buffer, to: name)
            count += buffer.count
            buffer = []
        }
        for (index, result) in results.enumerated() {
            if index < done {
                guard result.isError == errors else { continue }
                buffer += try shelf.read(
                    spool, from: result.bytes.lowerBound, count: result.bytes.count)
            } else if errors {
                writeJSON(notExecuted(result, status), to: &buffer)
                buffer.append(0x0A)
            }
            if buffer.count >= Self.buffer { try flush() }
        }
        try flush()
        return count
    }

    private func notExecuted(_ result: Result, _ status: String) -> JSONValue {
        let (code, message) =
            status == "cancelled"
            ? ("batch_cancelled", "The batch was cancelled before this request was executed.")
            : (
                "batch_expired",
                "This request could not be executed before the completion window expired."
            )
        let id = Mix.of(1, batch.id, String(result.number))
        return .row([
            "id": .string(hexadecimalID("batch_req_", id)),
            "custom_id": .string(result.customID), "response": .null,
            "error": .row(["code": .string(code), "message": .string(message)]),
        ])
    }
}
