package import AfterwordCore

extension Balance {
    private static func comment(_ part: String) -> String {
        switch part {
        case "found": "Records that were found."
        case "inserted": "New reviews."
        case "updated": "Reviews that changed."
        case "unchanged": "Reviews that are as they were."
        case "copies": "Records equal to another of the dump."
        case "shadowed": "Records of a review that another record of the dump says better."
        case "late": "Records older than what is known."
        case "rejected": "Records that cannot be read."
        default: "Records that were left out."
        }
    }

    /// The balance of records: `found` is the sum of all other parts.
    package static let form = ObjectForm<Balance>("Balance", "What became of records.") { form in
        for part in Balance().parts.map(\.key) {
            form.count(part, comment(part)) { balance in
                balance.parts.first { $0.key == part }?.value ?? 0
            }
        }
    }
}

extension RunRecord {
    /// The run that an answer is as of.
    package static let asOfForm = ObjectForm<RunRecord>(
        "AsOf", "The run that an answer is as of."
    ) { form in
        form.count("run", "The run's number.") { $0.run }
        form.instant("recorded_at", "When it was recorded.") { $0.recordedAt }
        form.instant("observed_at", "When its dump was taken.") { $0.observedAt }
    }

    package static let answerForm = ObjectForm<RunRecord>(
        "RunSums", "A run with the balance of its records."
    ) { form in
        form.count("run", "The run's number.") { $0.run }
        form.instant("recorded_at", "When it was recorded.") { $0.recordedAt }
        form.instant("observed_at", "When its dump was taken.") { $0.observedAt }
        form.text("observed_origin", "Where that time was taken from.") {
            $0.observedOrigin.rawValue
        }
        form.choice(
            "completeness", Completeness.allCases.map(\.rawValue),
            "What the dump said it holds all of."
        ) { $0.completeness.rawValue }
        form.value("seed", .text(.integer), "The seed of its mock times.") {
            .string(String($0.seed))
        }
        form.count("deleted", "Reviews that it deleted.") { $0.deleted }
        form.count(
            "out_of_window",
            "Absent reviews that it kept: its dump is capped and does not reach them."
        ) { $0.outOfWindow }
        form.count("products_named", "Products that its dump names.") { $0.productsNamed }
        form.digest("previous_digest", "The history's digest before it.") { $0.previousDigest }
        form.digest("history_digest", "The history's digest after it.") { $0.historyDigest }
        form.add(
            .init(
                name: "dump_label", form: .string, comment: "The dump's label, where it has one.",
                isRequired: false)
        ) { $0.dumpLabel.map { JSONValue($0) } }
        form.include(Balance.form) { $0.balance }
    }

    /// The JSON in answers of the commands and the API.
    package var answer: JSONValue { Self.answerForm.json(self) }
}

extension FileVersion {
    package static let form = ObjectForm<FileVersion>(
        "FileVersion", "What a bucket says of an object that was read."
    ) { form in
        form.optionalString("etag", "Its entity tag.") { $0.etag }
        form.optionalString("version_id", "Its version, where the bucket keeps versions.") {
            $0.versionID
        }
        form.optionalInstant("modified_at", "When the bucket got it.", hasOld: false) {
            $0.modifiedAt
        }
    }
}

extension FileRecord {
    package static let answerForm = ObjectForm<FileRecord>(
        "RunFile", "A file of a run with the balance of its records."
    ) { form in
        form.count("run", "The run's number.") { $0.run }
        form.text("name", "The file's path within the dump.") { $0.name }
        form.count("byte_count", "How long it is on the disk.", unit: .bytes) { $0.byteCount }
        form.digest("digest", "SHA-256 over its bytes.") { $0.digest }
        form.text("shape", "The shape it was read by; empty for one without records.") {
            $0.shape
        }
        form.count("nonstandard_literals", "Bare NaN and infinities that were read as absent.") {
            $0.nonstandardLiterals
        }
        form.count(
            "unreadable_fields",
            "Values that cannot be read, of records that are read without them."
        ) {
            $0.unreadableFields
        }
        form.count("left_out", "Records that the shape leaves out; none of them is found.") {
            $0.leftOut
        }
        form.include(Balance.form) { $0.balance }
        form.add(
            .init(
                name: "version", form: FileVersion.form.form,
                comment: "What its bucket says of it; only of an object.", isRequired: false)
        ) { $0.version.map { FileVersion.form.json($0) } }
    }

