/// A text without HTML: tags removed, the ends of blocks as line ends, scripts and styles with
/// their content, comments, and the marks of CDATA around what is text; then without blanks at its
/// ends and with at most one empty line in a row.
///
/// Only the name of an HTML element with attributes, or without any, makes a tag: `I <3 it`,
/// `5 < 6 > 4`, `a<b and c>d` and `<my name>` stay. A text without a tag is returned as it is.
/// References are not decoded here.
func removeMarkup(_ text: [UInt8]) -> [UInt8] {
    guard text.contains(UInt8(ascii: "<")) else { return text }
    var output: [UInt8] = []
    output.reserveCapacity(text.count)
    var hasTag = false
    var unended: Set<String> = []
    var openSections = 0
    var index = 0
    while index < text.count {
        let byte = text[index]
        if byte == UInt8(ascii: "<"), text[index...].starts(with: sectionBegin) {
            (hasTag, openSections) = (true, openSections + 1)
            index += sectionBegin.count
            continue
        }
        if openSections > 0, byte == UInt8(ascii: "]"), text[index...].starts(with: sectionEnd) {
            openSections -= 1
            index += sectionEnd.count
            continue
        }
        guard let tag = markupTag(text, index, &unended) else {
            output.append(byte)
            index += 1
            continue
        }
        hasTag = true
        index = tag.end
        if tag.isHidden { index = endOfElement(tag.name, text, index, &unended) }
        if blockTags.contains(tag.name) { output.append(0x0A) }
    }
    return hasTag ? tidyLines(output) : text
}

/// Whether a text has a tag or comment that `removeMarkup` removes, besides line breaks, which any
/// text is read with.
func holdsMarkup(_ text: [UInt8]) -> Bool {
    var unended: Set<String> = []
    return text.indices.contains { index in
        guard text[index] == UInt8(ascii: "<") else { return false }
        return markupTag(text, index, &unended).map { $0.name != "br" } ?? false
    }
}

private let sectionBegin = Array("<![CDATA[".utf8)
private let sectionEnd = Array("]]>".utf8)

private struct MarkupTag {
    var name: String
    /// The place behind the tag.
    var end: Int
    /// Whether the content up to the closing tag is no text.
    var isHidden: Bool
}

/// The tag or comment at `start`; nil where none begins.
///
/// - Parameter unended: The ends that do not occur in the rest of the text, so that they are not
///   looked for again.
private func markupTag(
    _ text: [UInt8], _ start: Int, _ unended: inout Set<String>
) -> MarkupTag? {
    guard text[start] == UInt8(ascii: "<"), start + 2 < text.count else { return nil }
    if text[start + 1] == UInt8(ascii: "!") {
        let isComment = text[start...].starts(with: Array("<!--".utf8))
        let pattern = isComment ? "-->" : ">"
        if unended.contains(pattern) { return nil }
        guard let end = find(pattern, text, start + (isComment ? 4 : 0)) else {
            unended.insert(pattern)
            return nil
        }
        return MarkupTag(name: "!", end: end, isHidden: false)
    }
    let isClosing = text[start + 1] == UInt8(ascii: "/")
    let first = start + (isClosing ? 2 : 1)
    let name = text[first...].prefix { isTagByte($0) }
    guard let letter = name.first, (0x61...0x7A).contains(letter | 0x20),
        let end = endOfTag(text, first + name.count)
    else { return nil }
    let lower = String(decoding: name, as: UTF8.self).lowercased()
    let inner = text[(first + name.count)..<(end - 1)]
    let isBare = inner.allSatisfy { [0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: "/")].contains($0) }
    guard elementNames.contains(lower),
        isBare || inner.contains(UInt8(ascii: "=")) || flaggedElements.contains(lower)
    else { return nil }
    let isHidden = !isClosing && ["script", "style"].contains(lower)
    return MarkupTag(name: lower, end: end, isHidden: isHidden)
}

private func isTagByte(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte | 0x20) || isDigit(byte) || byte == UInt8(ascii: "-")
}

/// The longest tag that is looked for, in bytes.
private let longestTag = 4096

/// The place behind the `>` of a tag, outside quotes; nil when another `<` comes first, or when
/// what follows the name is no attribute.
private func endOfTag(_ text: [UInt8], _ start: Int) -> Int? {
    guard start < text.count,
        [0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: "/"), UInt8(ascii: ">")].contains(text[start])
    else { return nil }
    var quote: UInt8?
    for index in start..<min(text.count, start + longestTag) {
        let byte = text[index]
        if let open = quote {
            if byte == open { quote = nil }
        } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
            quote = byte
        } else if byte == UInt8(ascii: ">") {
            return index + 1
        } else if byte == UInt8(ascii: "<") {
            return nil
        }
    }
    return nil
}

private func endOfElement(
    _ name: String, _ text: [UInt8], _ start: Int, _ unended: inout Set<String>
) -> Int {
    var index = start
    while index < text.count {
        if let tag = markupTag(text, index, &unended), tag.name == name, !tag.isHidden {
            return tag.end
        }
        index += 1
    }
    return text.count
}

/// The place behind the first `pattern` from `start` on.
private func find(_ pattern: String, _ text: [UInt8], _ start: Int) -> Int? {
    let bytes = Array(pattern.utf8)
    guard start + bytes.count <= text.count else { return nil }
    for index in start...text.count - bytes.count
    where text[index..<index + bytes.count].elementsEqual(bytes) {
        return index + bytes.count
    }
    return nil
}

/// Elements whose attributes often have no value: `<script async>`.
private let flaggedElements: Set<String> = ["script", "style", "video", "audio", "iframe", "input"]

private let elementNames = Set(
    """
    a abbr article aside audio b blockquote body br button caption center cite code col del dd div \
    dl dt em embed figure figcaption font footer form h1 h2 h3 h4 h5 h6 head header hr html i \
    iframe img input ins label li link main mark meta nav noscript object ol option p picture pre \
    q s script section select small source span strike strong style sub sup svg table tbody td \
    textarea tfoot th thead title tr u ul video wbr path time summary details
    """.split(separator: " ").map(String.init))

private let blockTags: Set<String> = [
    "p", "div", "br", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6",
    "blockquote", "section", "article", "hr", "pre",
]

/// Lines without blanks at their ends, no empty line at the ends of the text, and no two in a row.
func tidyLines(_ text: [UInt8]) -> [UInt8] {
    let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
    var lines: [ArraySlice<UInt8>] = []
    for line in text.split(separator: 0x0A, omittingEmptySubsequences: false) {
        let head = line.drop(while: isBlank)
        let end = head.lastIndex { !isBlank($0) } ?? head.startIndex - 1
        let trimmed = head.isEmpty ? head : head[head.startIndex...end]
        if trimmed.isEmpty, lines.last?.isEmpty ?? true { continue }
        lines.append(trimmed)
    }
    if lines.last?.isEmpty == true { lines.removeLast() }
    return Array(lines.joined(separator: [0x0A]))
}
