import Crypto

/// The value of `X-Afterword-Signature`: `t=SECONDS,v1=HEX`, where HEX is HMAC-SHA256 of
/// `SECONDS.BODY` with the recipient's secret. The receiver computes the same and refuses a time
/// that is long ago, so that a message cannot be sent again by somebody else.
package func webhookSignature(
    of body: [UInt8], at instant: Instant, secret: String
) -> String {
    let seconds = String(instant.microseconds / 1_000_000)
    let key = SymmetricKey(data: Array(secret.utf8))
    let code = HMAC<SHA256>.authenticationCode(for: Array((seconds + ".").utf8) + body, using: key)
    return "t=\(seconds),v1=\(hexadecimal(Array(code)))"
}

/// A text for Slack, whose three control characters are escaped: no link and no mention comes from
/// a review.
package func slackText(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
}
