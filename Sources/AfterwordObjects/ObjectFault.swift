/// Why an object storage gives or takes nothing. Without keys and signatures.
package enum ObjectFault: Error, Equatable, Sendable {
    /// No address of the form `s3://bucket/key`.
    case badAddress(String)
    /// A variable of the environment has no meaning; its value is not repeated.
    case badSetting(variable: String, reason: String)
    /// No source has credentials; what was looked at.
    case noCredentials(lookedAt: [String])
    /// A source that is set gives no credentials.
    case noCredentialsFrom(source: String, reason: String)
    /// The server does not know the key's id.
    case unknownKey(host: String)
    /// The secret does not belong to the key's id.
    case wrongSecret(host: String)
    case expiredCredentials(source: String)
    /// The clocks of this machine and the server differ by more than minutes.
    case wrongClock(host: String)
    /// The key may not do this.
    case forbidden(address: String, action: String)
    case noSuchBucket(String)
    /// Neither an object nor anything below it.
    case nothingThere(String)
    /// The bucket is in another region; nil where the server does not say in which one.
    case otherRegion(bucket: String, asked: String, region: String?)
    /// The object is not the one that was listed, or was read from before.
    case changed(String)
    /// An object of that name is there; it is not replaced.
    case alreadyThere(String)
    /// The address is that of a bucket or a folder, and one object is written.
    case noObject(String)
    /// More bytes than an object may have.
    case tooLarge(String, Int64)
    /// The object is archived and must be restored first.
    case archived(String)
    /// No connection was made.
    case notReached(host: String, reason: String)
    /// Nothing came for so many seconds.
    case timedOut(host: String, seconds: Int)
    /// The connection ended before the answer did.
    case cut(host: String)
    /// The server failed, or asks to come back later.
    case serverFailed(host: String, status: Int, code: String)
    /// The server refused for another reason.
    case refused(host: String, status: Int, code: String)
    /// The answer is not one of an object storage.
    case unreadableAnswer(host: String)
    case interrupted
}

extension ObjectFault {
    /// Whether the same request may succeed later, without a person's help.
    package var isRetryable: Bool {
        switch self {
        case .notReached, .timedOut, .cut, .serverFailed, .changed, .interrupted: true
        default: false
        }
    }

    /// Whether the network or the server failed, and not what was asked.
    package var isOfServer: Bool {
        switch self {
        case .notReached, .timedOut, .cut, .serverFailed, .unreadableAnswer: true
        default: false
        }
    }

    /// What happened, and what to do, in words.
    package var words: String {
        switch self {
        case .noCredentials, .noCredentialsFrom, .unknownKey, .wrongSecret, .expiredCredentials,
            .forbidden:
            wordsOfCredentials
        case .notReached, .timedOut, .cut, .serverFailed, .refused, .unreadableAnswer,
            .wrongClock:
            wordsOfServer
        case .badAddress(let text): "\(text) is no address of an object storage: s3://BUCKET/PREFIX"
        case .badSetting(let variable, let reason): "\(variable) \(reason)"
        case .noSuchBucket(let bucket): "there is no bucket \(bucket)"
        case .nothingThere(let address): "there is no object \(address), and none below it"
        case .otherRegion(let bucket, let asked, let region):
            "the bucket \(bucket) is not in the region \(asked); "
                + (region.map { "it is in \($0): set AWS_REGION=\($0)" }
                    ?? "set AWS_REGION to its region")
        case .changed(let address): "\(address) changed while it was read; nothing was stored"
        case .alreadyThere(let address): "\(address) is there already; it is not replaced"
        case .noObject(let address): "\(address) names no single object: s3://BUCKET/NAME"
        case .tooLarge(let address, let bytes):
            "\(address) would have \(bytes) bytes; an object has at most "
                + "\(ObjectClient.greatestObject)"
        case .archived(let address):
            "\(address) is archived: restore it first (aws s3api restore-object)"
        case .interrupted: "interrupted"
        }
    }

    private var wordsOfCredentials: String {
        switch self {
        case .noCredentials(let lookedAt):
            "no credentials for object storage; looked at \(lookedAt.joined(separator: ", "))"
        case .noCredentialsFrom(let source, let reason): "no credentials from \(source): \(reason)"
        case .unknownKey(let host):
            "\(host) does not know the id of the key (AWS_ACCESS_KEY_ID, or another source)"
        case .wrongSecret(let host):
            "\(host) refuses the signature: the secret does not belong to the id of the key"
        case .expiredCredentials(let source):
            "the credentials from \(source) have expired: get new ones (aws sso login, or the like)"
        case .forbidden(let address, let action):
            "the credentials may not \(action) \(address): access denied"
        default: ""
        }
    }

    private var wordsOfServer: String {
        switch self {
        case .notReached(let host, let reason): "\(host) cannot be reached: \(reason)"
        case .timedOut(let host, let seconds):
            "\(host) sent nothing for \(seconds) seconds, at every try"
        case .cut(let host): "\(host) ended the connection in the middle of an answer, at every try"
        case .serverFailed(let host, let status, let code):
            "\(host) failed at every try (\(status)\(code.isEmpty ? "" : " \(code)"))"
        case .refused(let host, let status, let code):
            "\(host) refuses the request (\(status)\(code.isEmpty ? "" : " \(code)"))"
        case .unreadableAnswer(let host):
            "\(host) does not answer as an object storage does: look at the endpoint"
        case .wrongClock(let host):
            "the clock of this machine and that of \(host) differ too much: set the clock"
        default: ""
        }
    }
}
