import Foundation
import Synchronization

/// Finds credentials where AWS's own tools look for them, in the same order: variables, a web
/// identity (IRSA), the profile, the container's endpoint, the machine's metadata. Keeps what it
/// found until five minutes before it expires. Thread-safe.
package final class CredentialChain: Sendable {
    private struct Found {
        var credentials: ObjectCredentials
        var source: CredentialSource
    }
    private let settings: ObjectSettings
    private let surroundings: ObjectSurroundings
    private let found = Mutex<Found?>(nil)

    package init(_ settings: ObjectSettings, _ surroundings: ObjectSurroundings) {
        self.settings = settings
        self.surroundings = surroundings
    }

    /// The credentials now, and where they are from.
    ///
    /// - Throws: `ObjectFault.noCredentials`, `.noCredentialsFrom`, `.interrupted`.
    package func credentials() throws(ObjectFault) -> (ObjectCredentials, source: String) {
        let now = surroundings.now()
        let kept = found.withLock { $0 }
        if let kept, kept.credentials.expires.map({ $0.seconds > now.seconds + 300 }) ?? true {
            return (kept.credentials, kept.source.words)
        }
        let fresh = try find()
        found.withLock { $0 = fresh }
        return (fresh.credentials, fresh.source.words)
    }

    /// Forgets what was found, as the server says that it has expired.
    ///
    /// - Returns: Whether asking again may give others.
    func forget() -> Bool {
        found.withLock { found in
            defer { found = nil }
            return found.map { $0.source != .variables } ?? false
        }
    }

    private func find() throws(ObjectFault) -> Found {
        let lookup = CredentialLookup(settings, surroundings)
        var lookedAt: [String] = []
        for source in CredentialSource.allCases {
            if let credentials = try lookup.credentials(from: source) {
                return Found(credentials: credentials, source: source)
            }
            lookedAt.append(source.words)
        }
        throw .noCredentials(lookedAt: lookedAt)
    }
}

/// A source of credentials, in the order in which they are asked.
enum CredentialSource: CaseIterable {
    case variables
    case webIdentity
    case profile
    case container
    case machine

    var words: String {
        switch self {
        case .variables: "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        case .webIdentity: "AWS_WEB_IDENTITY_TOKEN_FILE"
        case .profile: "AWS_PROFILE (aws configure export-credentials)"
        case .container: "AWS_CONTAINER_CREDENTIALS_FULL_URI"
        case .machine: "the machine's metadata"
        }
    }
}

/// Asks one source after another.
struct CredentialLookup {
    let settings: ObjectSettings
    let surroundings: ObjectSurroundings
    private let transport: HTTPTransport

    init(_ settings: ObjectSettings, _ surroundings: ObjectSurroundings) {
        self.settings = settings
        self.surroundings = surroundings
        // These servers are on the machine or next to it: a laptop has none, and should not wait.
        transport = HTTPTransport(
            connectSeconds: 1, idleSeconds: 5, isInterrupted: surroundings.isInterrupted)
    }

    /// Nil where the source is not set.
    ///
    /// - Throws: `ObjectFault.noCredentialsFrom` where it is set and gives none.
    func credentials(
        from source: CredentialSource
    ) throws(ObjectFault) -> ObjectCredentials? {
        switch source {
        case .variables: try fromVariables()
        case .webIdentity: try fromWebIdentity()
        case .profile: try fromProfile()
        case .container: try fromContainer()
        case .machine: try fromMachine()
        }
    }

    /// A variable's value without white space around it; nil where it is empty or not set.
    func variable(_ name: String) -> String? {
        let value = settings.environment[name]?.trimmingCharacters(in: .whitespacesAndNewlines)
        return value.flatMap { $0.isEmpty ? nil : $0 }
    }

    private func fromVariables() throws(ObjectFault) -> ObjectCredentials? {
        guard let id = variable("AWS_ACCESS_KEY_ID") else { return nil }
        guard let secret = variable("AWS_SECRET_ACCESS_KEY") else {
            throw fault(.variables, "AWS_SECRET_ACCESS_KEY is not set")
        }
        return try checked(
            .variables,
            ObjectCredentials(
                keyID: id, secret: secret, sessionToken: variable("AWS_SESSION_TOKEN")))
    }

