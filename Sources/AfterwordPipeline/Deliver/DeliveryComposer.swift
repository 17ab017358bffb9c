import AfterwordCore

/// Composes messages from the runs that they are about. Briefings are kept: many recipients may be
/// due the same one. Used by one thread at a time.
final class DeliveryComposer {
    private var briefings: [[String]: ScopeBriefing] = [:]

    /// The row of a new message.
    ///
    /// - Parameter own: The messages that the recipient had before.
    /// - Throws: `ScopeNameFault` for a scope of no product.
    func row(
        of period: DeliveryPeriod, _ recipient: Recipient, after own: [DeliveryRow],
        at now: Instant, _ reader: any StoreReader
    ) throws -> DeliveryRow {
        let runs = try reader.runs()
        let end = runs.dumps.newestRun
        var row = DeliveryRow(
            recipient: recipient.name, period: period.name, kind: .noDump, runs: end...end,
            createdAt: now)
        row.messageID = messageID(runs, recipient, period)
        guard period.isOfDump else { return row }
        // From what the last message said; for the first one from the dump before.
        let last = own.filter { $0.kind != .noDump }.map(\.toRun).max()
        row.fromRun = try last ?? runs.dumps.window().from
        let briefing = try briefing(row, recipient, reader)
        row.kind = briefing.isNews(recipient.content) ? .news : .nothingNew
        return row
    }

    /// The message of a row. The same row gives the same message, whatever was loaded since.
    ///
    /// - Throws: `ScopeNameFault` for a scope of no product.
    func compose(
        _ row: DeliveryRow, _ recipient: Recipient, _ reader: any StoreReader
    ) throws -> OutgoingMessage {
        guard let newest = try reader.runs().dumps.asOf(row.toRun).newest else {
            throw InsightFault.noRuns
        }
        var message = OutgoingMessage(row: row, recipient: recipient, briefing: nil, newest: newest)
        guard row.kind != .noDump else { return message }
        message.briefing = try briefing(row, recipient, reader)
        if recipient.content == .report {
            message.arrivals = try arrivals(row, recipient, reader)
        }
        return message
    }

    private func briefing(
        _ row: DeliveryRow, _ recipient: Recipient, _ reader: any StoreReader
    ) throws -> ScopeBriefing {
        let key = [recipient.scope, String(row.fromRun), String(row.toRun)]
        if let known = briefings[key] { return known.limited(to: recipient.content) }
        let runs = try reader.runs()
        // Names are those of today; what they held is that of the time.
        let (own, scope, written) = try limited(reader, to: recipient.scope)
        let past = row.toRun == runs.last?.run ? own : AsOfReader(own, run: row.toRun)
        let made = try scopeDigest(
            past, of: scope, written: written, in: window(of: row, runs.dumps))
        briefings[key] = made
        return made.limited(to: recipient.content)
    }

    private func arrivals(
        _ row: DeliveryRow, _ recipient: Recipient, _ reader: any StoreReader
    ) throws -> [DumpArrivals] {
        let (own, scope, _) = try limited(reader, to: recipient.scope)
        return try scopeArrivals(own, of: scope, in: window(of: row, reader.runs().dumps))
    }

    /// The window between a row's runs, which has the names of the dumps where it is one dump's.
    private func window(of row: DeliveryRow, _ dumps: LoadedDumps) throws -> DumpWindow {
        let end = Moment(String(row.toRun))
        let whole = try dumps.window(to: end)
        if whole.from == row.fromRun { return whole }
        return try dumps.window(since: Moment(String(row.fromRun)), to: end)
    }

    /// A reader of what a recipient gets, and the scope in it.
    private func limited(
        _ reader: any StoreReader, to written: String
    ) throws -> (any StoreReader, ReviewScope, String) {
        guard let owner = RecipientSetting.owner(in: written) else {
            guard let scope = ReviewScope(written) else {
                throw ScopeNameFault.unknown(kind: "scope", name: Text(written), nearest: [])
            }
            let known = try resolve(scope, in: reader)
            return (reader, known, known.written)
        }
        let name = try resolveOwner(owner, in: reader)
        return (ScopedReader(reader, owner: name), .scope(.portfolio), "owner:\(name)")
    }

    /// 32 digits that are the same at every try. Two stores that send to one recipient differ in
    /// them: salts of reviews are random.
    private func messageID(
        _ runs: [RunRecord], _ recipient: Recipient, _ period: DeliveryPeriod
    ) -> String {
        var digest = DigestEncoder(domain: "afterword.message.1")
        if let first = runs.first { digest.add(raw: first.historyDigest) }
        digest.add(recipient.name)
        digest.add(period.name)
        return hexadecimal(digest.finish128().bytes)
    }
}

/// The owner of the catalog that a name denotes, matched as other names are.
///
/// - Throws: `ScopeNameFault`.
func resolveOwner(_ name: String, in reader: any StoreReader) throws -> Text {
    var names: Set<Text> = []
    try reader.forEachPage { page in
        names.formUnion(page.compactMap { $0.dimension[.owner] })
    }
    switch matchName(Text(name), among: names) {
    case .one(let name): return name
    case .several(let names):
        throw ScopeNameFault.ambiguous(kind: "owner", name: Text(name), names: names)
    case .none(let nearest):
        throw ScopeNameFault.unknown(kind: "owner", name: Text(name), nearest: nearest)
    }
}

extension ScopeBriefing {
    /// Whether there is something that a recipient is to be shown.
    fileprivate func isNews(_ content: RecipientSetting.Content) -> Bool {
        switch content {
        case .report: !entries.isEmpty || changes.counts != NewsCounts()
        case .dangers: !entries(.safety).isEmpty
        }
    }

    /// The part that a recipient gets.
    fileprivate func limited(to content: RecipientSetting.Content) -> ScopeBriefing {
        guard content == .dangers else { return self }
        var part = self
        part.entries = entries(.safety)
        part.themes = []
        part.brands = []
        part.brandsLeftOut = 0
        part.changes.movements = []
        return part
    }
}
