import AfterwordCore
import Synchronization

/// Batches: create, retrieve, list, cancel.
extension FakeOpenAI {
    func batches(
        _ request: WireRequest, _ rest: [String], _ call: FakeCall
    ) throws(WireError) -> WireAnswer {
        switch (request.method, rest.count) {
        case ("POST", 0): return try createBatch(request, call)
        case ("GET", 0):
            try settle(now: call.now)
            let found = cabinet.withLock { cabinet in
                cabinet.listBatches(of: call.key).map { batch in
                    (
                        batch.id,
                        batch.json(at: call.now, counts: cabinet.counts(batch, at: call.now))
                    )
                }
            }
            let limit = try limit(request, usual: 20, most: 100)
            return .json(200, try page(found, limit, request))
        case ("GET", 1): return .json(200, try batch(rest[0], call))
        case ("POST", 2) where rest[1] == "cancel": return try cancelBatch(rest[0], call)
        default: throw rest.count > 2 ? Self.noAddress(request) : Self.wrongMethod(request)
        }
    }

    private func createBatch(
        _ request: WireRequest, _ call: FakeCall
    ) throws(WireError) -> WireAnswer {
        guard let body = try? JSONValue(parsing: request.body), body.members != nil else {
            throw WireError(400, "We could not parse the JSON body of your request.")
        }
        let known = [
            "input_file_id", "endpoint", "completion_window", "metadata", "output_expires_after",
        ]
        for member in body.members ?? [] where !known.contains(member.key) {
            throw .unknown(member.key)
        }
        let reader = MemberReader(body)
        guard let input = try reader.text("input_file_id") else { throw .missing("input_file_id") }
        guard let endpoint = try reader.text("endpoint", among: Batch.endpoints) else {
            throw .missing("endpoint")
        }
        guard try reader.text("completion_window", among: ["24h"]) != nil else {
            throw .missing("completion_window")
        }
        try reader.checkMetadata()
        var seconds: Int64?
        if let rule = body.given("output_expires_after") {
            seconds = try expiry(rule, "output_expires_after")
        }
        try checkInput(input, call)
        let made = cabinet.withLock { cabinet -> Result<Batch, WireError> in
            do throws(WireError) {
                try cabinet.checkRoom(0)
                let (id, order) = cabinet.newBatchID(key: call.key)
                var batch = Batch(
                    id: id, key: call.key, endpoint: endpoint, input: input, created: call.now,
                    span: Int64(configuration.batchSeconds * 1_000_000),
                    metadata: body.given("metadata") ?? .null, outputSeconds: seconds,
                    order: order)
                batch.fault = call.fault?.batch
                batch.done = call.fault?.done ?? 0.5
                try shelved { () throws(ShelfFault) in try cabinet.keep(batch) }
                return .success(batch)
            } catch {
                return .failure(error)
            }
        }
        return .json(200, try made.get().json(at: call.now, counts: (0, 0)))
    }

    private func checkInput(_ id: String, _ call: FakeCall) throws(WireError) {
        guard let file = cabinet.withLock({ $0.file(id, of: call.key, now: call.now) }) else {
            throw WireError(404, "No such File object: \(id)", param: "input_file_id")
        }
        guard file.purpose == "batch" else {
            throw WireError(
                400, "Invalid purpose '\(file.purpose)' of the input file: expected 'batch'.",
                param: "input_file_id", code: "invalid_value")
        }
    }

    /// The object of a batch, after everything that is due for it was done.
    private func batch(_ id: String, _ call: FakeCall) throws(WireError) -> JSONValue {
        guard cabinet.withLock({ $0.batch(id, of: call.key) }) != nil else {
            throw WireError(404, "No batch found with id '\(id)'.")
        }
        try settle(now: call.now, id)
        let found = cabinet.withLock { cabinet in
            cabinet.batch(id, of: call.key).map {
                $0.json(at: call.now, counts: cabinet.counts($0, at: call.now))
            }
        }
        return found ?? .null
    }

    private func cancelBatch(_ id: String, _ call: FakeCall) throws(WireError) -> WireAnswer {
        guard cabinet.withLock({ $0.batch(id, of: call.key) }) != nil else {
            throw WireError(404, "No batch found with id '\(id)'.")
        }
        try settle(now: call.now, id)
        let result = cabinet.withLock { cabinet -> Result<Void, WireError> in
            guard var batch = cabinet.batch(id, of: call.key) else { return .success(()) }
            let status = batch.status(at: call.now)
            guard ["validating", "in_progress", "finalizing"].contains(status) else {
                return .failure(
                    WireError(
                        409, "Cannot cancel a batch with status '\(status)'.",
                        code: "invalid_batch_status"))
            }
            batch.cancelled = call.now
            do throws(WireError) {
                try shelved { () throws(ShelfFault) in try cabinet.keep(batch) }
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
        return .json(200, try batch(id, call))
    }

    /// Does what is due for a batch, or for all.
    func settle(now: Int64, _ id: String? = nil) throws(WireError) {
        let result = cabinet.withLock { cabinet -> Result<Void, WireError> in
            do throws(WireError) {
                try shelved { () throws(ShelfFault) in
                    if let id {
                        try cabinet.settle(id, now: now) { self.lineAnswer($0, customID: $1, $2) }
                    } else {
                        try cabinet.settle(now: now) { self.lineAnswer($0, customID: $1, $2) }
                    }
                }
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }
}
