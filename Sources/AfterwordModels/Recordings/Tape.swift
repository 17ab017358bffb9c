import AfterwordCore
import Foundation
import Synchronization

/// Answers a model's calls from recordings, each used once. Thread-safe.
package final class Tape: Sendable {
    /// How the recording of a request is found.
    package enum Order: String, CaseIterable, Sendable {
        /// By the request: of equal ones in the order in which they were recorded.
        case request
        /// The next one, whose request must be the same.
        case strict
    }

    private struct State {
        var isUsed: [Bool]
        var misses: [String] = []
    }

    package let recordings: [Recording]
    /// The requests, written.
    private let requests: [String]
    private let order: Order
    private let state: Mutex<State>

    /// - Parameter recordings: In the order in which they were recorded.
    package init(_ recordings: [Recording], order: Order = .request) {
        self.recordings = recordings
        requests = recordings.map(\.request.canonical)
        self.order = order
        state = Mutex(State(isUsed: recordings.map { _ in false }))
    }

    /// Reads a folder of recordings.
    ///
    /// - Throws: `Recording.Fault`.
    package convenience init(folder: String, order: Order = .request) throws(Recording.Fault) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        var recordings: [Recording] = []
        for name in names.filter({ $0.hasSuffix(".json") }).sorted() {
            guard let data = FileManager.default.contents(atPath: folder + "/" + name) else {
                throw Recording.Fault(file: name, reason: "cannot be read")
            }
            recordings.append(try Recording(Array(data), file: name))
        }
        guard !recordings.isEmpty else {
            throw Recording.Fault(file: folder, reason: "holds no recordings")
        }
        self.init(recordings.sorted { $0.number < $1.number }, order: order)
    }

    /// Files that no request used.
    package var unused: [String] {
        let isUsed = state.withLock { $0.isUsed }
        return zip(recordings, isUsed).filter { !$1 }.map(\.0.file)
    }

    /// For each request without a recording, the nearest one and what differs.
    package var misses: [String] { state.withLock { $0.misses } }

    /// The recorded response of a request; nil where there is none.
    func next(_ body: [UInt8]) -> Exchange? {
        let request = Recording.canonical(body)
        return state.withLock { state in
            if let index = index(of: request.canonical, state.isUsed) {
                state.isUsed[index] = true
                return recordings[index].response
            }
            state.misses.append(nearest(to: request, state.isUsed))
            return nil
        }
    }

    private func index(of request: String, _ isUsed: [Bool]) -> Int? {
        switch order {
        case .strict:
            let next = isUsed.firstIndex(of: false)
            return next.flatMap { requests[$0] == request ? $0 : nil }
        case .request:
            return recordings.indices.first { !isUsed[$0] && requests[$0] == request }
        }
    }

    private func nearest(to request: JSONValue, _ isUsed: [Bool]) -> String {
        let open = recordings.indices.filter { !isUsed[$0] }
        let candidates = order == .strict ? Array(open.prefix(1)) : open
        let among = candidates.isEmpty ? Array(recordings.indices) : candidates
        let compared = among.map { index in
            (index: index, lines: differences(recordings[index].request, request))
        }
        guard let found = compared.min(by: { $0.lines.count < $1.lines.count }) else { return "" }
        let file = recordings[found.index].file
        if found.lines.isEmpty { return "\(file) is the same request, and used already" }
        let shown = found.lines.prefix(12).joined(separator: "\n")
        let rest = found.lines.count - 12
        return "the nearest is \(file):\n\(shown)" + (rest > 0 ? "\n  … and \(rest) more" : "")
    }
}

/// What differs between a recorded request and an asked one: `-` recorded, `+` asked. Of texts,
/// which may be customers', only the length and the place of the first difference are shown.
func differences(_ recorded: JSONValue, _ asked: JSONValue) -> [String] {
    var left: [String: JSONValue] = [:]
    var right: [String: JSONValue] = [:]
    collect(recorded, "", into: &left)
    collect(asked, "", into: &right)
    var lines: [String] = []
    for path in Set(left.keys).union(right.keys).sorted() where left[path] != right[path] {
        let (old, new) = (left[path], right[path])
        if let old { lines.append("  - \(path): \(shown(old))") }
        guard let new else { continue }
        var line = "  + \(path): \(shown(new))"
        if let first = old?.text, let second = new.text {
            line += ", another from character \(sharedCount(first, second) + 1)"
        }
        lines.append(line)
    }
    return lines
}

private func shown(_ value: JSONValue) -> String {
    value.text.map { "a text of \(several(Int64($0.count), "character"))" } ?? value.canonical
}

private func sharedCount(_ first: String, _ second: String) -> Int {
    zip(first, second).prefix { $0 == $1 }.count
}

/// The values of a document by path. A text that is JSON is gone into.
private func collect(_ value: JSONValue, _ path: String, into values: inout [String: JSONValue]) {
    switch value {
    case .object(let members):
        for (name, inner) in members { collect(inner, "\(path)/\(name)", into: &values) }
    case .array(let elements):
        for (index, inner) in elements.enumerated() {
            collect(inner, "\(path)/\(index)", into: &values)
        }
    case .string(let text):
        if let inner = try? JSONValue(parsing: Array(text.utf8)), inner.scalar == nil {
            collect(inner, path, into: &values)
        } else {
            values[path] = value
        }
    case .null, .bool, .number: values[path] = value
    }
}
