import AfterwordCore
import AfterwordPipeline

/// The two moments that a page compares, and the form that chooses others without leaving it.
struct MomentsRow: PageRow {
    /// The page that the form belongs to, with its section.
    var path: String
    /// The other filters of the page.
    var kept: [KeptRow]
    var from: String?
    var to: String?
    /// The links that begin at the dump before, and at the one after; nil where none can.
    var earlier: String?
    var later: String?
    /// Why nothing lies between the moments asked for; nil where something may.
    var nothing: String?
    /// The link that compares them the other way round, where they are reversed.
    var swapped: String?

    static let members: KeyValuePairs<String, Member<MomentsRow>> = [
        "path": .text { $0.path }, "kept": .rows { $0.kept }, "from": .maybe { $0.from },
        "to": .maybe { $0.to }, "earlier": .maybe { $0.earlier }, "later": .maybe { $0.later },
        "nothing": .maybe { $0.nothing }, "swapped": .maybe { $0.swapped },
    ]

    /// - Parameter own: The page with its filters, without the moment that it is shown as of.
    init(_ window: DumpWindow, at own: Address, _ call: Call) {
        path = own.path + (own.fragment.isEmpty ? "" : "#" + own.fragment)
        kept = own.query.filter { $0.name != "since" }
            .map { KeptRow(name: $0.name, value: $0.value) }
        (from, to) = (window.since?.day, window.dump?.day)
        let here = call.moment.map { own.with($0.name, $0.value) } ?? own
        let dumps = call.allRuns.dumps.asOf(call.run.run)
        let beside = dumps.written(beside: window)
        earlier = beside.earlier.map { here.with("since", $0).text }
        later = beside.later.map { here.with("since", $0).text }
        guard let asked = call.text("since") else { return }
        let moment = Moment(asked)
        if window.isFirst, case .day(let day)? = moment?.form { from = day.day }
        guard window.since != nil, window.since == window.dump else { return }
        nothing = "Both moments are of one dump: nothing lies between them."
        guard let end = call.text("as_observed") ?? call.moment.flatMap({ _ in window.dump?.day })
        else { return }
        switch moment?.form {
        case .day(let begin)?, .instant(let begin)?:
            guard let to = Instant(iso8601: end), begin > to else { return }
            swapped = own.with("since", end).with("as_observed", begin.day).text
            (self.from, self.to) = (begin.day, to.day)
        default:
            // A later run or label: not known as of the moment shown.
            guard let moment, (try? dumps.run(at: moment)) == nil else { return }
        }
        nothing = "\(asked), from which to compare, lies after \(end)."
    }
}

extension LoadedDumps {
    /// The dumps beside the one at which a window begins, as a request writes them; nil where the
    /// window cannot begin there.
    fileprivate func written(beside window: DumpWindow) -> (earlier: String?, later: String?) {
        guard let since = window.since, let dump = window.dump,
            let begin = all.firstIndex(of: since), let end = all.firstIndex(of: dump), begin < end
        else { return (nil, nil) }
        return (
            all[..<begin].compactMap { written($0) }.last,
            all[(begin + 1)..<end].compactMap { written($0) }.first
        )
    }

    /// A dump by its day where that is of no other one, else by its label; nil for a dump that no
    /// state of the store shows alone.
    private func written(_ dump: LoadedDump) -> String? {
        guard state(of: dump) >= dump.firstRun else { return nil }
        return self.dump(takenBy: dump.observedAt) == dump ? dump.day : dump.label?.string
    }
}

extension Call {
    /// The window that a page compares: up to the moment shown, from `since` where it is given.
    /// Where `since` lies after the moment shown the window is empty, and begins and ends with the
    /// same dump, so that a step to an earlier moment is no error.
    ///
    /// - Throws: A `notFound` problem for a moment that there is not.
    func comparedWindow() throws -> DumpWindow {
        do {
            return try window()
        } catch let problem as Problem {
            guard moment != nil, let since = text("since").flatMap({ Moment($0) }),
                (try? allRuns.dumps.run(at: since)) != nil
            else { throw problem }
            let dumps = try reader.runs().dumps
            return DumpWindow(
                from: dumps.newestRun, to: dumps.newestRun, since: dumps.newest,
                dump: dumps.newest)
        }
    }

    /// An address of a page or file that compares two moments: it keeps both of the request.
    func comparing(_ path: String, _ query: KeyValuePairs<String, String?> = [:]) -> Address {
        address(path, query).with("since", text("since"))
    }
}
