import AfterwordCore
import AfterwordDelivery
import AfterwordPipeline
import Foundation

/// The recipients of the settings file, each with how it is reached.
struct ServedRecipients: Sendable {
    private(set) var served: [Recipient] = []
    /// By the recipients' names.
    private(set) var channels: [String: DeliveryChannel] = [:]
    /// Recipients whose address or secret is not there, and why.
    private(set) var unserved: [(recipient: String, reason: String)] = []

    private let settings: Settings
    private let environment = ProcessInfo.processInfo.environment

    /// - Throws: `CommandFault` where there are none.
    init(_ settings: Settings) throws {
        self.settings = settings
        guard let file = settings.file, !file.content.recipients.isEmpty else {
            throw CommandFault(
                .usage, "no settings file has a [[recipient]]; see docs/settings.md")
        }
        for one in file.content.recipients {
            do throws(CommandFault) {
                channels[one.name] = try channel(of: one)
                served.append(Recipient(name: one.name, scope: one.scope, content: one.content))
            } catch {
                unserved.append((one.name, error.failure.message))
            }
        }
    }

    private func channel(of recipient: RecipientSetting) throws(CommandFault) -> DeliveryChannel {
        switch recipient.channel {
        case .mail(let address):
            let to = try held(address, "mail")
            let (from, client) = try mailServer()
            guard isMailAddress(to) else {
                throw CommandFault(.usage, "mail is no address as name@example.com")
            }
            return .mail(to: to, from: from, by: client)
        case .webhook(let url, let secret):
            return .webhook(
                url: try address(held(url, "webhook")), secret: try held(secret, "secret"))
        case .slack(let url): return .slack(url: try address(held(url, "slack")))
        }
    }

    private func held(
        _ value: SettingsFile.Value, _ name: String
    ) throws(CommandFault) -> String {
        let held = value.held(environment, in: settings.folder) { path in
            FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
        }
        guard let held, !held.isEmpty else {
            throw CommandFault(.usage, "\(name): \(value.absence)")
        }
        return held
    }

    private func address(_ url: String) throws(CommandFault) -> String {
        guard HTTPPost.mayGet(url) else {
            throw CommandFault(
                .usage, "its address is neither https nor on this machine, or its port is none")
        }
        return url
    }

    private func mailServer() throws(CommandFault) -> (from: String, SMTPClient) {
        let resolved = settings.resolved
        guard let host = resolved.value("mail.host"), let from = resolved.value("mail.from") else {
            throw CommandFault(.usage, "mail.host and mail.from are not set")
        }
        guard isMailAddress(from) else {
            throw CommandFault(.usage, "mail.from is no address as name@example.com")
        }
        let security =
            resolved.value("mail.security").flatMap { SMTPClient.Security(rawValue: $0) }
            ?? .startTLS
        var client = SMTPClient(
            host: host, port: resolved.value("mail.port").flatMap { Int($0) } ?? security.port,
            security: security)
        client.trusted = resolved.value("mail.ca")
        if let user = resolved.value("mail.user") {
            guard let password = resolved.value("secrets.mail_password") else {
                throw CommandFault(.usage, "mail.user has no secrets.mail_password")
            }
            client.login = SMTPClient.Login(user: user, password: password)
        }
        return (from, client)
    }
}
