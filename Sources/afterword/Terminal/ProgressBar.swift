import AfterwordPipeline
import Synchronization

/// A progress line on standard error. Does nothing when standard error is not a terminal. Safe to
/// use from any thread.
final class ProgressBar: Sendable {
    private let isShown: Bool
    private let lastPercent = Mutex(-1)

    init(isQuiet: Bool) { isShown = !isQuiet && Terminal.isErrorTerminal }

    /// Shows the progress of a load.
    func show(_ progress: LoadProgress) {
        guard isShown else { return }
        switch progress {
        case .reading(let bytes, let total): show("reading", Double(bytes) / Double(max(1, total)))
        case .writing(let products, let total):
            show("writing", Double(products) / Double(max(1, total)))
        }
    }

    /// Shows `done` of `count` steps of a stage.
    func show(_ stage: String, _ done: Int, of count: Int) {
        guard isShown else { return }
        show(stage, Double(done) / Double(max(count, 1)))
    }

    private func show(_ stage: String, _ share: Double) {
        let percent = Int(min(1, share) * 100)
        let isNew = lastPercent.withLock { last in
            defer { last = percent }
            return last != percent
        }
        guard isNew else { return }
        Activity.stop()
        let width = max(5, min(30, Terminal.errorWidth - stage.count - 8))
        let filled = percent * width / 100
        let bar =
            String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
        Terminal.write(error: "\r\(stage) \(bar) \(percent) %")
    }

    /// Erases the line.
    func finish() {
        guard isShown else { return }
        Terminal.write(error: "\r\u{1B}[K")
    }
}
