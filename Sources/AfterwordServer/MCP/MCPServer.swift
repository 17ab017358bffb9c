import AfterwordCore
package import AfterwordPipeline
import NIOPosix
import Synchronization

/// Serves the Model Context Protocol to one client over two streams of bytes, one JSON-RPC message
/// a line.
///
/// 1. `take` is called from one thread. Calls of tools are carried out on threads of their own and
///    answered in the order in which they end.
/// 2. `send` gets whole messages, each with its line feed, one at a time.
/// 3. A cancelled call is not begun if it still waits, and never answered.
package final class MCPServer: Sendable {
    private struct State {
        var lines: MessageLines
        var session: MCPSession
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let answers: MCPAnswers
    private let pool: NIOThreadPool
    private let state: Mutex<State>
    private let output: Mutex<@Sendable ([UInt8]) -> Void>

    package init(
        _ configuration: MCPConfiguration, store: any ReadingStore,
        send: @escaping @Sendable ([UInt8]) -> Void
    ) {
        answers = MCPAnswers(configuration, store: store)
        pool = NIOThreadPool(numberOfThreads: configuration.limits.threads)
        pool.start()
        state = Mutex(
            State(
                lines: MessageLines(limit: configuration.limits.messageBytes),
                session: MCPSession(configuration)))
        output = Mutex(send)
    }

    /// Why the key may not read; nil where it may, or where none is needed.
    ///
    /// - Throws: `StoreFault`.
    package func keyFault() throws -> String? {
        do {
            try answers.checkKey()
            return nil
        } catch let problem as Problem {
            return problem.detail
        }
    }

    /// Takes bytes of the client.
    package func take(_ bytes: [UInt8]) {
        let lines = state.withLock { $0.lines.take(bytes) }
        for line in lines { receive(line) }
    }

    /// Takes the end of the client's stream: returns when every open call is answered.
    package func finish() async {
        if let line = state.withLock({ $0.lines.finish() }) { receive(line) }
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                if !state.session.isIdle { state.waiting = continuation }
                return state.session.isIdle
            }
            if isIdle { continuation.resume() }
        }
        await withCheckedContinuation { continuation in
            pool.shutdownGracefully { _ in continuation.resume() }
        }
    }

    private func receive(_ line: MessageLines.Line) {
        for step in state.withLock({ $0.session.receive(line) }) { carryOut(step) }
        endIfIdle()
    }

    private func carryOut(_ step: MCPSession.Step) {
        switch step {
        case .send(let message):
            let bytes = Array((message.canonical + "\n").utf8)
            output.withLock { $0(bytes) }
        case .call(let call): pool.submit { _ in self.carryOut(call) }
        }
    }

    private func carryOut(_ call: MCPSession.Call) {
        guard state.withLock({ $0.session.isOpen(call.number) }) else { return }
        let result = answers.result(
            call.tool, call.arguments, isStructured: call.isStructured)
        let steps = state.withLock { $0.session.finish(call.number, result) }
        for step in steps { carryOut(step) }
        endIfIdle()
    }

    /// Resumes `finish` when no call is open.
    private func endIfIdle() {
        let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.session.isIdle else { return nil }
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
    }
}
