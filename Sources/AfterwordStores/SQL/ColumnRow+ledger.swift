import AfterwordCore
import AfterwordPipeline

extension ColumnRow {
    var balance: Balance {
        get throws {
            var balance = Balance()
            balance.found = try count("found")
            balance.inserted = try count("inserted")
            balance.updated = try count("updated")
            balance.unchanged = try count("unchanged")
            balance.copies = try count("copies")
            balance.shadowed = try count("shadowed")
            balance.late = try count("late")
            balance.rejected = try count("rejected")
            balance.suppressed = try count("suppressed")
            return balance
        }
    }

    var profile: DumpProfile {
        get throws {
            var profile = DumpProfile()
            profile.records = try count("profile_records")
            profile.brands = try count("profile_brands")
            profile.rated = try count("profile_rated")
            profile.ratingSum = try sum("profile_rating_sum")
            profile.withoutText = try count("profile_without_text")
            return profile
        }
    }

    var runRecord: RunRecord {
        get throws {
            guard let seed = UInt64(try string("seed")) else { throw unreadable("seed") }
            var record = RunRecord(
                run: try run(), recordedAt: try instant("recorded_at"),
                observedAt: try instant("observed_at"),
                observedOrigin: try word("observed_origin"),
                completeness: try word("completeness"), seed: seed, balance: try balance,
                deleted: try count("deleted"), productsNamed: try count("products_named"),
                previousDigest: try digest("previous_digest"),
                historyDigest: try digest("history_digest"),
                ledgerDigest: try digest("ledger_digest"))
            record.profile = try profile
            record.dumpLabel = try text("dump_label")
            record.digestRules = try count("digest_rules")
            record.identityRules = try count("identity_rules")
            record.outOfWindow = try count("out_of_window")
            record.reader = try optionalCount("reader")
            return record
        }
    }

    var runClock: RunClock {
        get throws {
            RunClock(
                run: try run(), observedAt: try instant("observed_at"),
                dumpLabel: try text("dump_label"))
        }
    }

    var fileRecord: FileRecord {
        get throws {
            var record = FileRecord(
                run: try run(), name: try string("name"), byteCount: try count("byte_count"),
                digest: try digest("digest"), shape: try string("shape"), balance: try balance,
                nonstandardLiterals: try count("nonstandard_literals"))
            record.unreadableFields = try count("unreadable_fields")
            record.leftOut = try count("left_out")
            record.version = FileVersion(
                etag: try text("etag")?.string, versionID: try text("version_id")?.string,
                modifiedAt: try optionalInstant("modified_at"))
            return record
        }
    }

    var shapeRow: ShapeRow {
        get throws {
            ShapeRow(
                name: try string("name"), version: try count("version"),
                document: try string("document"),
                staleSince: try optional("stale_since") == nil ? nil : try run("stale_since"))
        }
    }

    var runAttempt: RunAttempt {
        get throws {
            var attempt = RunAttempt(
                startedAt: try instant("started_at"), endedAt: try optionalInstant("ended_at"),
                dump: try string("dump"), outcome: nil)
            if try optional("run") != nil {
                attempt.outcome = .committed(run: try run())
            } else if let failure = try text("failure") {
                attempt.outcome = .failed(failure.string)
            } else if attempt.endedAt != nil {
                attempt.outcome = .needless
            }
            return attempt
        }
    }

    /// The token counts of a model call; nil where `input_tokens` is NULL.
    private var usage: ModelUsage? {
        get throws {
            guard try optional("input_tokens") != nil else { return nil }
            return ModelUsage(
                input: try count("input_tokens"), cachedInput: try count("cached_input_tokens"),
                output: try count("output_tokens"))
        }
    }

