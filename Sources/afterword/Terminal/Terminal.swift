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

/// Standard output and standard error, as a person or a program reads them.
enum Terminal {
    static let isOutputTerminal = isatty(STDOUT_FILENO) == 1
    static let isErrorTerminal = isatty(STDERR_FILENO) == 1
    private static let hasColor = isOutputTerminal && !Settings.current.isColorOff

    static func bold(_ text: String) -> String { hasColor ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
    static func grey(_ text: String) -> String { hasColor ? "\u{1B}[2m\(text)\u{1B}[0m" : text }
    static func red(_ text: String) -> String { hasColor ? "\u{1B}[31m\(text)\u{1B}[0m" : text }

    /// Columns of standard output: what `COLUMNS` says, else the terminal; nil where there is neither,
    /// and then nothing is fitted to a width.
    static let width: Int? = Settings.current.columns ?? columns(of: STDOUT_FILENO)
    /// Columns of standard error; 80 where nobody says.
    static let errorWidth = Settings.current.columns ?? columns(of: STDERR_FILENO) ?? 80

    private static func columns(of descriptor: Int32) -> Int? {
        var size = winsize()
        guard isatty(descriptor) == 1, ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0,
            size.ws_col > 0
        else { return nil }
        return max(Int(size.ws_col), Settings.fewestColumns)
    }

    static func writeError(_ text: String) {
        Activity.pause()
        write(error: text + "\n")
    }

    /// Writes to standard error as it is. That it cannot be written has nowhere to be told.
    static func write(error text: String) { _ = writeAll(Array(text.utf8), to: STDERR_FILENO) }

    static func write(json rows: [JSONValue]) {
        for row in rows {
            if StandardOutput.hasFailed { return }
            print(row.canonical)
        }
    }
}

/// Prints a sentence: broken at the width of a terminal, one line anywhere else.
func say(_ text: String, indent: String = "  ") {
    guard Terminal.isOutputTerminal, let width = Terminal.width else { return print(text) }
    for line in wrapped(text, to: width, indent: indent) { print(line) }
}

/// A text of others made safe to show: what would move the cursor, change colours, hide or turn
/// text around shows as `·`; line ends and tabs as a space.
func printable(_ text: String) -> String {
    var safe = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\n", "\r", "\t": safe.append(" ")
        case "\u{200D}": safe.append(scalar)
        default:
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator:
                safe.append("·")
            default: safe.append(scalar)
            }
        }
    }
    return String(safe)
}

/// Columns a text takes on a terminal: two for wide East Asian characters and emoji, none for
/// marks and for this program's own colours.
func displayWidth(_ text: String) -> Int {
    var width = 0
    var colour = false
    for character in text { width += columns(of: character, &colour) }
    return width
}

/// Columns of a character; `colour` is whether a sequence of colour has begun.
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

/// Cuts a text to a width, with `…` where something is left out. Colours are ended.
func cut(_ text: String, to width: Int) -> String {
    // A character has two columns at most: what is surely short enough is not measured.
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

/// Breaks a text into lines of at most `width` columns, at spaces; a word that is longer stays whole.
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
