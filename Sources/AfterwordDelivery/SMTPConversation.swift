import AfterwordCore
import AfterwordPipeline
import NIOCore
import NIOSSL

/// What is to be said to a mail server.
struct SMTPLetter: Sendable {
    var mail: MailMessage
    var login: SMTPClient.Login?
    /// What protects the connection from `STARTTLS` on; nil where that is not asked for.
    var startsTLS: SMTPSecurity?
}

/// One message to a mail server: a command at a time, each answered by a reply.
///
/// All of it happens on the channel's event loop, so that nothing that was received before TLS
/// began can be taken for something that came under its protection.
final class SMTPConversation: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The longest reply in bytes; a longer one is no mail server's.
    static let replyBytes = 16_384

    /// What the next reply is to.
    enum Step {
        case greeting, hello, startTLS, plainLogin, login, user, password
        case sender, recipient, data, message
    }

    private let letter: SMTPLetter
    private let departure: Departure
    private let end: EventLoopPromise<Void>
    private var steps: [Step]
    private var received: [UInt8] = []
    private var isOver = false

    /// - Parameter end: Completed when the server has taken the message; failed otherwise.
    init(_ letter: SMTPLetter, _ departure: Departure, _ end: EventLoopPromise<Void>) {
        self.letter = letter
        self.departure = departure
        self.end = end
        steps =
            [.greeting, .hello] + (letter.startsTLS == nil ? [] : [.startTLS, .hello])
            + [.sender, .recipient, .data, .message]
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += unwrapInboundIn(data).readableBytesView
        do {
            while !isOver, let length = SMTPReply.length(in: received) {
                let reply = SMTPReply(Array(received[..<length]))
                received.removeFirst(length)
                try take(reply, context)
            }
            guard received.count <= Self.replyBytes else {
                throw DeliveryFault("the mail server's reply does not end")
            }
        } catch {
            fail(error, context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(error, context) }

    func channelInactive(context: ChannelHandlerContext) {
        fail(DeliveryFault("the mail server closed the connection"), context)
    }

    private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
        guard !isOver else { return }
        isOver = true
        end.fail(error)
        context.close(promise: nil)
    }

    private func take(_ reply: SMTPReply, _ context: ChannelHandlerContext) throws {
        let step = steps.removeFirst()
        guard step.isAnswered(by: reply.code) else {
            throw DeliveryFault(
                "the mail server refuses \(step.words): \(reply.shown)",
                isPermanent: step.isOfMessage && (500...599).contains(reply.code))
        }
        if step == .startTLS { try protect(context) }
        // Before TLS a login is neither offered nor sent.
        if step == .hello, steps.first != .startTLS, let login = letter.login {
            steps.insert(contentsOf: Self.loginSteps(reply, login), at: 0)
        }
        guard let next = steps.first else {
            // The message is the server's now, whatever becomes of the farewell.
            isOver = true
            end.succeed(())
            write("QUIT\r\n", context)
            return context.close(promise: nil)
        }
        if next == .message { try departure.depart() }
        write(command(next, context), context)
    }

    private static func loginSteps(_ reply: SMTPReply, _ login: SMTPClient.Login) -> [Step] {
        reply.offers("AUTH", "LOGIN") && !reply.offers("AUTH", "PLAIN")
            ? [.login, .user, .password] : [.plainLogin]
    }

    private func protect(_ context: ChannelHandlerContext) throws {
        guard let security = letter.startsTLS, received.isEmpty else {
            throw DeliveryFault("the mail server spoke before TLS")
        }
        try context.pipeline.syncOperations.addHandler(security.handler(), position: .first)
    }

    private func write(_ text: String, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }

    private func command(_ step: Step, _ context: ChannelHandlerContext) -> String {
        let user = letter.login?.user ?? ""
        let password = letter.login?.password ?? ""
        let line =
            switch step {
            case .greeting: ""
            case .hello: "EHLO \(Self.ownName(context.localAddress))"
            case .startTLS: "STARTTLS"
            case .plainLogin: "AUTH PLAIN " + base64(Array("\0\(user)\0\(password)".utf8))
            case .login: "AUTH LOGIN"
            case .user: base64(Array(user.utf8))
            case .password: base64(Array(password.utf8))
            case .sender: "MAIL FROM:<\(letter.mail.from)>"
            case .recipient: "RCPT TO:<\(letter.mail.to)>"
            case .data: "DATA"
            // A line that begins with a dot gets another one: a single dot ends the message.
            case .message:
                letter.mail.lines.map { $0.hasPrefix(".") ? "." + $0 : $0 }.joined() + "."
            }
        return line + "\r\n"
    }

    /// This machine's address, as a name for mail servers.
    private static func ownName(_ address: SocketAddress?) -> String {
        let name = address?.ipAddress ?? "127.0.0.1"
        return name.contains(":") ? "[IPv6:\(name)]" : "[\(name)]"
    }
}

extension SMTPConversation.Step {
    func isAnswered(by code: Int) -> Bool {
        switch self {
        case .greeting, .startTLS: code == 220
        case .plainLogin, .password: code == 235
        case .login, .user: code == 334
        case .recipient: code == 250 || code == 251
        case .data: code == 354
        case .hello, .sender, .message: code == 250
        }
    }

    /// Whether a refusal is of this message, and not of the connection.
    var isOfMessage: Bool {
        switch self {
        case .sender, .recipient, .data, .message: true
        default: false
        }
    }

    var words: String {
        switch self {
        case .greeting: "the connection"
        case .hello: "EHLO"
        case .startTLS: "STARTTLS"
        case .plainLogin, .login, .user, .password: "the login"
        case .sender: "the sender"
        case .recipient: "the recipient"
        case .data: "DATA"
        case .message: "the message"
        }
    }
}

/// A reply of a mail server: a code, and texts for people.
struct SMTPReply: Equatable {
    var code: Int
    /// The code and the text of the last line, without control characters.
    var shown: String
    private let lines: [String]

    init(_ bytes: [UInt8]) {
        lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
            .map(String.init)
        let last = lines.last ?? ""
        code = Int(last.prefix(3)) ?? 0
        shown = printable(String(last.prefix(200)))
    }

    /// Whether a line of a reply to EHLO offers a word of an extension: `250-AUTH PLAIN LOGIN`.
    func offers(_ name: String, _ word: String) -> Bool {
        lines.contains { line in
            let words = line.dropFirst(4).uppercased().split { " =".contains($0) }
            return words.first.map(String.init) == name && words.dropFirst().contains(word[...])
        }
    }

    /// The length of the first whole reply: up to the first line without `-` behind its code.
    static func length(in bytes: [UInt8]) -> Int? {
        var start = 0
        while let feed = bytes[start...].firstIndex(of: 0x0A) {
            let line = bytes[start..<feed]
            if line.count < 4 || line[line.startIndex + 3] != UInt8(ascii: "-") { return feed + 1 }
            start = feed + 1
        }
        return nil
    }
}
