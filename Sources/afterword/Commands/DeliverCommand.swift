import AfterwordCore
import AfterwordDelivery
import AfterwordPipeline
import AfterwordServer
import ArgumentParser

/// `deliver`: sends recipients what they are due.
struct DeliverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deliver",
        abstract: "Sends each recipient of afterword.toml what is new, by mail, webhook or Slack.",
        discussion: """
            One message for each dump: the report or the new dangers, or that there is nothing \
            new. With --expect also where no dump came for so long, once for each such time: start \
            that apart from 'run'. A message waits in the outbox of the store until the receiver \
            has taken it; one that fails is tried again when its time has come, at most ten \
            times. Never lost; twice only if the program is killed before it could note that the \
            receiver took it, then with the same id.

            Exit codes: 0 all sent, 1 a message was given up, 2 a recipient cannot be served, 3 a \
            message waits (docs/operations.md).
            """)

    /// Which messages `--list` shows.
    enum Listed: String, ExpressibleByArgument, CaseIterable {
        case waiting, dead, sent, all
    }

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "Say so where no dump came for that time: 8d, 36h, 90m or 600s.")
    var expect: String?
    @Option(help: "Send nothing; list messages: waiting, dead, sent or all.")
    var list: Listed?
    @Flag(
        help: """
            Try at once what waits and what was given up. Only when no other 'deliver' runs: a \
            message that one is sending would be sent twice.
            """)
    var retry = false
    @OptionGroup var events: EventOptions

    func validate() throws {
        guard list == nil || (expect == nil && !retry && events.events == nil) else {
            throw ValidationError("--list sends nothing: give it alone")
        }
        _ = try options()
    }

    private func options() throws -> DeliveryOptions {
        var options = DeliveryOptions()
        options.expected = try expect.map { try seconds($0, of: "--expect", from: 1) }
        options.retriesAll = retry
        return options
    }

    func run() async throws {
        if let list { return try show(list) }
        let log = try events.open()
        let options = try options()
        try await during(.deliver, "", in: log) {
            let recipients = try ServedRecipients(.current)
            _ = try store.openForReading()  // Fails if the store does not exist.
            let (report, forgotten) = try await delivered(
                recipients, options, surroundings(recipients, log))
            let unserved =
                recipients.unserved + report.unserved.map { ($0.recipient, $0.reason) }
                + forgotten
            show(report, unserved)
            try check(report, unserved.count)
        }
    }

    /// Delivers until all is done, or a signal ends it: what is being sent is called off where the
    /// receiver could get nothing of it yet, and waited for otherwise.
    ///
    /// - Returns: Also the recipients that no settings name any more.
    private func delivered(
        _ recipients: ServedRecipients, _ options: DeliveryOptions,
        _ surroundings: DeliverySurroundings
    ) async throws -> (DeliveryReport, [(recipient: String, reason: String)]) {
        let location = store.location
        let work = Task {
            let own = try location.openForWriting()
            let report = try await deliver(
                to: recipients.served, from: own, options, surroundings)
            return (report, try Self.forgotten(recipients, in: own))
        }
        let interrupts = Interrupts(
            TaskInterruption {
                Terminal.writeError("afterword: ends after what is being sent")
                work.cancel()
            })
        defer { interrupts.stop() }
        do {
            return try await work.value
        } catch InsightFault.noRuns {
            throw CommandFault.nothingLoaded
        }
    }

    /// Recipients for whom a message waits and whom the settings do not name any more.
    private static func forgotten(
        _ recipients: ServedRecipients, in store: any ReviewStore
    ) throws -> [(recipient: String, reason: String)] {
        let known = Set(
            recipients.served.map(\.name) + recipients.unserved.map { $0.recipient })
        let waiting = try store.read { try $0.deliveries() }
            .filter { $0.status == .waiting && !known.contains($0.recipient) }
        return Set(waiting.map(\.recipient)).sorted().map {
            ($0, "a message waits for it, and no settings name it any more")
        }
    }

    private func surroundings(
        _ recipients: ServedRecipients, _ log: EventLog?
    ) -> DeliverySurroundings {
        var surroundings = DeliverySurroundings(
            now: { now() }, pause: { await Self.pause() }
        ) { message in
            guard let channel = recipients.channels[message.recipient.name] else {
                throw DeliveryFault("its address is not known")
            }
            let texts = try messageTexts(message)
            try await sendMessage(message, texts, by: channel, now: now())
        }
        surroundings.isInterrupted = Interrupts.isSignalled
        surroundings.progress = { done, total in
            log?.progress(
                of: .deliver, "",
                StageEvent.Progress(done: Int64(done), total: Int64(total), unit: "messages"))
        }
        return surroundings
    }

    /// Waits a second, also where the task was cancelled.
    private static func pause() async {
        let sleeping = Task { try? await Task.sleep(for: .seconds(1)) }
        _ = await sleeping.value
    }

    private func show(
        _ report: DeliveryReport, _ unserved: [(recipient: String, reason: String)]
    ) {
        let rows = report.sent + report.waiting + report.dead
        if output.json {
            Terminal.write(json: rows.map(\.json))
        } else {
            for row in rows { print(printable(line(row))) }
            if rows.isEmpty, unserved.isEmpty, !report.isInterrupted { print("nothing is due") }
        }
        for one in unserved {
            let words = printable("recipient \(one.recipient): \(one.reason)")
            Terminal.writeError("afterword: " + words)
        }
    }

    private func line(_ row: DeliveryRow) -> String {
        let message = "\(row.recipient), \(row.period) (\(row.kind.words))"
        return switch row.status {
        case .sent: "sent to \(message)"
        case .waiting: "waits for \(message), until \(row.nextAt): \(row.fault ?? "being sent")"
        case .dead: "gave up \(message): \(row.fault ?? "")"
        }
    }

    private func check(_ report: DeliveryReport, _ unserved: Int) throws {
        guard !report.isInterrupted else {
            throw CommandFault(
                .interrupted,
                "interrupted; what was sent is noted, and the next 'deliver' sends the rest")
        }
        // All of it is said; the code is that of what a repeat can mend, if there is any.
        var faults: [(ExitReason, String)] = []
        if !report.waiting.isEmpty {
            let waiting = several(Int64(report.waiting.count), "message")
            faults.append(
                (.store, waiting + " not delivered yet; start 'deliver' again after a pause"))
        }
        if unserved > 0 {
            faults.append((.usage, several(Int64(unserved), "recipient") + " cannot be served"))
        }
        if !report.dead.isEmpty {
            let dead = several(Int64(report.dead.count), "message")
            faults.append(
                (
                    .check,
                    dead + " given up; 'deliver --list dead' lists them, 'deliver --retry' tries "
                        + "them again"
                ))
        }
        guard let first = faults.first else { return }
        throw CommandFault(first.0, faults.map(\.1).joined(separator: ". "))
    }

    // MARK: The outbox

    private func show(_ list: Listed) throws {
        let rows = try store.openForReading().read { try $0.deliveries() }.filter { row in
            list == .all || row.status.rawValue == list.rawValue
        }
        if output.json { return Terminal.write(json: rows.map(\.json)) }
        var table = Table([
            "recipient": .left, "period": .left, "says": .left, "status": .left, "tries": .right,
            "next or end": .left, "fault": .text,
        ])
        for row in rows {
            table.add([
                printable(row.recipient), printable(row.period), row.kind.words,
                row.status.rawValue, grouped(row.attempts), "\(row.endedAt ?? row.nextAt)",
                printable(row.fault ?? "–"),
            ])
        }
        table.show()
        say(several(Int64(rows.count), "message"))
    }
}

extension DeliveryPeriod.Kind {
    fileprivate var words: String { rawValue.replacing("_", with: " ") }
}
