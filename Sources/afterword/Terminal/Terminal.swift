import AfterwordCore
import AfterwordPipeline
import Foundation

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Properties of standard output and standard error, and writing to them.
enum Terminal {
    static let isOutputTerminal = isatty(STDOUT_FILENO) == 1
    static let isErrorTerminal = isatty(STDERR_FILENO) == 1
    private static let hasColor = isOutputTerminal && !Settings.current.isColorOff

    static func bold(_ text: String) -> String { hasColor ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
    static func grey(_ text: String) -> String { hasColor ? "\u{1B}[2m\(text)\u{1B}[0m" : text }
    static func red(_ text: String) -> String { hasColor ? "\u{1B}[31m\(text)\u{1B}[0m" : text }

    /// Columns of standard output: `COLUMNS`, else the terminal's width. Nil if there is neither;
    /// output is then not fitted to a width.
    static let width: Int? = Settings.current.columns ?? columns(of: STDOUT_FILENO)
    /// Columns of standard error: `COLUMNS`, else the terminal's width, else 80.
    static let errorWidth = Settings.current.columns ?? columns(of: STDERR_FILENO) ?? 80

    private static func columns(of descriptor: Int32) -> Int? {
        var size = winsize()
        guard isatty(descriptor) == 1, ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0,
            size.ws_col > 0
        else { return nil }
        return max(Int(size.ws_col), Settings.fewestColumns)
    }

    /// Writes a line to standard error.
    static func writeError(_ text: String) {
        Activity.pause()
        write(error: text + "\n")
    }

    /// Writes text to standard error unchanged. A failed write is ignored, as there is nowhere to
    /// report it.
    static func write(error text: String) { _ = writeAll(Array(text.utf8), to: STDERR_FILENO) }

    /// Prints values as JSON Lines, stopping after a failed write.
    static func write(json rows: [JSONValue]) {
        for row in rows {
            if StandardOutput.hasFailed { return }
            print(row.canonical)
        }
    }
}

/// Prints a sentence, wrapped at the width of a terminal; one line if standard output is not a
/// terminal.
func say(_ text: String, indent: String = "  ") {
    guard Terminal.isOutputTerminal, let width = Terminal.width else { return print(text) }
    for line in wrapped(text, to: width, indent: indent) { print(line) }
}

/// The number of terminal columns of a text: two for wide East Asian characters and emoji, zero for
/// combining marks and color sequences.
func displayWidth(_ text: String) -> Int {
    var width = 0
    var colour = false
    for character in text { width += columns(of: character, &colour) }
    return width
}

/// The columns of a character. `colour` is true inside a color sequence.
private func columns(of character: Character, _ colour: inout Bool) -> Int {
    if colour {
        colour = character != "m"
        return 0
    }
    guard let scalar = character.unicodeScalars.first else { return 0 }
    if scalar == "\u{1B}" {
        colour = true
        return 0
    }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return 0
    default:
        let isEmoji =
            scalar.properties.isEmojiPresentation
            || character.unicodeScalars.contains("\u{FE0F}")
        return isEmoji || isWide(scalar.value) ? 2 : 1
    }
}

private func isWide(_ value: UInt32) -> Bool {
    switch value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3,
        0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF,
        0x20000...0x3FFFD:
        true
    default: false
    }
}

/// Cuts a text to a width in columns, with `…` in place of what was cut. An open color sequence is
/// reset.
func cut(_ text: String, to width: Int) -> String {
    // No character takes more columns than it has UTF-8 bytes: a text this short always fits.
    guard text.utf8.count > width, displayWidth(text) > width else { return text }
    var result = ""
    var taken = 0
    var colour = false
    var hasColour = false
    for character in text {
        let next = columns(of: character, &colour)
        if taken + next > width - 1 { break }
        hasColour = hasColour || colour
        taken += next
        result.append(character)
    }
    return result + "…" + (hasColour ? "\u{1B}[0m" : "")
}

/// Wraps a text at spaces into lines of at most `width` columns. A longer word stays whole.
func wrapped(_ text: String, to width: Int, indent: String = "") -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ", omittingEmptySubsequences: false).map(String.init) {
        let longer = line.isEmpty ? word : line + " " + word
        if !line.isEmpty, displayWidth(longer) > width {
            lines.append(line)
            line = indent + word
        } else {
            line = longer
        }
    }
    return lines + [line]
}
