import AfterwordCore
import AfterwordModels
import AfterwordPipeline
import ArgumentParser

/// Where questions and answers are written to, or read from in place of a server.
struct RecordingOptions: ParsableArguments {
    @Option(
        help: """
            With --real-llm: write every question and answer into this empty folder, without keys \
            and personal data. Not with CI set.
            """)
    var record: String?

    @Option(
        help: """
            Answer from the recordings of this folder: nothing is sent, nothing costs anything. \
            Fails for a question without a recording and for recordings that are not used.
            """)
    var replay: String?

    @Option(
        help: """
            How --replay finds a recording: by the 'request', or 'strict': in the order in which \
            they were recorded, with --parallel 1.
            """)
    var replayOrder = Tape.Order.request.rawValue

    func validate() throws {
        guard Tape.Order(rawValue: replayOrder) != nil else {
            throw ValidationError("--replay-order is request or strict")
        }
        guard record == nil || replay == nil else {
            throw ValidationError("--record goes with --real-llm, and not with --replay")
        }
    }

    /// Whether questions are recorded or replayed.
    var isGiven: Bool { record != nil || replay != nil }

    var isStrict: Bool { replayOrder == Tape.Order.strict.rawValue }

    /// The recordings to answer from; nil without `--replay`.
    func openTape() throws -> Tape? {
        try replay.map { try tape($0, Tape.Order(rawValue: replayOrder) ?? .request) }
    }

    /// Nil without `--record`.
    func openRecorder() throws -> Recorder? { try record.map(recorder) }

    /// Where nothing is asked: makes the folder of `--record`, and fails for recordings of
    /// `--replay`, as none is used.
    func finishUnused() throws {
        guard isGiven else { return }
        try finish(openTape(), openRecorder())
    }

    /// Reports what was recorded, and fails where a replay and its recordings differ.
    func finish(_ tape: Tape?, _ recorder: Recorder?) throws {
        if let tape { try check(tape, isWhole: true) }
        if let recorder, let record { try report(recorder, record) }
    }
}

/// A recorder into a folder.
///
/// - Throws: `CommandFault` with CI set, or where the folder cannot be used.
func recorder(_ folder: String) throws -> Recorder {
    guard !Settings.current.isCI else {
        throw CommandFault(.usage, "CI is set: nothing is recorded there")
    }
    do throws(Recorder.FolderFault) {
        return try Recorder(folder)
    } catch .notEmpty {
        throw CommandFault(.usage, "--record: \(folder) is not empty")
    } catch {
        throw CommandFault(.usage, "--record: \(folder) cannot be made")
    }
}

/// Says what was recorded.
///
/// - Throws: `OutputFault` where a recording could not be written.
func report(_ recorder: Recorder, _ folder: String) throws {
    if let fault = recorder.fault { throw fault }
    let (written, scrubbed) = recorder.counts
    let removed =
        scrubbed == 0 ? "" : "; \(several(Int64(scrubbed), "piece")) of keys or persons removed"
    Terminal.writeError(
        "afterword: \(several(Int64(written), "recording")) in \(folder)\(removed)")
}

/// The recordings of a folder.
///
/// - Throws: `CommandFault` where a file of it is none.
func tape(_ folder: String, _ order: Tape.Order = .request) throws -> Tape {
    do throws(Recording.Fault) {
        return try Tape(folder: folder, order: order)
    } catch {
        throw CommandFault(.usage, "\(error.file) \(error.reason)")
    }
}

/// How many questions without a recording are shown.
private let shownMisses = 3

/// Fails for questions without a recording, of which three are shown, and for recordings without a
/// question.
///
/// - Parameter isWhole: Whether everything was asked, so that no recording may be left.
func check(_ tape: Tape, isWhole: Bool) throws {
    let misses = tape.misses
    for miss in misses.prefix(shownMisses) {
        for line in "a question has no recording; \(miss)".split(separator: "\n") {
            Terminal.writeError("afterword: \(printable(String(line)))")
        }
    }
    if misses.count > shownMisses {
        Terminal.writeError("afterword: and \(misses.count - shownMisses) more")
    }
    guard misses.isEmpty else {
        throw CommandFault(
            .check, "\(several(Int64(misses.count), "question")) without a recording")
    }
    let unused = tape.unused
    guard !isWhole || unused.isEmpty else {
        let names = unused.prefix(5).joined(separator: ", ") + (unused.count > 5 ? ", …" : "")
        throw CommandFault(
            .check, "\(several(Int64(unused.count), "recording")) not used: \(names)")
    }
}
