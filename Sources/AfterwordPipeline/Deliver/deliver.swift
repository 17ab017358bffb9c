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
/// A program that is killed between 3 and 4 sends it again after the lease, with the same id.
///
/// - Throws: `StoreFault`, and `InsightFault.noRuns` where no dump was loaded.
package func deliver(
    to recipients: [Recipient], from store: any ReviewStore, _ options: DeliveryOptions,
    _ surroundings: DeliverySurroundings
) async throws -> DeliveryReport {
    let composer = DeliveryComposer()
    var report = try await putDue(recipients, store, options, surroundings, composer)
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
    return report
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
    try await surroundings.whenFree(surroundings.patience.before) {
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
private func attempt(
    _ message: OutgoingMessage, _ store: any ReviewStore, _ surroundings: DeliverySurroundings
) async throws -> DeliveryRow? {
    let claim = try await surroundings.whenFree(surroundings.patience.before) {
        try claimed(message.row, store, surroundings.now())
    }
    guard let claim else { return nil }
    var (ended, claimedMessage) = (claim, message)
    claimedMessage.row = claim
    do {
        try await surroundings.send(claimedMessage)
        ended.status = .sent
        ended.fault = nil
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
    try await surroundings.whenFree(surroundings.patience.after) {
        try store.ledger { try $0.put(delivery: result) }
    }
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
