import AfterwordCore
import AfterwordPipeline
import AfterwordServer
import Dispatch
import Foundation
import Logging

/// What the process needs before it can serve: enough file descriptors, and a certificate.
extension ServeCommand {
    /// File descriptors reserved for other uses than connections: the store's and the program's
    /// own.
    private static let otherFiles = 128

    /// `RLIMIT_NOFILE`, which glibc declares with another type.
    #if canImport(Glibc)
        private static let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
        private static let files = RLIMIT_NOFILE
    #endif

    /// Raises the limit of open files as far as `limits.connections` needs. If the system does not
    /// allow that, lowers `limits.connections` accordingly and prints a warning.
    ///
    /// - Throws: `CommandFault` when no connection would be left.
    func prepareOpenFiles(for limits: inout ServiceLimits) throws {
        let wanted = limits.connections + ServiceLimits.closingConnections + Self.otherFiles
        var files = rlimit()
        guard getrlimit(Self.files, &files) == 0, files.rlim_cur < rlim_t(wanted) else { return }
        files.rlim_cur = min(rlim_t(wanted), files.rlim_max)
        guard setrlimit(Self.files, &files) == 0, getrlimit(Self.files, &files) == 0,
            files.rlim_cur < rlim_t(wanted)
        else { return }
        let connections = Int(files.rlim_cur) - ServiceLimits.closingConnections - Self.otherFiles
        guard connections > 0 else {
            throw CommandFault(
                .usage,
                "\(files.rlim_cur) open files are too few to serve: 'ulimit -n' has to be "
                    + "\(ServiceLimits.closingConnections + Self.otherFiles + 64) or more")
        }
        Terminal.writeError(
            "afterword: \(files.rlim_cur) files may be open ('ulimit -n'): at most "
                + "\(connections) connections are taken, not \(limits.connections)")
        limits.connections = connections
        limits.clientConnections = min(limits.clientConnections, max(1, connections / 2))
    }

    /// The TLS certificate; nil when the service does not speak TLS. Warns if it expires within 14
    /// days.
    ///
    /// - Throws: `CommandFault` when the certificate cannot be used.
    func certificate() throws -> Certificate? {
        guard let tlsCertificate, let tlsKey else { return nil }
        do {
            let certificate = try Certificate(
                chainFile: tlsCertificate, keyFile: tlsKey, now: secondsNow())
            let days = (certificate.expiresAt - secondsNow()) / 86_400
            if days < 14 {
                Terminal.writeError("afterword: the certificate ends in \(days) days")
            }
            return certificate
        } catch let fault as CertificateFault {
            throw CommandFault(.usage, words(fault))
        }
    }

    /// Reloads certificate and key on each SIGHUP. If they cannot be used, the previous ones stay
    /// in use and an error is logged.
    func reloadOnHangUp(
        _ certificate: Certificate, _ logger: Logger
    ) -> any DispatchSourceSignal {
        signal(SIGHUP, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: .global())
        source.setEventHandler {
            do {
                try certificate.reload(now: secondsNow())
                logger.notice("the certificate was read again")
            } catch let fault as CertificateFault {
                logger.error("the certificate is the one before: \(words(fault))")
            } catch {
                logger.error("the certificate is the one before")
            }
        }
        source.resume()
        return source
    }
}

private func secondsNow() -> Int { Int(Date().timeIntervalSince1970) }

private func words(_ fault: CertificateFault) -> String {
    func day(_ seconds: Int) -> String {
        Instant(microseconds: Int64(seconds) * 1_000_000).description
    }
    return switch fault {
    case .unreadableCertificate(let file): "\(file) cannot be read, or holds no certificate in PEM"
    case .unreadableKey(let file): "\(file) holds no key in PEM that can be read"
    case .notAFile(let file, let kind):
        "\(file) is \(kind); certificate and key are read from files"
    case .notOfOneAnother(let certificate, let key):
        "the key in \(key) is not that of the certificate in \(certificate)"
    case .expired(let file, let end): "the certificate in \(file) ended at \(day(end)): renew it"
    case .notYetValid(let file, let begin):
        "the certificate in \(file) is valid from \(day(begin)) on, and it is not that yet"
    }
}
