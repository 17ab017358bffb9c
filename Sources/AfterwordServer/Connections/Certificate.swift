import AfterwordPipeline
import HummingbirdCore
package import Logging
package import NIOCore
package import NIOSSL
import Synchronization

/// Why a certificate cannot be served.
package enum CertificateFault: Error, Equatable {
    case unreadableCertificate(String)
    case unreadableKey(String)
    /// A folder, a pipe, a socket or a device, where files are read.
    case notAFile(String, kind: String)
    case notOfOneAnother(certificate: String, key: String)
    /// Seconds since 1970.
    case expired(String, at: Int)
    case notYetValid(String, from: Int)
}

/// A certificate with its key, as files hold them: read again when asked, while the service goes
/// on.
package final class Certificate: Sendable {
    private struct Held {
        var context: NIOSSLContext
        var expiresAt: Int
    }

    private let chainFile: String
    private let keyFile: String
    private let held: Mutex<Held>

    /// `now` is in seconds since 1970.
    package init(chainFile: String, keyFile: String, now: Int) throws {
        self.chainFile = chainFile
        self.keyFile = keyFile
        held = Mutex(try Self.read(chainFile, keyFile, now))
    }

    /// What connections from now on are served with. Where it cannot be used, what was goes on.
    package func reload(now: Int) throws {
        let new = try Self.read(chainFile, keyFile, now)
        held.withLock { $0 = new }
    }

    package var context: NIOSSLContext { held.withLock { $0.context } }
    /// Seconds since 1970.
    package var expiresAt: Int { held.withLock { $0.expiresAt } }

    private static func read(
        _ chainFile: String, _ keyFile: String, _ now: Int
    ) throws -> sending Held {
        // To open a pipe waits until somebody writes to it.
        for file in [chainFile, keyFile] {
            guard let kind = FileKind.irregular(at: file) else { continue }
            throw CertificateFault.notAFile(file, kind: kind.words)
        }
        guard let chain = try? NIOSSLCertificate.fromPEMFile(chainFile), let first = chain.first
        else { throw CertificateFault.unreadableCertificate(chainFile) }
        guard let key = try? NIOSSLPrivateKey(file: keyFile, format: .pem) else {
            throw CertificateFault.unreadableKey(keyFile)
        }
        guard now <= first.notValidAfter else {
            throw CertificateFault.expired(chainFile, at: first.notValidAfter)
        }
        guard now >= first.notValidBefore else {
            throw CertificateFault.notYetValid(chainFile, from: first.notValidBefore)
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        // RFC 8996 and RFC 9325: nothing older, and nothing that a stolen key opens afterwards.
        configuration.minimumTLSVersion = .tlsv12
        configuration.cipherSuites = "ECDHE+AESGCM:ECDHE+CHACHA20"
        guard let context = try? NIOSSLContext(configuration: configuration) else {
            throw CertificateFault.notOfOneAnother(certificate: chainFile, key: keyFile)
        }
        return Held(context: context, expiresAt: first.notValidAfter)
    }
}

/// A service's connection within TLS.
package struct CertifiedChannel: ServerChildChannel {
    package typealias Value = ServiceChannel.Value

    private let inner: ServiceChannel
    private let certificate: Certificate

    package init(_ inner: ServiceChannel, _ certificate: Certificate) {
        self.inner = inner
        self.certificate = certificate
    }

    package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(
                NIOSSLServerHandler(context: certificate.context))
        }.flatMap { inner.setup(channel: channel, logger: logger) }
    }

    package func handle(value: Value, logger: Logger) async {
        await inner.handle(value: value, logger: logger)
    }
}
