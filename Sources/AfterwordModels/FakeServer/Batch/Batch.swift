import AfterwordCore

/// A batch of requests. Its state follows from the clock: nothing has to happen for it to go on.
struct Batch: Equatable, Sendable {
    /// A fault of the input file that ends the batch before it begins.
    struct LineFault: Equatable, Sendable {
        var code: String
        var message: String
        var param: String?
        /// Counted from 1; nil for a fault of the whole file.
        var line: Int?

        var json: JSONValue {
            .row([
                "code": .string(code), "message": .string(message), "param": JSONValue(param),
                "line": JSONValue(line.map { Int64($0) }),
            ])
        }
    }

    /// How a batch ended.
    struct Outcome: Equatable, Sendable {
        /// completed, failed, expired or cancelled.
        var status: String
        /// Microseconds since 1970.
        var at: Int64
        var output: String?
        var errors: String?
        var completed = 0
        var failed = 0
        var usage: ChatUsage?
        var faults: [LineFault] = []
    }

    static let day: Int64 = 86_400_000_000
    static let requestLimit = 50_000
    static let endpoints = ["/v1/chat/completions"]
    /// A cancelled batch is in state `cancelling` for at most ten minutes.
    static let longestCancelling: Int64 = 600_000_000

    var id: String
    var key: UInt64
    var endpoint: String
    var input: String
    /// Microseconds since 1970.
    var created: Int64
    /// From its creation to its completion, in microseconds.
    var span: Int64
    var metadata: JSONValue
    /// Seconds until its files expire; nil for 30 days.
    var outputSeconds: Int64?
    var fault: FaultOrder.BatchFault?
    /// The part that is worked off where it expires.
    var done = 0.5
    /// Microseconds since 1970.
    var cancelled: Int64?
    var order: Int
    /// The model of its requests, known once the input was read.
    var model: String?
    /// The number of its requests, known once the input was read.
    var total: Int?
    var outcome: Outcome?

    var began: Int64 { created + span / 4 }
    var workEnd: Int64 { began + span / 2 }
    var completion: Int64 { created + span }
    var expiry: Int64 { created + Self.day }
    var cancelEnd: Int64? {
        cancelled.map { $0 + min(max(span / 4, 1_000), Self.longestCancelling) }
    }

    /// How many requests were worked off by a moment, in the order of the output.
    func worked(at now: Int64) -> Int {
        guard let total, now >= began else { return 0 }
        if fault == .expire {
            let part = min(1, Double(now - began) / Double(max(1, span / 2)))
            return Int(Double(total) * done * part)
        }
        guard now < workEnd else { return total }
        return Int(Int128(total) * Int128(now - began) / Int128(max(1, workEnd - began)))
    }

    func status(at now: Int64) -> String {
        if let outcome { return outcome.status }
        if cancelled != nil { return "cancelling" }
        if now < began || total == nil { return "validating" }
        return fault == .expire || now < workEnd ? "in_progress" : "finalizing"
    }
}

extension Batch {
    /// The object of the API.
    ///
    /// - Parameter counts: Requests that went well and that were refused so far.
    func json(at now: Int64, counts: (completed: Int, failed: Int)) -> JSONValue {
        let status = status(at: now)
        func seconds(_ instant: Int64?) -> JSONValue { JSONValue(instant.map { $0 / 1_000_000 }) }
        func ended(_ name: String) -> JSONValue {
            outcome?.status == name ? seconds(outcome?.at) : .null
        }
        let hasBegun = total != nil && outcome?.status != "failed"
        let isFinal = fault != .expire && cancelled == nil && hasBegun && now >= workEnd
        return .row([
            "id": .string(id), "object": .string("batch"), "endpoint": .string(endpoint),
            "model": JSONValue(model), "errors": errors, "input_file_id": .string(input),
            "completion_window": .string("24h"), "status": .string(status),
            "output_file_id": JSONValue(outcome?.output),
            "error_file_id": JSONValue(outcome?.errors), "created_at": seconds(created),
            "in_progress_at": seconds(hasBegun ? began : nil), "expires_at": seconds(expiry),
            "finalizing_at": seconds(isFinal ? workEnd : nil), "completed_at": ended("completed"),
            "failed_at": ended("failed"), "expired_at": ended("expired"),
            "cancelling_at": seconds(cancelled), "cancelled_at": ended("cancelled"),
            "request_counts": .row([
                "total": JSONValue(total ?? 0), "completed": JSONValue(counts.completed),
                "failed": JSONValue(counts.failed),
            ]),
            "usage": usage, "metadata": metadata,
        ])
    }

