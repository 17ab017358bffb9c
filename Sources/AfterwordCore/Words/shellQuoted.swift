/// A text as one word of a shell: nothing in it ends the quotes.
///
/// Wherever a command is shown to be copied, what a source wrote in it goes through here.
package func shellQuoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
        + "'"
}
