import AfterwordCore
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

    static func writeError(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    static func write(json rows: [JSONValue]) {
        for row in rows { print(row.canonical) }
    }
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
/// marks.
func displayWidth(_ text: String) -> Int {
    text.reduce(0) { width, character in
        guard let scalar = character.unicodeScalars.first else { return width }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return width
        default: return width + (isWide(scalar.value) ? 2 : 1)
        }
    }
}

private func isWide(_ value: UInt32) -> Bool {
    switch value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
        0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
        true
    default: false
    }
}

/// Cuts a text to a width, with `…` where something is left out.
func cut(_ text: String, to width: Int) -> String {
    guard displayWidth(text) > width else { return text }
    var result = ""
    var taken = 0
    for character in text {
        let next = displayWidth(String(character))
        if taken + next > width - 1 { break }
        taken += next
        result.append(character)
    }
    return result + "…"
}