    /// A token that Kubernetes writes to a file, exchanged at AWS's token service.
    private func fromWebIdentity() throws(ObjectFault) -> ObjectCredentials? {
        guard let path = variable("AWS_WEB_IDENTITY_TOKEN_FILE"),
            let role = variable("AWS_ROLE_ARN")
        else { return nil }
        let token = try content(of: path, .webIdentity)
        let name = variable("AWS_ROLE_SESSION_NAME") ?? "afterword"
        let fields = [
            ("Action", "AssumeRoleWithWebIdentity"), ("RoleArn", role),
            ("RoleSessionName", name), ("Version", "2011-06-15"), ("WebIdentityToken", token),
        ]
        let form = fields.map { "\($0.0)=\(percentEncoded($0.1))" }.joined(separator: "&")
        let reply = try ask(
            .webIdentity, "POST", try tokenService() + "/",
            [("content-type", "application/x-www-form-urlencoded")], Array(form.utf8))
        guard reply.status == 200 else {
            let error = ServerError(xml: reply.body)
            throw fault(.webIdentity, "the token service refuses (\(reply.status) \(error.code))")
        }
        return try checked(.webIdentity, assumedRole(reply.body))
    }

    private func tokenService() throws(ObjectFault) -> String {
        let variableName = "AWS_ENDPOINT_URL_STS"
        if let address = variable(variableName) {
            let endpoint = try ObjectSettings.endpoint(
                address, of: variableName, allowsPlain: false)
            return endpoint.base + endpoint.path
        }
        let domain = ObjectEndpoint.awsDomain(region: settings.region)
        return "https://sts.\(settings.region).\(domain)"
    }

    /// `aws configure export-credentials` of the profile that is named, or of the default one where
    /// there are files of profiles.
    private func fromProfile() throws(ObjectFault) -> ObjectCredentials? {
        let profile = variable("AWS_PROFILE")
        guard profile != nil || hasProfiles else { return nil }
        var command = ["aws", "configure", "export-credentials", "--format", "process"]
        if let profile { command += ["--profile", profile] }
        let output: ProgramOutput
        do {
            output = try surroundings.run(command, settings.environment)
        } catch {
            guard profile != nil else { return nil }
            throw fault(.profile, "it needs the program aws (AWS CLI 2) in PATH")
        }
        guard output.status == 0 else {
            guard profile != nil else { return nil }
            // What it writes of its failure may hold a secret: of a file that it cannot read.
            throw fault(
                .profile,
                "aws failed with exit code \(output.status); to see why: "
                    + "aws configure export-credentials")
        }
        return try checked(.profile, exported(output.output))
    }

    private var hasProfiles: Bool {
        let home = variable("HOME") ?? ""
        let paths = [
            variable("AWS_SHARED_CREDENTIALS_FILE") ?? "\(home)/.aws/credentials",
            variable("AWS_CONFIG_FILE") ?? "\(home)/.aws/config",
        ]
        return paths.contains(where: FileManager.default.fileExists(atPath:))
    }

