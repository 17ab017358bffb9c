import AfterwordCore

/// What a `deliver` is to do.
package struct DeliveryOptions: Sendable {
    /// After how many seconds without a dump that is said; nil for never.
    package var expected: Int64?
    /// Whether messages that wait or were given up are tried at once, whatever their time. Only
    /// for when no other program delivers: one that is being sent would be sent twice.
    package var retriesAll = false

    package init() {}
}

/// Sends each recipient what it is due: puts new messages into the outbox, then tries those whose
/// time has come, each in four steps.
///
/// 1. It is composed from its runs: every try says the same.
/// 2. In a transaction it is claimed: its tries are counted, and others leave it alone for
///    `DeliveryLimit.lease` seconds.
/// 3. It is sent.
/// 4. In a transaction it is marked as sent, or put off, or given up.
///
/// A program that is killed between 3 and 4 sends it again after the lease, with the same id. One
/// that is interrupted before the receiver could get anything of a message gives the claim back;
/// later, it waits for the receiver's answer and notes it. Both end the delivery.
///
/// - Throws: `StoreFault`, and `InsightFault.noRuns` where no dump was loaded.
package func deliver(
    to recipients: [Recipient], from store: any ReviewStore, _ options: DeliveryOptions,
    _ surroundings: DeliverySurroundings
) async throws -> DeliveryReport {
    let composer = DeliveryComposer()
    var report = DeliveryReport()
    do {
        report = try await putDue(recipients, store, options, surroundings, composer)
        try await sendOpen(recipients, store, options, (surroundings, composer), &report)
    } catch is CancellationError {
        report.isInterrupted = true
    }
    return report
}

/// Tries the messages of the outbox whose time has come.
///
/// - Throws: `StoreFault`, and `CancellationError` where it was interrupted before all were tried.
private func sendOpen(
    _ recipients: [Recipient], _ store: any ReviewStore, _ options: DeliveryOptions,
    _ means: (surroundings: DeliverySurroundings, composer: DeliveryComposer),
    _ report: inout DeliveryReport
) async throws {
    let (surroundings, composer) = means
    let named = Dictionary(recipients.map { ($0.name, $0) }) { first, _ in first }
    let known = try store.read { try $0.deliveries() }
    let open = known.filter { row in
        row.isOpen(options) && named[row.recipient] != nil
    }
    for (place, row) in open.enumerated() {
        defer { surroundings.progress(place + 1, open.count) }
        guard let recipient = named[row.recipient] else { continue }
        guard row.nextAt <= surroundings.now() || options.retriesAll else {
            report.waiting.append(row)
            continue
        }
        try surroundings.checkInterruption()
        let message: OutgoingMessage
        do {
            message = try store.read { try composer.compose(row, recipient, $0) }
        } catch {
            report.unserved.append(try unserved(recipient, error))
            continue
        }
        switch try await attempt(message, store, surroundings) {
        case let ended? where ended.status == .sent: report.sent.append(ended)
        case let ended? where ended.status == .dead: report.dead.append(ended)
        case let ended?: report.waiting.append(ended)
        case nil: continue
        }
    }
}

extension DeliveryRow {
    fileprivate func isOpen(_ options: DeliveryOptions) -> Bool {
        status == .waiting || (status == .dead && options.retriesAll)
    }
}

/// A recipient whose scope has no products.
///
/// - Throws: Any error of another kind.
private func unserved(
    _ recipient: Recipient, _ error: any Error
) throws -> DeliveryReport.Unserved {
    switch error {
    case let fault as ScopeNameFault:
        DeliveryReport.Unserved(recipient: recipient.name, reason: fault.words)
    case ChangeFault.noSuchScope:
        DeliveryReport.Unserved(
            recipient: recipient.name, reason: "no product was of that scope then")
    default: throw error
    }
}

/// Puts what recipients are due by now into the outbox.
///
/// - Returns: A report with those that nothing can be composed for.
private func putDue(
    _ recipients: [Recipient], _ store: any ReviewStore, _ options: DeliveryOptions,
    _ surroundings: DeliverySurroundings, _ composer: DeliveryComposer
) async throws -> DeliveryReport {
    var report = DeliveryReport()
    let now = surroundings.now()
    let due = try store.read { reader in
        let rows = try reader.deliveries()
        let dumps = try reader.runs().dumps
        guard let newest = dumps.newest else { throw InsightFault.noRuns }
        return try recipients.compactMap { recipient -> DeliveryRow? in
            let own = rows.filter { $0.recipient == recipient.name }
            guard
                let period = DeliveryPeriod.due(
                    newest: newest, at: now, expected: options.expected,
                    had: Set(own.map(\.period)))
            else { return nil }
            do {
                return try composer.row(of: period, recipient, after: own, at: now, reader)
            } catch {
                report.unserved.append(try unserved(recipient, error))
                return nil
            }
        }
    }
    guard !due.isEmpty else { return report }
    try await surroundings.beforeSending {
        try store.ledger { ledger in
            // Another program may have put the same meanwhile.
            let known = try ledger.deliveries()
            for row in due where !known.contains(where: { $0.isOfSameMessage(as: row) }) {
                try ledger.put(delivery: row)
            }
        }
    }
    return report
}

/// Claims a message and sends it.
///
/// - Returns: The message as it ended; nil where another program has claimed or ended it.
/// - Throws: `StoreFault`, and `CancellationError` where nothing was sent and the claim given back.
private func attempt(
    _ message: OutgoingMessage, _ store: any ReviewStore, _ surroundings: DeliverySurroundings
) async throws -> DeliveryRow? {
    let claim = try await surroundings.beforeSending {
        try claimed(message.row, store, surroundings.now())
    }
    guard let claim else { return nil }
    var (ended, claimedMessage) = (claim, message)
    claimedMessage.row = claim
    do {
        try surroundings.checkInterruption()
        try await surroundings.send(claimedMessage)
        ended.status = .sent
        ended.fault = nil
    } catch is CancellationError {
        let row = message.row
        try await surroundings.afterSending { try giveBack(claim, as: row, store) }
        throw CancellationError()
    } catch let fault as DeliveryFault {
        ended.fault = fault.words
        if fault.isPermanent || ended.attempts >= DeliveryLimit.attempts { ended.status = .dead }
    }
    let now = surroundings.now()
    if ended.status == .waiting {
        ended.nextAt = now.adding(seconds: DeliveryLimit.pause(after: ended.attempts))
    } else {
        ended.endedAt = now
    }
    let result = ended
    try await surroundings.afterSending { try store.ledger { try $0.put(delivery: result) } }
    return result
}

/// Claims a message for a try; nil where it is not as it was read.
private func claimed(
    _ row: DeliveryRow, _ store: any ReviewStore, _ now: Instant
) throws -> DeliveryRow? {
    try store.ledger { ledger in
        guard var known = try ledger.deliveries().first(where: row.isOfSameMessage), known == row
        else { return nil }
        if known.status == .dead {
            known.status = .waiting
            known.endedAt = nil
            known.attempts = 0
        }
        known.attempts += 1
        known.nextAt = now.adding(seconds: DeliveryLimit.lease)
        try ledger.put(delivery: known)
        return known
    }
}

/// Makes a claimed message what it was before, unless another program has claimed it since.
private func giveBack(
    _ claim: DeliveryRow, as row: DeliveryRow, _ store: any ReviewStore
) throws {
    try store.ledger { ledger in
        guard try ledger.deliveries().contains(claim) else { return }
        try ledger.put(delivery: row)
    }
}
