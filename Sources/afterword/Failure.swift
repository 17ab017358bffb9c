import AfterwordCore
import AfterwordModels
import AfterwordPipeline
import AfterwordStores

/// A failure as a message with an exit code. Messages contain no keys and no review texts.
struct Failure {
    typealias Code = ExitReason

    var code: Code
    var message: String
    /// Whether the same command may succeed later, without a person's help.
    var isRetryable: Bool

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
        isRetryable = code.isRetryable
    }

    /// The failure of a known error; nil for an unknown error type.
    init?(_ error: any Error) {
        switch error {
        case let fault as InputFault: self.init(.usage, Self.words(fault))
        case StoreFault.interrupted:
            self.init(.interrupted, "interrupted; nothing of this run was stored")
        case let fault as RemoteFault:
            self.init(fault.isOfServer ? .store : .usage, printable(fault.words))
            isRetryable = fault.isRetryable
        case let fault as StoreFault:
            self.init(fault.exitReason, Self.words(fault))
            isRetryable = fault.isRetryable
        case let fault as AsOfFault: self.init(.usage, printable(fault.words))
        case ReplayFault.noSuchRun(let run): self.init(.usage, "there is no run \(run)")
        case ReplayFault.noRejects(let run):
            self.init(.usage, "run \(run) has no rejects of that kind")
        case let fault as RecleanFault: self.init(.usage, printable(fault.words))
        case let fault as ScopeNameFault: self.init(.usage, printable(fault.words))
        case ChangeFault.backwards: self.init(.usage, AsOfFault.backwards.words)
        case ChangeFault.noSuchScope: self.init(.usage, "no product is of that scope")
        case let fault as InsightFault: self.init(.usage, Self.words(fault))
        case let fault as ModelFileFault:
            self.init(.usage, "the file of models: \(printable(fault.words))")
        case let fault as ModelServerFault: self.init(.usage, fault.words)
        case ModelAddressFault.noAddress:
            self.init(.usage, "OPENAI_BASE_URL is no address")
        case ModelAddressFault.notABase:
            self.init(
                .usage,
                "OPENAI_BASE_URL has a query or a fragment (? or #): no path can follow one")
        case ModelAddressFault.notSecure:
            self.init(
                .usage,
                "OPENAI_BASE_URL is https, this machine, or with --provider compatible a host of "
                    + "--plain-http, which gets no key; a key goes nowhere else")
        case let fault as CopyFault: self = Self.failure(fault)
        case let fault as BackupFault: self = Self.failure(fault)
        case let fault as ExportFault:
            self.init(fault.isRetryable ? .store : .usage, printable(fault.words))
        case let fault as OutputFault:
            self.init(
                fault.isOfDisk ? .store : .usage, "cannot write \(fault.path): \(fault.reason)")
        case let fault as TOMLFault:
            self.init(
                .usage, "the taxonomy, line \(fault.line): \(printable(fault.reason))")
        case let fault as CaseFault: self.init(.usage, fault.description)
        case let fault as CommandFault: self = fault.failure
        default: return nil
        }
    }

    private static func words(_ fault: InputFault) -> String {
        switch fault {
        case .noSuchDump(let name): "no such file or folder: \(name)"
        case .nothingToRead(let dump, let ignored):
            "nothing to read in \(dump): no review in a .json, .jsonl, .ndjson, .csv or .tsv "
                + "file (plain or .gz); \(several(ignored, "other file"))"
        case .badCatalog(let file, let reason): "\(file): \(reason)"
        case .onlyRejects(let file, let reasons, let rejected):
            "\(file): nothing of \(several(rejected, "piece")) can be read as a review: "
                + "\(reasons). Nothing was stored. Files are JSON, JSON Lines (one object a "
                + "review), or CSV. Give the shape that fits (--shape), or propose one: "
                + "shape detect FILE"
        case .unreadRecords(let file, let reasons, let rejected):
            "\(file): nothing of \(several(rejected, "piece")) can be read as a review: "
                + "\(reasons). Nothing was stored. Leave the file out, give the shape that fits "
                + "(--shape), or load the rest with --max-rejects \(rejected)"
        case .rejectedBytes(let file, let rejected, let count, let reasons):
            "\(file): \(grouped(rejected)) of \(several(count, "byte")) cannot be read: "
                + "\(reasons). Nothing was stored. Fetch the file again; or look at the rejects "
                + "with 'plan --max-rejects N' and load the rest with 'run --max-rejects N'"
        case .scaleInDoubt(let file, let above, let records):
            "\(file): \(grouped(above)) of \(several(records, "rating")) are above 5; nothing was "
                + "stored. Say the scale in the shape: \"rating\": {\"from\": …, \"scale\": 10}; "
                + "with \"scale\": 5 those above count as unreadable"
        case .ambiguousDates(let file, let count, let isContradictory):
            ambiguousDates(file, count, isContradictory)
        case .timesOutOfReach(let file, let field, let records):
            "\(file): \(field) of all \(several(records, "record")) is before 1995 or later than "
                + "the dump; nothing was stored. Are these seconds read as milliseconds, or the "
                + "other way? \"as\": \"unix_s\" or \"unix_ms\" in the shape; if the dump is "
                + "newer: --observed-at DATE; to load without these times: --max-rejects "
                + "\(records)"
        case .ambiguousFileName(let file, let pattern, let values):
            "\(file): its name matches \"\(pattern)\" in several ways "
                + "(\(values.prefix(3).joined(separator: ", "))); name the parts by what they hold "
                + "({date}, {page}, {lang}), or part them by other signs"
        case .unlikeFileName(let file, let pattern):
            "\(file): its name does not match \"\(pattern)\", from which the shape takes a value; "
                + "leave the file out (--files), or mend the pattern"
        case .fieldsNotFound(let file, let fields, let keys):
            fieldsNotFound(file, fields, keys)
        case .unreadableFile(let name, let reason): "cannot read \(name): \(reason)"
        case .notAFile(let name, let kind):
            "\(name) is \(kind); only files and folders are read. Write what comes from it to a "
                + "file "
                + "first"
        case .folderForFile(let name):
            "\(name) is a folder, and one file is needed here: name a file that lies in it"
        case .otherFormat(let file, let format): "\(file) " + words(format)
        case .badArchive(let file, let fault): "\(file) " + words(fault)
        case .linkLeavesDump(let name): "\(name) is a link that leads out of the dump"
        case .outsideSeries(let name):
            "\(name) lies beside dated folders or files and belongs to none of them; move it, put "
                + "a date into its name (YYYY-MM-DD), or name the dumps (or, by --files, the files)"
        case .cappedDump(let products, let reviews):
            """
            \(grouped(products)) products have exactly \(grouped(reviews)) reviews, and none has \
            more: the dump seems capped, and what is absent is not deleted. Load it with --window \
            \(reviews), which keeps older reviews, or with --accept-capped if it holds all
            """
        case .unlikeInSeries(let first, let second, let product):
            unlikeInSeries(first, second, product)
        case .undatedVersions(let first, let second): undatedVersions(first, second)
        case .changedWhileRead(let name): "\(name) changed while it was read; nothing was stored"
        case .unknownShape(let file, let seen, let missing):
            unknownShape(file, seen: seen, missing: missing)
        case .otherProposal(let file, let shape, let differences):
            """
            \(file) looks unlike the files that this store reads by \(shape): \
            \(differences.joined(separator: "; ")). To read it anew, save \
            what 'afterword shape detect' prints and give that with --shape; to read it as before, \
            where its records still have what that reads: --shape \(shape)
            """
        case .noProposal(let file, let reason):
            "\(file): no shape can be proposed: \(reason)"
        case .noSuchShape(let name, let nearest):
            "no built-in shape and no file is called \(name)"
                + (nearest.map { "; did you mean '\($0)'?" } ?? "; see 'afterword shape list'")
        case .recordsNotFound(let file, let records, let path, let keys):
            "\(file): records \"\(records)\" found nothing; "
                + (path.isEmpty ? "the records have " : "\(path) has ")
                + (keys.isEmpty ? "no members" : keys.prefix(20).joined(separator: ", "))
                + ". Nothing was stored. Mend \"records\" in the shape"
                + (path.isEmpty ? " (without it, each object is a review)" : "")
                + ", or propose one: shape detect FILE"
        case .failedAnswer(let file, let keys):
            "\(file) holds no reviews but an error: it has "
                + keys.prefix(20).joined(separator: ", ")
                + ". Nothing was stored. Fetch it again, or leave it out of the dump (--files)"
        case .emptyFile(let file):
            "\(file) is empty: it holds no record, and nothing was stored. Fetch it again. A list "
                + "without reviews is [], a dump with none; so is an empty file of a dated series"
        case .doubtfulShape(let file, let seen, let doubts): doubtfulShape(file, seen, doubts)
        case .losesField(let field, let lost, let known, let missing):
            losesField(field, lost, known, missing)
        case .otherReviews(let count, let changed):
            "\(grouped(count)) of \(several(changed, "changed review")) have another author and "
                + "another text: have the ids of reviews changed, or are they numbers of "
                + "rows? Nothing was stored. A shape without review_id identifies reviews by "
                + "author, date and text; if it is right: --accept-drift"
        case .noReviews(let file): "\(file) holds products and no reviews; leave it out of the dump"
        case .badShape(let what): "the shape cannot be used: \(what)"
        case .tooManyRejects(let rejected, let found, let reasons):
            tooManyRejects(rejected, found: found, reasons)
        case .incompleteDump(let reason):
            "the dump is said to be complete and is not: \(reason); nothing was stored"
        case .tooManyDeletes(let deleted, let scope):
            "\(grouped(deleted)) of \(several(scope, "review")) would be deleted; nothing was "
                + "stored. "
                + "If they are gone indeed: --max-deletes \(deleted)"
        case .emptiesProduct(let reviews):
            "a product of \(several(reviews, "review")) would be emptied; nothing was stored. "
                + "If they are gone indeed: --max-deletes N"
        case .unlikeTheLast(let comparison):
            "the dump is unlike those before: "
                + comparison.rows.filter(\.isUnlike).map(\.words).joined(separator: "; ")
                + "; nothing was stored. 'plan' shows all of it; if it is right: --accept-drift"
        case .observedInFuture(let instant): observedInFuture(instant)
        case .otherIdentityKind(let file, let stored, let incoming):
            "\(file): its products are known by identity \(stored), the file by \(incoming)"
        case .seriesWithObservedAt:
            "--observed-at is for one dump; the folders and files of a series carry their own dates"
        case .otherReader(let stored, let asked):
            (stored.map { "the store is read by \(Lexicon.named($0))" }
                ?? "the store keeps no readings")
                + ", and goes on so: --reader is for a new store. To read its reviews by reader "
                + "\(asked): reread --reader \(asked)"
        case .otherTaxonomy:
            "another taxonomy is in force, or none: --taxonomy is for a new store, and nothing was "
                + "stored. To see what the file would change: taxonomy try FILE; to read the "
                + "store's reviews by it from now on: taxonomy accept FILE"
        }
    }

    private static func unknownShape(
        _ file: String, seen: [String], missing: [String]
    ) -> String {
        "\(file): no known shape fits. Fields seen: "
            + (seen.isEmpty ? "none" : seen.prefix(20).joined(separator: ", "))
            + ". Missing: \(missing.joined(separator: "; ")). "
            + "Propose one: shape detect FILE; use it: --shape FILE"
            + (isNamedAsTable(file) ? ". A table of products: catalog load FILE" : "")
    }

    private static func doubtfulShape(
        _ file: String, _ seen: [String], _ doubts: [String]
    ) -> String {
        "\(file): no known shape fits. Fields seen: "
            + (seen.isEmpty ? "none" : seen.prefix(20).joined(separator: ", "))
            + ". What they show is in doubt: \(doubts.joined(separator: "; ")). "
            + "Propose a shape: shape detect FILE > s.json; look it over, and "
            + "use it: --shape FILE"
            + (isNamedAsTable(file) ? ". A table of products: catalog load FILE" : "")
    }

    private static func losesField(
        _ field: String, _ lost: Int64, _ known: Int64, _ missing: MissingField?
    ) -> String {
        let place = missing.map { missing in
            let has = missing.nearest.map { [$0] } ?? missing.unmapped
            return ": \"\(missing.source)\" is found in 0 of "
                + several(missing.records, "record")
                + (has.isEmpty ? "" : ", which have " + has.joined(separator: ", "))
        }
        return "\(field) of \(grouped(lost)) of \(several(known, "known review")) would be lost"
            + (place ?? "")
            + "; nothing was stored. Give a shape that reads it (shape detect FILE, "
            + "--shape); if it is gone indeed: --accept-drift"
    }

    private static func ambiguousDates(
        _ file: String, _ count: Int64, _ isContradictory: Bool
    ) -> String {
        "\(file): in \(several(count, "date")) day and month could be either, and "
            + (isContradictory
                ? "other dates contradict each other" : "no other date decides which")
            + "; nothing was stored. Say the order in the shape: "
            + "\"created_at\": {\"from\": …, \"as\": \"dmy\"} or \"mdy\""
    }

    private static func fieldsNotFound(
        _ file: String, _ fields: [MissingField], _ keys: [String]
    ) -> String {
        "\(file): "
            + fields.map { field in
                "\(field.field): \"\(field.source)\" found in 0 of "
                    + several(field.records, "record")
                    + (field.nearest.map { " (did you mean \"\($0)\"?)" } ?? "")
            }.joined(separator: "; ")
            + ". The records have: \(keys.prefix(20).joined(separator: ", ")). Nothing was stored. "
            + "Mend the shape, or propose one: shape detect FILE"
    }

    private static func undatedVersions(_ first: String, _ second: String) -> String {
        "\(first) and \(second) hold different versions of a review, and their names do not tell "
            + "which is newer; nothing was stored. Name files or folders by the day on which they "
            + "were taken (YYYY-MM-DD), and each day is a run of its own; or load all as one dump: "
            + "--observed-at DATE"
    }

    private static func unlikeInSeries(
        _ first: String, _ second: String, _ product: String
    ) -> String {
        "\(second) names other products than \(first) does (\(product) is in one of them only): "
            + "with --complete all each file of a series deletes what it does not hold, and files "
            + "dated by day often hold that day's reviews alone; nothing was stored. Load them "
            + "without --complete all; or, where each file was all that there was, put each into "
            + "a folder named by its date (2026-01-05/)"
    }

    private static func tooManyRejects(
        _ rejected: Int64, found: Int64, _ reasons: String
    ) -> String {
        "\(grouped(rejected)) of \(several(found, "record")) cannot be read: \(reasons); "
            + "nothing was stored. "
            + "Look at them with 'plan --max-rejects \(rejected)', "
            + "or load the rest with 'run --max-rejects \(rejected)'"
    }

    private static func observedInFuture(_ instant: Instant) -> String {
        "the dump says that it was taken at \(instant), which is yet to come: until then no "
            + "dump would update its products. Nothing was stored. If it is right: "
            + "--accept-future; else give the time: --observed-at DATE"
    }

    /// What the format is, and how to get its content loaded.
    private static func words(_ format: OtherFormat) -> String {
        switch format {
        case .zip:
            "is a ZIP archive, which 'run' and 'plan' read by its name: name it FILE.zip, or "
                + "unpack it and load the folder"
        case .tar: "is a tar archive, which is not read: unpack it (tar -xf), and load the folder"
        case .sevenZip: "is a 7z archive, which is not read: unpack it, and load the folder"
        case .spreadsheet:
            "is a spreadsheet, which is not read: save it as CSV, and load that"
        case .parquet: "is Parquet, which is not read: write it as JSON Lines first"
        case .sqlite: "is a SQLite database, not a dump; a store is named by --store"
        case .pdf: "is a PDF, which is not read"
        case .columns:
            "is a table by columns, as pandas writes it by itself: write an object a review, with "
                + "to_json(orient='records')"
        case .bzip2:
            "is packed with bzip2, which is not read: unpack it (bunzip2), or pack it with gzip"
        case .xz: "is packed with xz, which is not read: unpack it (unxz), or pack it with gzip"
        case .zstd:
            "is packed with zstd, which is not read: unpack it (unzstd), or pack it with gzip"
        }
    }

    /// What is wrong with an archive or a file in it, and the way on.
    private static func words(_ fault: ArchiveFault) -> String {
        switch fault {
        case .noDirectory:
            "is a ZIP archive that is cut off or damaged: its directory cannot be read. Get it "
                + "again, or repair it (zip -FF) and unpack it"
        case .damaged:
            "is damaged in its ZIP archive: it does not unpack to what was packed; nothing was "
                + "stored. Get the archive again, or unpack what can be (unzip)"
        case .encrypted:
            "is encrypted in its ZIP archive: unpack it with its password, and load the folder"
        case .method(let number):
            "is packed in its ZIP archive by method \(number), and only deflate is read: unpack it "
                + "(7z x, unzip), and load the folder"
        case .severalVolumes:
            "is one of several parts of a ZIP archive: join them (zip -s 0 FILE.zip --out "
                + "WHOLE.zip), or unpack it"
        case .manyFiles: "is a ZIP archive of too many files: unpack it, and load the folder"
        case .ratio:
            "grows more than 200 times when it is unpacked from its ZIP archive; where that is "
                + "right, unpack it, and load the folder"
        }
    }
}
