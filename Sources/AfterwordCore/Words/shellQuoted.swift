/// Quotes a text as one shell word in single quotes.
///
/// Every command shown for copying passes source text through this function.
package func shellQuoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
        + "'"
}