    /// The JSON in answers of the commands and the API.
    package var answer: JSONValue { Self.answerForm.json(self) }
}

/// A run with its files.
package struct RunWithFiles: Sendable {
    package var run: RunRecord
    package var files: [FileRecord]

    package init(run: RunRecord, files: [FileRecord]) {
        self.run = run
        self.files = files
    }

    package static let form = ObjectForm<RunWithFiles>(
        "Run", "A run with its files and the balance of their records."
    ) { form in
        form.include(RunRecord.answerForm) { $0.run }
        form.list("files", FileRecord.answerForm, "Its files, in order of their names.") {
            $0.files
        }
    }

    package var json: JSONValue { Self.form.json(self) }
}

extension ScopeSummary {
    package static let answerForm = ObjectForm<ScopeSummary>(
        "ScopeSums", "The sums of a scope."
    ) { form in
        form.choice("kind", ScopeKind.allCases.map(\.rawValue), "The kind of the scope.") {
            $0.scope.kind.rawValue
        }
        form.id("id", "The value that names it; empty for the portfolio.") { $0.scope.id }
        form.count("product_count", "Products with a live review.") { $0.productCount }
        form.include(Counters.form) { $0.counters }
        form.include(CountedDistinct.form) { CountedDistinct(counts: $0.distinct) }
    }
}

extension RunAttempt {
    package static let form = ObjectForm<RunAttempt>("Attempt", "A run that was tried.") { form in
        form.instant("started_at", "When it began.") { $0.startedAt }
        form.optionalInstant("ended_at", "When it ended; null for one that never did.") {
            $0.endedAt
        }
        form.text("dump", "The dump's name.") { $0.dump }
        form.optionalString("failure", "The kind of failure.") { $0.outcome?.failure }
    }

    package var json: JSONValue { Self.form.json(self) }
}

extension LoadedDump {
    package static let form = ObjectForm<LoadedDump>(
        "Dump", "A dump, as one run or several loaded it."
    ) { form in
        form.optionalText("label", "Its label; null for one without.") { $0.label }
        form.instant("observed_at", "When it was taken.") { $0.observedAt }
        form.value("runs", .list(.count), "The runs that loaded it, the oldest first.") {
            .array($0.runs.map { JSONValue($0) })
        }
    }

    package var json: JSONValue { Self.form.json(self) }
}

extension Coverage {
    package static let form = ObjectForm<Coverage>(
        "Coverage", "What the newest dump covers of what is known."
    ) { form in
        form.object("dump", LoadedDump.form, "The dump.") { $0.dump }
        form.count("known_products", "Products that are known.") { $0.knownProducts }
        form.optionalCount(
            "named_products",
            "Of those, products that the dump names; null where that is not known any more."
        ) { $0.namedProducts }
        form.optionalInstant(
            "missing_since",
            "Of the products it does not name, when the one longest missing was last in a dump."
        ) { $0.missingSince }
        form.count("absent_reviews", "Live reviews that the dump does not hold.") {
            $0.absentReviews
        }
        form.count("unread_reviews", "Reviews that came in a language that is not read.") {
            $0.unreadReviews
        }
        form.texts("sentences", "The same in words.") { $0.sentences }
    }

    package var json: JSONValue { Self.form.json(self) }
}

extension StatusAnswer {
    package static let form = ObjectForm<StatusAnswer>("Status", "How the store stands.") { form in
        form.optionalObject(
            "last_run", RunRecord.answerForm, "The newest run of a dump; null before the first."
        ) { $0.lastRun }
        form.optionalObject(
            "newest_dump", LoadedDump.form,
            "The dump that was taken last, of all its runs; null before the first."
        ) { $0.newestDump }
        form.optionalNumber("age_seconds", "Since the newest dump was taken.", unit: .seconds) {
            $0.ageSeconds
        }
        form.flag("is_stale", "Whether it is older than the age asked for, or of the future.") {
            $0.isStale
        }
        form.count("brand_count", "Brands that are known.") { Int64($0.brandCount) }
        form.object("portfolio", ScopeSummary.answerForm, "The sums of everything.") {
            $0.portfolio
        }
        form.list(
            "attempts_since", RunAttempt.form, "Attempts after the last good run, the oldest first."
        ) { $0.attemptsSince }
    }

    package var json: JSONValue { Self.form.json(self) }
}
