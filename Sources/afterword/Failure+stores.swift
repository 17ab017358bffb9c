import AfterwordCore
import AfterwordModels
import AfterwordPipeline
import AfterwordStores

/// What failures of insights, copies and stores are called.
extension Failure {
    static func words(_ fault: InsightFault) -> String {
        switch fault {
        case .noSuchScope(let scope): "no product is of \(scope)"
        case .noRuns: "nothing was loaded yet"
        }
    }

    /// Why a model gave no usable answer.
    static func words(_ fault: ModelFailure.Fault) -> String {
        switch fault {
        case .refused: "the model refused to answer"
        case .cut: "the answer was cut at its longest; it is not used"
        case .filtered: "a filter of the model's maker took the answer"
        case .quotaSpent:
            "the account has no money left, or may spend no more (insufficient_quota or the like)"
        case .rateLimited: "too many requests; the model's maker asks to wait"
        case .unauthorized: "the key is not accepted"
        case .unknownModel: "there is no such model"
        case .badRequest(let code): "the request is not taken" + (code.isEmpty ? "" : ": \(code)")
        case .timedOut: "no answer in time"
        case .unreachable: "the model cannot be reached"
        case .serverError(let status): "the model's server failed (\(status))"
        case .malformed: "the answer is not of the form that was asked for"
        case .refusedRedirect: "the address leads elsewhere; a key is not sent on"
        case .leftAlone:
            "asked twice about these reviews, and no answer could be used; --refresh asks again "
                + "('costs --calls --json' has what came)"
        case .beyondBound:
            "the server counts more, or bills a dearer tier, than the question can have used"
        case .batchEnded(.completed): "the batch ended without an answer to it"
        case .batchEnded(.failed): "the batch was not taken: its questions have faults"
        case .batchEnded(.expired): "the batch expired before it was answered"
        case .batchEnded(.cancelled): "the batch was cancelled before it was answered"
        case .batchEnded(.notSent): "its batch never came to the server"
        }
    }

    static func failure(_ fault: CopyFault) -> Failure {
        switch fault {
        case .targetNotEmpty: Failure(.usage, "the store to copy to is not empty")
        case .differs(let finding):
            Failure(
                .check,
                "the copy is not what was copied: "
                    + (finding.map { "\($0.table): \($0.what)" } ?? "other runs")
                    + ". Throw it away")
        }
    }

    static func words(_ fault: StoreFault) -> String {
        switch fault {
        case .locked:
            "another run holds the store; try again when it is done, "
                + "or with --wait where the command has it"
        case .unreachable(let what): "the store cannot be opened: \(what)"
        case .schemaNewer: "the store was made by a newer Afterword; update this program"
        case .digestRulesUnknown(let run, let rules):
            "run \(run) has digests by rules \(rules), which this program does not know: update it"
        case .identityRulesUnknown(let run, let rules):
            "run \(run) identifies reviews by rules \(rules), which this program does not know: "
                + "update it"
        case .readerUnknown(let run, let reader):
            "run \(run) was read by reader \(reader), which this program does not know: update it"
        case .timedOut: "the server ended a statement that took too long; nothing was stored"
        case .interrupted: "interrupted"
        case .unreadable(let table, let column):
            "the store is damaged: a row of \(table) cannot be read (\(column)); "
                + "restore it from a backup (docs/backup.md)"
        case .damaged(let what):
            "the store is damaged: \(what); restore it from a backup (docs/backup.md)"
        case .readOnly: "the store can only be read here; nothing was stored"
        case .diskFull: "the disk is full; nothing was stored"
        case .failed(let what): "the store failed: \(what)"
        }
    }
}
