import Foundation
import Synchronization

/// Reads and writes objects of S3, or of a storage that speaks like it. Requests are signed, tried
/// again with growing random pauses, and answered on the caller's thread. Thread-safe.
package final class ObjectClient: Sendable {
    let settings: ObjectSettings
    let surroundings: ObjectSurroundings
    private let chain: CredentialChain
    private let transport: HTTPTransport
    /// The regions of buckets, where a server has said that they differ.
    private let regions = Mutex<[String: String]>([:])

    package init(_ settings: ObjectSettings, _ surroundings: ObjectSurroundings = .init()) {
        self.settings = settings
        self.surroundings = surroundings
        chain = CredentialChain(settings, surroundings)
        transport = HTTPTransport(
            connectSeconds: settings.connectSeconds, idleSeconds: settings.idleSeconds,
            isInterrupted: surroundings.isInterrupted)
    }

    /// What a request is for, for its errors.
    struct Purpose {
        var address: ObjectAddress
        /// After "may not".
        var action: String
        /// An answer other than 2xx that the caller handles.
        var expected: Set<Int> = []
    }

    /// Sends a request to a bucket, and waits for the head of its answer: 2xx, or one that the
    /// purpose expects.
    ///
    /// - Parameter request: Its path begins after the bucket.
    /// - Throws: `ObjectFault`.
    func send(_ request: ObjectRequest, _ purpose: Purpose) throws(ObjectFault) -> HTTPReply {
        var (number, hasMoved, isRenewed) = (1, false, false)
        while true {
            let fault: ObjectFault
            do throws(ObjectFault) {
                let (credentials, source) = try chain.credentials()
                let reply = try attempt(request, purpose.address.bucket, credentials)
                if (200...299).contains(reply.status) || purpose.expected.contains(reply.status) {
                    return reply
                }
                let error = try refusal(
                    of: request, reply, purpose.address.bucket, credentials)
                if !hasMoved, learnRegion(error, of: purpose.address.bucket) {
                    hasMoved = true
                    continue
                }
                if !isRenewed, error.isExpiry, chain.forget() {
                    isRenewed = true
                    continue
                }
                fault = self.fault(error, reply, purpose, source)
            } catch {
                fault = error
            }
            guard fault.isRetryable, fault != .interrupted, number < settings.tries else {
                throw fault
            }
            if case .changed = fault { throw fault }
            number += 1
            try surroundings.wait(surroundings.pauseSeconds(before: number))
        }
    }

    /// Why a request was refused. The answer to HEAD has no body that could say it: then the
    /// object's first byte is asked for, whose refusal has one.
    private func refusal(
        of request: ObjectRequest, _ reply: HTTPReply, _ bucket: String,
        _ credentials: ObjectCredentials
    ) throws(ObjectFault) -> Refusal {
        let error = try Self.error(reply)
        guard request.method == "HEAD", [400, 403].contains(reply.status) else {
            return error
        }
        var again = request
        again.method = "GET"
        again.headers.append(("range", "bytes=0-0"))
        let second = try attempt(again, bucket, credentials)
        // What was refused once and is given now, or is not there, says nothing of the refusal.
        guard second.status != 404, second.status != 416, second.status >= 400 else {
            return error
        }
        var named = try Self.error(second)
        if named.region == nil { named.region = error.region }
        return named.code.isEmpty ? error : named
    }

    private func attempt(
        _ request: ObjectRequest, _ bucket: String, _ credentials: ObjectCredentials
    ) throws(ObjectFault) -> HTTPReply {
        let region = region(of: bucket)
        let server = settings.endpoint ?? .ofAWS(region: region)
        let (endpoint, prefix) = server.place(of: bucket)
        var request = request
        request.path = prefix + request.path
        let headers = RequestSigner(credentials: credentials, region: region).headers(
            for: request, host: endpoint.authority, at: surroundings.now())
        return try transport.send(
            request.method, endpoint.base + request.target,
            headers: headers + [("user-agent", "afterword")], body: request.body)
    }

    /// The variables for another program that works on a bucket: the key, region and server that
    /// were found, and what any program needs of its machine. No other passes, so that neither a
    /// profile nor a proxy leads the program elsewhere. It holds the secret, so that it is never
    /// printed.
    ///
    /// - Throws: `ObjectFault.noCredentials`, `.noCredentialsFrom`, `.interrupted`.
    package func environment(forBucket bucket: String) throws(ObjectFault) -> [String: String] {
        let (credentials, _) = try chain.credentials()
        var environment = settings.environment.filter { Self.isPassed($0.key) }
        environment["AWS_ACCESS_KEY_ID"] = credentials.keyID
        environment["AWS_SECRET_ACCESS_KEY"] = credentials.secret
        environment["AWS_SESSION_TOKEN"] = credentials.sessionToken
        environment["AWS_REGION"] = region(of: bucket)
        environment["AWS_DEFAULT_REGION"] = region(of: bucket)
        if let endpoint = settings.endpoint {
            environment["AWS_ENDPOINT_URL_S3"] = endpoint.base + endpoint.path
        }
        // No file and no metadata says otherwise.
        environment["AWS_EC2_METADATA_DISABLED"] = "true"
        environment["AWS_CONFIG_FILE"] = "/dev/null"
        environment["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null"
        return environment
    }

    private static func isPassed(_ variable: String) -> Bool {
        passedVariables.contains(variable)
            || ["PYTHON", "LC_", "AFTERWORD_S3_"].contains(where: variable.hasPrefix)
    }

    /// What a program needs of its machine, with where certificates lie.
    private static let passedVariables: Set = [
        "PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "VIRTUAL_ENV",
        "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR",
        "AFTERWORD_LAKE",
    ]

    private func region(of bucket: String) -> String {
        regions.withLock { $0[bucket] } ?? settings.region
    }

    /// Takes the region that AWS names; other servers are asked in the region that is set.
    private func learnRegion(_ error: Refusal, of bucket: String) -> Bool {
        guard settings.endpoint == nil, let named = error.region, named != region(of: bucket)
        else { return false }
        regions.withLock { $0[bucket] = named }
        return true
    }
}

/// Why a server gave no object.
struct Refusal {
    var status: Int
    var code: String
    /// The region that the bucket is in, where the server names it.
    var region: String?

    var isExpiry: Bool { ["ExpiredToken", "TokenRefreshRequired"].contains(code) }
}

extension ObjectClient {
    private static func error(_ reply: HTTPReply) throws(ObjectFault) -> Refusal {
        // The body says why; where it is cut, the status has to do.
        let body = (try? reply.rest(limit: 1 << 16)) ?? []
        let error = ServerError(xml: body)
        let header = reply.header("x-amz-bucket-region")
        return Refusal(
            status: reply.status, code: error.code,
            region: header.flatMap { ObjectSettings.isRegion($0) ? $0 : nil } ?? error.region)
    }

    /// An error's meaning, by its code, else by its status.
    private func fault(
        _ error: Refusal, _ reply: HTTPReply, _ purpose: Purpose, _ source: String
    ) -> ObjectFault {
        let (bucket, host) = (purpose.address.bucket, reply.host)
        switch error.code {
        case "NoSuchBucket": return .noSuchBucket(bucket)
        case "InvalidAccessKeyId": return .unknownKey(host: host)
        case "SignatureDoesNotMatch": return .wrongSecret(host: host)
        case "ExpiredToken", "TokenRefreshRequired", "InvalidToken":
            return .expiredCredentials(source: source)
        case "RequestTimeTooSkewed": return .wrongClock(host: host)
        case "InvalidObjectState": return .archived("\(purpose.address)")
        case "PreconditionFailed": return .changed("\(purpose.address)")
        case "PermanentRedirect", "AuthorizationHeaderMalformed",
            "IllegalLocationConstraintException", "TemporaryRedirect":
            return otherRegion(error, bucket)
        case "SlowDown", "InternalError", "ServiceUnavailable", "RequestTimeout",
            "OperationAborted", "ConditionalRequestConflict":
            return .serverFailed(host: host, status: error.status, code: error.code)
        default: break
        }
        switch error.status {
        case 301, 307: return otherRegion(error, bucket)
        case 400 where error.region != nil: return otherRegion(error, bucket)
        case 412: return .changed("\(purpose.address)")
        case 401, 403: return .forbidden(address: "\(purpose.address)", action: purpose.action)
        case 404 where purpose.address.key.isEmpty: return .noSuchBucket(bucket)
        case 404: return .nothingThere("\(purpose.address)")
        case 408, 429, 500...:
            return .serverFailed(host: host, status: error.status, code: error.code)
        default: return .refused(host: host, status: error.status, code: error.code)
        }
    }

    private func otherRegion(_ error: Refusal, _ bucket: String) -> ObjectFault {
        .otherRegion(bucket: bucket, asked: region(of: bucket), region: error.region)
    }
}
