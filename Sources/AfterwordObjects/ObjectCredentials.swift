/// A key to an object storage. It is never printed: descriptions leave the secrets out.
package struct ObjectCredentials: Equatable, Sendable, CustomStringConvertible,
    CustomDebugStringConvertible, CustomReflectable
{
    package var keyID: String
    var secret: String
    var sessionToken: String?
    /// When it ends; nil for one that does not end by itself.
    package var expires: UTCStamp?

    package init(
        keyID: String, secret: String, sessionToken: String? = nil, expires: UTCStamp? = nil
    ) {
        self.keyID = keyID
        self.secret = secret
        self.sessionToken = sessionToken
        self.expires = expires
    }

    package var description: String { "credentials \(keyID)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["keyID": keyID]) }
}
