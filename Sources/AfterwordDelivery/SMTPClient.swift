package import AfterwordCore
import AfterwordPipeline
import NIOCore
import NIOPosix
import NIOSSL

/// Sends mail to one server by SMTP (RFC 5321), a connection a message. A message is sent when the
/// server has answered its last line with 250.
package struct SMTPClient: Sendable {
    /// How the connection is protected.
    package enum Security: String, CaseIterable, Sendable {
        /// In the open until `STARTTLS`; a server without it gets no message.
        case startTLS = "starttls"
        /// From its beginning.
        case tls
        /// Not at all: only for a server on this machine.
        case none

        /// The port that it usually has.
        package var port: Int {
            switch self {
            case .startTLS: 587
            case .tls: 465
            case .none: 25
            }
        }
    }

    /// A name and a password.
    package struct Login: Equatable, Sendable {
        package var user: String
        package var password: String

        package init(user: String, password: String) {
            self.user = user
            self.password = password
        }
    }

    package var host: String
    package var port: Int
    package var security: Security
    /// Sent only over TLS, or to this machine.
    package var login: Login?
    /// The longest time that a message may take, in seconds.
    package var seconds: Int64 = 60
    /// A file of certificates (PEM) to trust; the system's where it is nil.
    package var trusted: String?

    package init(host: String, port: Int, security: Security) {
        self.host = host
        self.port = port
        self.security = security
    }

    /// Whether the server is on this machine.
    private var isHere: Bool { isLoopback(host: host) }

    /// Sends a message. A task that is cancelled ends as long as no line of the message was sent;
    /// then it waits for the server's answer.
    ///
    /// - Throws: `CancellationError` where nothing of the message was sent. `DeliveryFault`; one
    ///   that is not permanent may have come after the server took the message, which then comes
    ///   again with the same `Message-ID`.
    package func send(_ mail: MailMessage) async throws {
        guard isMailAddress(mail.from), isMailAddress(mail.to) else {
            throw DeliveryFault("no mail address", isPermanent: true)
        }
        guard security != .none || isHere else {
            throw DeliveryFault("a mail server elsewhere is asked over TLS only")
        }
        do {
            try await converse(mail)
        } catch let fault as DeliveryFault {
            throw fault
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw DeliveryFault("the mail server cannot be reached: \(reason(error))")
        }
    }

    private func converse(_ mail: MailMessage) async throws {
        let letter = SMTPLetter(
            mail: mail, login: login, startsTLS: security == .startTLS ? try tls() : nil)
        let outer = security == .tls ? try tls() : nil
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let end = loop.makePromise(of: Void.self)
        let departure = Departure()
        let connecting = ClientBootstrap(group: loop)
            .connectTimeout(.seconds(min(seconds, 20)))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let outer { try pipeline.addHandler(outer.handler()) }
                    try pipeline.addHandler(SMTPConversation(letter, departure, end))
                }
            }
            .connect(host: host, port: port)
        connecting.whenFailure { end.fail($0) }
        let seconds = seconds
        let timeout = loop.scheduleTask(in: .seconds(seconds)) {
            end.fail(DeliveryFault("the mail server did not end within \(seconds) s"))
            connecting.whenSuccess { $0.close(promise: nil) }
        }
        defer { timeout.cancel() }
        try await withTaskCancellationHandler {
            try await end.futureResult.get()
        } onCancel: {
            guard departure.callOff() else { return }
            end.fail(CancellationError())
            connecting.whenSuccess { $0.close(promise: nil) }
        }
    }

    private func tls() throws -> SMTPSecurity {
        var configuration = TLSConfiguration.makeClientConfiguration()
        if let trusted { configuration.trustRoots = .file(trusted) }
        configuration.minimumTLSVersion = .tlsv12
        do {
            return SMTPSecurity(
                context: try NIOSSLContext(configuration: configuration),
                // No certificate names an address as a host.
                name: (try? SocketAddress(ipAddress: host, port: 0)) == nil ? host : nil)
        } catch {
            throw DeliveryFault("the certificates to trust cannot be read")
        }
    }
}

/// What protects a connection to a mail server.
struct SMTPSecurity: Sendable {
    var context: NIOSSLContext
    /// The server's name, which its certificate must have; nil where it is an address.
    var name: String?

    func handler() throws -> NIOSSLClientHandler {
        try NIOSSLClientHandler(context: context, serverHostname: name)
    }
}

/// What went wrong with a connection, without the texts of messages.
func reason(_ error: any Error) -> String {
    switch error {
    case let error as IOError: return systemReason(error.errnoCode)
    case let error as NIOConnectionError:
        return error.connectionErrors.first.map { reason($0.error) } ?? "no such host"
    case is NIOSSLError, is BoringSSLError: return "its certificate or TLS is not accepted"
    default: return String("\(error)".prefix(200))
    }
}
