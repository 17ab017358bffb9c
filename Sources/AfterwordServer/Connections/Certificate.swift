import AfterwordPipeline
import HummingbirdCore
package import Logging
package import NIOCore
package import NIOSSL
import Synchronization

/// Why a certificate cannot be used.
package enum CertificateFault: Error, Equatable {
    case unreadableCertificate(String)
    case unreadableKey(String)
    /// The path names a folder, pipe, socket or device instead of a regular file.
    case notAFile(String, kind: String)
    /// The key does not belong to the certificate.
    case notOfOneAnother(certificate: String, key: String)
    /// The validity ended; `at` is in seconds since 1970.
    case expired(String, at: Int)
    case notYetValid(String, from: Int)
}

/// A TLS certificate chain and its private key, loaded from two files. `reload` replaces them while
/// the service runs.
package final class Certificate: Sendable {
    private struct Held {
        var context: NIOSSLContext
        var expiresAt: Int
    }

    private let chainFile: String
    private let keyFile: String
    private let held: Mutex<Held>

    /// - Parameter now: Seconds since 1970; the certificate must be valid at this time.
    /// - Throws: `CertificateFault`.
    package init(chainFile: String, keyFile: String, now: Int) throws {
        self.chainFile = chainFile
        self.keyFile = keyFile
        held = Mutex(try Self.read(chainFile, keyFile, now))
    }

    /// Loads both files again for new connections. If that fails, the loaded certificate stays in
    /// use.
    ///
    /// - Throws: `CertificateFault`.
    package func reload(now: Int) throws {
        let new = try Self.read(chainFile, keyFile, now)
        held.withLock { $0 = new }
    }

    /// The TLS context for new connections.
    package var context: NIOSSLContext { held.withLock { $0.context } }
    /// End of the certificate's validity, in seconds since 1970.
    package var expiresAt: Int { held.withLock { $0.expiresAt } }

    private static func read(
        _ chainFile: String, _ keyFile: String, _ now: Int
    ) throws -> sending Held {
        // Opening a pipe would block until another process writes to it.
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
        // RFC 8996 and RFC 9325: TLS 1.2 or later, and only cipher suites with forward secrecy, so
        // that a stolen key does not decrypt recorded traffic.
        configuration.minimumTLSVersion = .tlsv12
        configuration.cipherSuites = "ECDHE+AESGCM:ECDHE+CHACHA20"
        guard let context = try? NIOSSLContext(configuration: configuration) else {
            throw CertificateFault.notOfOneAnother(certificate: chainFile, key: keyFile)
        }
        return Held(context: context, expiresAt: first.notValidAfter)
    }
}

/// A service connection inside TLS.
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