    private var errors: JSONValue {
        guard let faults = outcome?.faults, !faults.isEmpty else { return .null }
        return .row(["object": .string("list"), "data": .array(faults.map(\.json))])
    }

    private var usage: JSONValue {
        let usage = outcome?.usage ?? ChatUsage(prompt: 0, completion: 0)
        return .row([
            "input_tokens": JSONValue(usage.prompt),
            "input_tokens_details": .row(["cached_tokens": JSONValue(usage.cached)]),
            "output_tokens": JSONValue(usage.completion),
            "output_tokens_details": .row(["reasoning_tokens": JSONValue(usage.reasoning)]),
            "total_tokens": JSONValue(usage.prompt + usage.completion),
        ])
    }
}

// MARK: The record on the shelf

extension Batch {
    var recordName: String { id + ".json" }

    var record: JSONValue {
        var record = JSONValue.row([
            "id": .string(id), "key": .string(String(key, radix: 16)),
            "endpoint": .string(endpoint), "input": .string(input), "created": JSONValue(created),
            "span": JSONValue(span), "metadata": metadata,
            "output_seconds": JSONValue(outputSeconds), "fault": JSONValue(fault?.rawValue),
            "done": .number(String(done)), "cancelled": JSONValue(cancelled),
            "order": JSONValue(order), "model": JSONValue(model),
            "total": JSONValue(total.map { Int64($0) }),
        ])
        if let outcome { record = record.adding("outcome", outcome.record) }
        return record
    }

    /// Nil for a record that is not one of a batch.
    init?(record: JSONValue) {
        guard let id = record["id"]?.text, let input = record["input"]?.text,
            let key = record["key"]?.text.flatMap({ UInt64($0, radix: 16) }),
            let created = record["created"]?.integer, let span = record["span"]?.integer
        else { return nil }
        self.init(
            id: id, key: key, endpoint: record["endpoint"]?.text ?? Batch.endpoints[0],
            input: input, created: created, span: span, metadata: record["metadata"] ?? .null,
            outputSeconds: record["output_seconds"]?.integer,
            fault: record["fault"]?.text.flatMap(FaultOrder.BatchFault.init(rawValue:)),
            done: record["done"]?.decimal ?? 0.5, cancelled: record["cancelled"]?.integer,
            order: record["order"]?.whole ?? 0, model: record["model"]?.text,
            total: record["total"]?.whole, outcome: record["outcome"].flatMap(Outcome.init))
    }
}

extension Batch.Outcome {
    fileprivate var record: JSONValue {
        .row([
            "status": .string(status), "at": JSONValue(at), "output": JSONValue(output),
            "errors": JSONValue(errors), "completed": JSONValue(completed),
            "failed": JSONValue(failed), "prompt": JSONValue(usage?.prompt ?? 0),
            "cached": JSONValue(usage?.cached ?? 0),
            "completion": JSONValue(usage?.completion ?? 0),
            "reasoning": JSONValue(usage?.reasoning ?? 0), "faults": .array(faults.map(\.json)),
        ])
    }

    fileprivate init?(record: JSONValue) {
        guard let status = record["status"]?.text, let at = record["at"]?.integer else {
            return nil
        }
        func number(_ key: String) -> Int { record[key]?.whole ?? 0 }
        self.init(
            status: status, at: at, output: record["output"]?.text,
            errors: record["errors"]?.text, completed: number("completed"),
            failed: number("failed"),
            usage: ChatUsage(
                prompt: number("prompt"), cached: number("cached"),
                completion: number("completion"), reasoning: number("reasoning")),
            faults: (record["faults"]?.elements ?? []).map { fault in
                Batch.LineFault(
                    code: fault["code"]?.text ?? "", message: fault["message"]?.text ?? "",
                    param: fault["param"]?.text, line: fault["line"]?.whole)
            })
    }
}