    /// The endpoint that ECS and EKS set for a container.
    private func fromContainer() throws(ObjectFault) -> ObjectCredentials? {
        let address: String
        if let path = variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
            address = "http://169.254.170.2" + path
        } else if let full = variable("AWS_CONTAINER_CREDENTIALS_FULL_URI") {
            address = full
        } else {
            return nil
        }
        let isOfContainer = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"]
        guard let endpoint = ObjectEndpoint(address.prefix { $0 != "?" } + ""),
            endpoint.isEncrypted || endpoint.isLoopback || isOfContainer.contains(endpoint.host)
        else { throw fault(.container, "it is neither https nor this machine or container") }
        var headers: [(name: String, value: String)] = []
        if let path = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
            headers.append(("authorization", try content(of: path, .container)))
        } else if let token = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN") {
            headers.append(("authorization", token))
        }
        let reply = try ask(.container, "GET", address, headers)
        guard reply.status == 200 else { throw fault(.container, "it answers \(reply.status)") }
        return try checked(.container, exported(reply.body))
    }

    /// The metadata of a machine of EC2, by its second version, which needs a token.
    private func fromMachine() throws(ObjectFault) -> ObjectCredentials? {
        guard variable("AWS_EC2_METADATA_DISABLED")?.lowercased() != "true" else { return nil }
        var base = "http://169.254.169.254"
        if let address = variable("AWS_EC2_METADATA_SERVICE_ENDPOINT"),
            let endpoint = ObjectEndpoint(address)
        {
            base = endpoint.base + endpoint.path
        }
        let ttl = [("x-aws-ec2-metadata-token-ttl-seconds", "21600")]
        let token: (status: Int, body: [UInt8])
        do throws(ObjectFault) {
            token = try ask(.machine, "PUT", base + "/latest/api/token", ttl.map { ($0.0, $0.1) })
        } catch {
            if error == .interrupted { throw error }
            return nil
        }
        guard token.status == 200 else { return nil }
        let headers = [
            (name: "x-aws-ec2-metadata-token", value: String(decoding: token.body, as: UTF8.self))
        ]
        let path = base + "/latest/meta-data/iam/security-credentials/"
        let roles = try ask(.machine, "GET", path, headers)
        let names = String(decoding: roles.body, as: UTF8.self).split { $0.isNewline }
        guard roles.status == 200, let role = names.first else { return nil }
        let reply = try ask(.machine, "GET", path + percentEncoded(String(role)), headers)
        guard reply.status == 200 else { throw fault(.machine, "it answers \(reply.status)") }
        return try checked(.machine, exported(reply.body))
    }
}

extension CredentialLookup {
    private func ask(
        _ source: CredentialSource, _ method: String, _ url: String,
        _ headers: [(name: String, value: String)], _ body: [UInt8] = []
    ) throws(ObjectFault) -> (status: Int, body: [UInt8]) {
        var number = 1
        while true {
            do throws(ObjectFault) {
                let reply = try transport.send(method, url, headers: headers, body: body)
                let body = try reply.rest(limit: 1 << 18)
                guard reply.status >= 500, number < 3 else { return (reply.status, body) }
            } catch {
                guard error != .interrupted else { throw error }
                if number == 3 || source == .machine {
                    throw fault(source, error.words)
                }
            }
            number += 1
            try surroundings.wait(surroundings.pauseSeconds(before: number))
        }
    }

    /// The text of a small file, without the white space around it.
    private func content(
        of path: String, _ source: CredentialSource
    ) throws(ObjectFault) -> String {
        guard let data = FileManager.default.contents(atPath: path), data.count < 1 << 18 else {
            throw fault(source, "the file of its token cannot be read")
        }
        return String(decoding: data, as: UTF8.self).trimmingCharacters(
            in: .whitespacesAndNewlines)
    }

    private func fault(_ source: CredentialSource, _ reason: String) -> ObjectFault {
        .noCredentialsFrom(source: source.words, reason: reason)
    }

    /// Refuses what cannot stand in a header.
    private func checked(
        _ source: CredentialSource, _ credentials: ObjectCredentials?
    ) throws(ObjectFault) -> ObjectCredentials {
        guard let credentials else { throw fault(source, "its answer holds none") }
        let texts = [credentials.keyID, credentials.secret, credentials.sessionToken ?? "x"]
        guard
            texts.allSatisfy({ text in
                !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
            })
        else { throw fault(source, "they hold a character that no key has") }
        return credentials
    }

    /// The JSON of the container's endpoint, the machine's metadata, and of `aws`.
    private func exported(_ body: [UInt8]) -> ObjectCredentials? {
        guard let members = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any],
            let id = members["AccessKeyId"] as? String,
            let secret = members["SecretAccessKey"] as? String
        else { return nil }
        let token = (members["Token"] ?? members["SessionToken"]) as? String
        return ObjectCredentials(
            keyID: id, secret: secret, sessionToken: token.flatMap { $0.isEmpty ? nil : $0 },
            expires: (members["Expiration"] as? String).flatMap(UTCStamp.init(iso8601:)))
    }

    /// The XML of the token service.
    private func assumedRole(_ body: [UInt8]) -> ObjectCredentials? {
        guard let fields = try? XMLFields(body, inside: "Credentials"),
            let id = fields["AccessKeyId"], let secret = fields["SecretAccessKey"]
        else { return nil }
        return ObjectCredentials(
            keyID: id, secret: secret, sessionToken: fields["SessionToken"],
            expires: fields["Expiration"].flatMap(UTCStamp.init(iso8601:)))
    }
}