    var cachedAnswer: CachedAnswer {
        get throws {
            guard var usage = try usage else { throw unreadable("input_tokens") }
            usage.cacheWrite = try optionalCount("cache_write_tokens")
            var answer = CachedAnswer(
                key: try hexDigest("cache_key"), model: try string("model"),
                madeAt: try instant("made_at"), usage: usage, answer: try string("answer"))
            answer.tier = try text("service_tier")?.string
            answer.servedModel = try text("served_model")?.string
            answer.microseconds = try optionalCount("microseconds")
            return answer
        }
    }

    var jobRow: JobRow {
        get throws {
            var job = JobRow(
                job: try string("job"), askedBy: try string("asked_by"),
                request: try hexDigest("request_digest"), scope: try reviewScope,
                language: try string("language"), createdAt: try instant("created_at"))
            if try text("idempotency_digest") != nil {
                job.idempotency = try hexDigest("idempotency_digest")
            }
            job.status = try word("status")
            job.startedAt = try optionalInstant("started_at")
            job.endedAt = try optionalInstant("ended_at")
            job.leaseUntil = try instant("lease_until")
            job.isCounted = try flag("is_counted")
            job.madeRun = try optionalCount("made_run")
            job.problem = try text("problem")?.string
            job.detail = try text("detail")?.string
            return job
        }
    }

    var apiKey: APIKeyRow {
        get throws {
            let scopes = try string("scopes").split(separator: ",").map { written in
                guard let scope = APIKeyRow.Scope(rawValue: String(written)) else {
                    throw unreadable("scopes")
                }
                return scope
            }
            return APIKeyRow(
                name: try string("name"), digest: try hexDigest("digest"), scopes: Set(scopes),
                brands: try brands, createdAt: try instant("created_at"),
                revokedAt: try optionalInstant("revoked_at"))
        }
    }

    /// The brands of an API key, stored as a JSON array of texts; nil for all brands.
    private var brands: [String]? {
        get throws {
            guard let written = try text("brands") else { return nil }
            let elements = (try? JSONValue(parsing: written.bytes))?.elements
            let brands = elements?.compactMap(\.text)
            guard let brands, brands.count == elements?.count else { throw unreadable("brands") }
            return brands
        }
    }

    var modelCall: ModelCall {
        get throws {
            var call = ModelCall(
                call: try number("call"), batch: try number("batch"),
                cacheKey: try hexDigest("cache_key"),
                requestDigest: try hexDigest("request_digest"), model: try string("model"),
                startedAt: try instant("started_at"), leaseUntil: try instant("lease_until"),
                endedAt: try optionalInstant("ended_at"),
                reserved: try sum("reserved_nanodollars"),
                cost: try optionalSum("cost_nanodollars"), usage: try usage,
                outcome: try text("outcome")?.string)
            let written = try optionalCount("cache_write_tokens")
            // The count belongs to a usage: without one, the row checksum would not cover it.
            guard written == nil || call.usage != nil else {
                throw unreadable("cache_write_tokens")
            }
            call.usage?.cacheWrite = written
            call.tier = try text("service_tier")?.string
            call.requestID = try text("request_id")?.string
            call.clientRequestID = try text("client_request_id")?.string
            call.unreadAnswer = try text("unread_answer")?.string
            call.servedModel = try text("served_model")?.string
            call.modelBatch = try optional("llm_batch")
            return call
        }
    }

    var modelBatch: ModelBatch {
        get throws {
            var batch = ModelBatch(
                name: try string("name"), purpose: try word("purpose"),
                command: try number("batch"),
                by: ModelIdentity(try string("model"), place: try text("place")?.string),
                createdAt: try instant("created_at"))
            batch.number = try number("llm_batch")
            batch.endedAt = try optionalInstant("ended_at")
            batch.status = try string("status")
            batch.inputFile = try text("input_file")?.string
            batch.serverID = try text("server_id")?.string
            batch.prices = try text("prices")?.string
            return batch
        }
    }

    var batchItem: BatchItem {
        get throws {
            BatchItem(
                batch: try number("llm_batch"), line: try number("line"), call: try number("call"),
                cacheKey: try hexDigest("cache_key"), subject: try string("subject"))
        }
    }
}
