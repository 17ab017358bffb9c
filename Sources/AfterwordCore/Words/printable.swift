/// Makes text from outside safe to print. Control and format characters, which could move the
/// cursor, change colors, or hide or reverse text, become `·`; line breaks and tabs become spaces.
package func printable(_ text: String) -> String {
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
