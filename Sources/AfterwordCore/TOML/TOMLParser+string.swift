/// The four kinds of strings: in double quotes with escapes or in single quotes as they stand, on
/// one line or, in three quotes, on several.
extension TOMLParser {
    mutating func string() throws(TOMLFault) -> String {
        for quotes in ["\"\"\"", "'''"] where take(quotes) {
            // A line feed right behind the opening is not part of the text.
            if !take("\r\n") { _ = take("\n") }
            return try longString(quotes)
        }
        let quote = take()
        var text = ""
        while let scalar = peek, scalar != "\n", scalar != "\r" {
            if scalar == quote {
                take()
                return text
            }
            try append(isEscaped: quote == "\"", to: &text)
        }
        throw fault("a text is not closed on its line")
    }

    private mutating func longString(_ quotes: String) throws(TOMLFault) -> String {
        let isEscaped = quotes == "\"\"\""
        let quote = isEscaped ? "\"" : "'"
        var text = ""
        while peek != nil {
            if take(quotes) {
                // Up to two quotes may stand before the closing ones.
                for _ in 0..<2 where take(quote) { text += quote }
                return text
            }
            if take("\r\n") {
                text += "\r\n"
            } else if take("\n") {
                text += "\n"
            } else if !(isEscaped && skipLineEnd()) {
                try append(isEscaped: isEscaped, to: &text)
            }
        }
        throw fault("a text of several lines is not closed")
    }

    /// Skips a backslash at the end of a line, and all white space behind it.
    private mutating func skipLineEnd() -> Bool {
        guard peek == "\\" else { return false }
        var ahead = self
        ahead.take()
        while ahead.peek == " " || ahead.peek == "\t" { ahead.take() }
        guard ahead.isNext("\n") || ahead.isNext("\r\n") else { return false }
        while ahead.peek == " " || ahead.peek == "\t" || ahead.isNext("\n") || ahead.isNext("\r\n")
        { ahead.take() }
        self = ahead
        return true
    }

    /// Appends the next scalar, or what an escape stands for.
    private mutating func append(isEscaped: Bool, to text: inout String) throws(TOMLFault) {
        let scalar = take()
        guard isEscaped, scalar == "\\" else {
            guard Self.isText(scalar) else { throw fault("a control character in a text") }
            return text.unicodeScalars.append(scalar)
        }
        guard peek != nil else { throw fault("a text is not closed") }
        switch take() {
        case "b": text += "\u{8}"
        case "t": text += "\t"
        case "n": text += "\n"
        case "f": text += "\u{C}"
        case "r": text += "\r"
        case "\"": text += "\""
        case "\\": text += "\\"
        case "u": text.unicodeScalars.append(try escapedScalar(digits: 4))
        case "U": text.unicodeScalars.append(try escapedScalar(digits: 8))
        default: throw fault("an unknown escape in a text; write paths in single quotes")
        }
    }

    private mutating func escapedScalar(digits: Int) throws(TOMLFault) -> Unicode.Scalar {
        var number: UInt32 = 0
        for _ in 0..<digits {
            guard let next = peek, let digit = Character(next).hexDigitValue, next.isASCII else {
                throw fault("an escape of a text needs \(digits) hexadecimal digits")
            }
            take()
            number = number << 4 | UInt32(digit)
        }
        guard let scalar = Unicode.Scalar(number) else {
            throw fault("an escape of a text names no character")
        }
        return scalar
    }
}
