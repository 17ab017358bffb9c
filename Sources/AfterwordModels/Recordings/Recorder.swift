import AfterwordCore
package import AfterwordPipeline
import Foundation
import Synchronization

/// Writes the attempts of a model's calls into a folder, a file each (0600). Thread-safe.
package final class Recorder: Sendable {
    private struct State {
        var begun = 0
        var fault: OutputFault?
        var scrubbed = 0
        var written = 0
    }

    private let folder: String
    private let state = Mutex(State())

    /// Why a folder cannot be recorded into.
    package enum FolderFault: Error, Equatable, Sendable {
        case notEmpty
        case notMade(String)
    }

    /// - Parameter folder: Made where it is missing; else it must be empty.
    /// - Throws: `FolderFault`.
    package init(_ folder: String) throws(FolderFault) {
        self.folder = folder
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            guard try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty else {
                throw FolderFault.notEmpty
            }
        } catch let fault as FolderFault {
            throw fault
        } catch {
            throw .notMade(error.localizedDescription)
        }
    }

    /// The first file that could not be written. After it no more questions are asked.
    package var fault: OutputFault? { state.withLock { $0.fault } }
    /// Recordings that were written, and how much was removed from them.
    package var counts: (written: Int, scrubbed: Int) {
        state.withLock { ($0.written, $0.scrubbed) }
    }

    /// The number of an attempt that begins; nil after a fault.
    func begin() -> Int? {
        state.withLock { state in
            guard state.fault == nil else { return nil }
            state.begun += 1
            return state.begun
        }
    }

    func keep(_ recording: Recording) {
        do throws(OutputFault) {
            let text = recording.json.canonical + "\n"
            try writeFile(Array(text.utf8), to: folder + "/" + recording.file)
            state.withLock { state in
                state.written += 1
                state.scrubbed += recording.scrubbed
            }
        } catch {
            state.withLock { $0.fault = $0.fault ?? error }
        }
    }
}
