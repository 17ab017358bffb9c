import Foundation
import Synchronization
import Testing

@testable import AfterwordObjects

@Suite struct CredentialTests {
    private static let document = """
        {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "example", "Token": "token", \
        "Expiration": "2026-01-05T09:00:00Z"}
        """
    private static let expected = ObjectCredentials(
        keyID: "AKIAIOSFODNN7EXAMPLE", secret: "example", sessionToken: "token",
        expires: UTCStamp(iso8601: "2026-01-05T09:00:00Z"))

    /// A chain with these variables, and no way to the machine's metadata but by them.
    private func chain(
        _ environment: [String: String], now: Int64 = 1_767_600_000,
        run: @escaping @Sendable ([String], [String: String]) throws -> ProgramOutput = { _, _ in
            throw NoSuchProgram()
        }
    ) throws -> CredentialChain {
        var surroundings = StorageFixture.surroundings(.init())
        surroundings.now = { UTCStamp(seconds: now) }
        surroundings.run = run
        let off = ["AWS_EC2_METADATA_DISABLED": "true", "HOME": "/nowhere"]
        return try CredentialChain(
            ObjectSettings(environment: off.merging(environment) { $1 }), surroundings)
    }

    private func file(_ text: String) throws -> String {
        let path = FileManager.default.temporaryDirectory.path + "/afterword-\(UUID().uuidString)"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    @Test("Variables come first, with or without a session") func variables() throws {
        let key = [
            "AWS_ACCESS_KEY_ID": " AKIAIOSFODNN7EXAMPLE\n", "AWS_SECRET_ACCESS_KEY": "example",
        ]
        #expect(
            try chain(key).credentials().0
                == ObjectCredentials(keyID: "AKIAIOSFODNN7EXAMPLE", secret: "example"))
        let session = key.merging(["AWS_SESSION_TOKEN": "token", "AWS_PROFILE": "p"]) { $1 }
        #expect(try chain(session).credentials().0.sessionToken == "token")
        let source = CredentialSource.variables.words
        for (variables, reason) in [
            (["AWS_ACCESS_KEY_ID": "a"], "AWS_SECRET_ACCESS_KEY is not set"),
            (
                ["AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b\nc"],
                "they hold a character that no key has"
            ),
        ] {
            #expect(throws: ObjectFault.noCredentialsFrom(source: source, reason: reason)) {
                try chain(variables).credentials()
            }
        }
    }

    @Test("Without any source, all that were looked at are named") func none() throws {
        let all = CredentialSource.allCases.map(\.words)
        #expect(throws: ObjectFault.noCredentials(lookedAt: all)) { try chain([:]).credentials() }
    }

    @Test("A container's endpoint is asked with its token, and again when the key ends")
    func container() throws {
        let server = try ScriptedStorage { request, number in
            guard request.headers["authorization"] == "secret-token", request.uri == "/c?id=1"
            else {
                return .answer(403)
            }
            return number == 0 ? .answer(500) : .answer(200, body: Array(Self.document.utf8))
        }
        let path = try file("secret-token\n")
        defer { try? FileManager.default.removeItem(atPath: path) }
        for token in [
            ["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": path],
            ["AWS_CONTAINER_AUTHORIZATION_TOKEN": "secret-token"],
        ] {
            let address = ["AWS_CONTAINER_CREDENTIALS_FULL_URI": server.url + "/c?id=1"]
            let fresh = try chain(address.merging(token) { $1 })
            #expect(try fresh.credentials().0 == Self.expected)
            let before = server.requests.count
            #expect(try fresh.credentials().0 == Self.expected)
            #expect(server.requests.count == before)
            #expect(fresh.forget() && !fresh.forget())
            // Four minutes before its end it is asked for again, each time.
            let late = try chain(address.merging(token) { $1 }, now: 1_767_603_600 - 240)
            for _ in 0..<2 { _ = try late.credentials() }
            #expect(server.requests.count == before + 2)
        }
        let source = CredentialSource.container.words
        let refused = ["AWS_CONTAINER_CREDENTIALS_FULL_URI": server.url + "/c"]
        #expect(throws: ObjectFault.noCredentialsFrom(source: source, reason: "it answers 403")) {
            try chain(refused).credentials()
        }
        for address in ["http://example.com/c", "nothing", "ftp://127.0.0.1/"] {
            let reason = "it is neither https nor this machine or container"
            #expect(throws: ObjectFault.noCredentialsFrom(source: source, reason: reason)) {
                try chain(["AWS_CONTAINER_CREDENTIALS_FULL_URI": address]).credentials()
            }
        }
        let lost = refused.merging(["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/nowhere"]) { $1 }
        let reason = "the file of its token cannot be read"
        #expect(throws: ObjectFault.noCredentialsFrom(source: source, reason: reason)) {
            try chain(lost).credentials()
        }
    }

    @Test("A web identity is exchanged at the token service") func webIdentity() throws {
        let answer = """
            <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
            <AssumeRoleWithWebIdentityResult><Audience>x</Audience><Credentials>
            <AccessKeyId>AKIAIOSFODNN7EXAMPLE</AccessKeyId>
            <SecretAccessKey>example</SecretAccessKey>
            <SessionToken>token</SessionToken><Expiration>2026-01-05T09:00:00Z</Expiration>
            </Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>
            """
        let server = try ScriptedStorage { _, number in
            switch number {
            case 0: .answer(200, body: Array(answer.utf8))
            case 1: .error(403, "InvalidIdentityToken")
            default: .answer(200, body: Array("<x/>".utf8))
            }
        }
        let path = try file("a.b/c=\n")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let environment = [
            "AWS_WEB_IDENTITY_TOKEN_FILE": path, "AWS_ROLE_ARN": "arn:aws:iam::1:role/r",
            "AWS_ENDPOINT_URL_STS": server.url,
        ]
        #expect(try chain(environment).credentials().0 == Self.expected)
        let request = try #require(server.requests.first)
        #expect(request.method == "POST" && request.uri == "/")
        #expect(
            String(decoding: request.body, as: UTF8.self)
                == "Action=AssumeRoleWithWebIdentity&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr"
                + "&RoleSessionName=afterword&Version=2011-06-15&WebIdentityToken=a.b%2Fc%3D")
        let source = CredentialSource.webIdentity.words
        for reason in [
            "the token service refuses (403 InvalidIdentityToken)", "its answer holds none",
        ] {
            #expect(throws: ObjectFault.noCredentialsFrom(source: source, reason: reason)) {
                try chain(environment).credentials()
            }
        }
        let plain = environment.merging(["AWS_ENDPOINT_URL_STS": "http://example.com"]) { $1 }
        #expect(throws: ObjectFault.self) { try chain(plain).credentials() }
    }

    @Test("The machine's metadata are asked by token, role and key") func machine() throws {
        let server = try ScriptedStorage { request, _ in
            if request.method == "PUT", request.uri == "/latest/api/token" {
                return .answer(200, body: Array("t1".utf8))
            }
            guard request.headers["x-aws-ec2-metadata-token"] == "t1" else { return .answer(401) }
            let path = "/latest/meta-data/iam/security-credentials/"
            switch request.uri {
            case path: return .answer(200, body: Array("role a\n".utf8))
            case path + "role%20a": return .answer(200, body: Array(Self.document.utf8))
            default: return .answer(404)
            }
        }
        let environment = [
            "AWS_EC2_METADATA_DISABLED": "", "AWS_EC2_METADATA_SERVICE_ENDPOINT": server.url + "/",
        ]
        #expect(try chain(environment).credentials().0 == Self.expected)
        for replies in [
            [ScriptedStorage.Reply.answer(404)], [.hangUp, .hangUp, .hangUp],
            [.answer(200, body: [0x31]), .answer(404)], [.answer(200, body: [0x31]), .answer(200)],
        ] {
            let other = try ScriptedStorage { _, number in
                number < replies.count ? replies[number] : .answer(404)
            }
            let environment = [
                "AWS_EC2_METADATA_DISABLED": "", "AWS_EC2_METADATA_SERVICE_ENDPOINT": other.url,
            ]
            let all = CredentialSource.allCases.map(\.words)
            #expect(throws: ObjectFault.noCredentials(lookedAt: all)) {
                try chain(environment).credentials()
            }
        }
    }

    @Test("A profile's credentials come from the program aws") func profile() throws {
        let commands = Mutex<[[String]]>([])
        let document = Self.document.replacing("\"Token\"", with: "\"SessionToken\"")
        let found = try chain(["AWS_PROFILE": "team"]) { command, _ in
            commands.withLock { $0.append(command) }
            return ProgramOutput(status: 0, output: Array(document.utf8))
        }
        #expect(try found.credentials().0 == Self.expected)
        #expect(
            commands.withLock { $0 } == [
                [
                    "aws", "configure", "export-credentials", "--format", "process", "--profile",
                    "team",
                ]
            ])
        let source = CredentialSource.profile.words
        #expect(
            throws: ObjectFault.noCredentialsFrom(
                source: source, reason: "it needs the program aws (AWS CLI 2) in PATH")
        ) { try chain(["AWS_PROFILE": "team"]).credentials() }
        let reason =
            "aws failed with exit code 255; to see why: aws configure export-credentials"
        #expect(throws: ObjectFault.noCredentialsFrom(source: source, reason: reason)) {
            try chain(["AWS_PROFILE": "team"]) { _, _ in
                ProgramOutput(status: 255, output: Array("aws_secret_access_key".utf8))
            }.credentials()
        }
        #expect(throws: ObjectFault.self) {
            try chain(["AWS_PROFILE": "team"]) { _, _ in
                ProgramOutput(status: 0, output: Array("no".utf8))
            }.credentials()
        }
    }

    @Test("The default profile counts where there is a file of profiles, and is no fault else")
    func defaultProfile() throws {
        let path = try file("[default]")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let asked = Mutex(0)
        for status: Int32 in [0, 1] {
            let chain = try chain(["AWS_CONFIG_FILE": path]) { command, _ in
                asked.withLock { $0 += 1 }
                #expect(!command.contains("--profile"))
                return ProgramOutput(status: status, output: Array(Self.document.utf8))
            }
            if status == 0 {
                #expect(try chain.credentials().0 == Self.expected)
            } else {
                #expect(throws: ObjectFault.self) { try chain.credentials() }
            }
        }
        #expect(asked.withLock { $0 } == 2)
        #expect(throws: ObjectFault.self) { try chain(["AWS_CONFIG_FILE": path]).credentials() }
    }

    @Test("A program is found by PATH, and its output is taken, not its errors") func programs()
        throws
    {
        let folder = try file("x") + ".d"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let script = "#!/bin/sh\necho \"$1 $MADE\"\necho first >&2\necho ' last ' >&2\nexit 3\n"
        try script.write(toFile: folder + "/aws", atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: folder + "/aws")
        let output = try runProgram(
            ["aws", "one"], environment: ["PATH": "/nowhere:\(folder)", "MADE": "two"])
        #expect(output.status == 3)
        #expect(String(decoding: output.output, as: UTF8.self) == "one two\n")
        #expect(throws: NoSuchProgram.self) {
            try runProgram(["aws"], environment: ["PATH": "/nowhere"])
        }
    }

    @Test("A key that the server says has expired is asked for again, once") func renewal() throws {
        let container = try ScriptedStorage { _, number in
            .answer(
                200, body: Array(Self.document.replacing("\"token\"", with: "\"t\(number)\"").utf8))
        }
        let environment = [
            "AWS_EC2_METADATA_DISABLED": "true", "HOME": "/nowhere",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": container.url,
        ]
        let fixture = try StorageFixture(environment: environment) { request, _ in
            request.headers["x-amz-security-token"] == "t1"
                ? MadeBucket().answer(request) : .error(400, "ExpiredToken")
        }
        #expect(try fixture.list() == [])
        #expect(fixture.server.requests.count == 2)
        let never = try StorageFixture(environment: environment) { _, _ in
            .error(400, "ExpiredToken")
        }
        let source = CredentialSource.container.words
        #expect(throws: ObjectFault.expiredCredentials(source: source)) { try never.list() }
        #expect(never.server.requests.count == 2)
    }
}
