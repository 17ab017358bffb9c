/// A text without what the page around it added: the player's words at its start, `Read more` at
/// its end, a line of stars before it. What customers write in the middle stays, and so does a text
/// without any of these.
func removeChrome(_ text: [UInt8]) -> [UInt8] {
    let tidy = tidyLines(text)
    var rest = tidy[...]
    while let shorter = withoutHead(rest) ?? withoutTail(rest) { rest = shorter }
    return rest.count == tidy.count ? text : Array(rest)
}

/// Whether a composed text may hold what `removeChrome` takes off, judged from its ends alone.
func mayHoldChrome(_ text: BorrowedBytes) -> Bool {
    let isBlank: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
    var (start, end) = (0, text.count)
    while start < end, isBlank(text[start]) { start += 1 }
    while start < end, isBlank(text[end - 1]) { end -= 1 }
    if start == end { return false }
    let inner = text.part(start..<end)
    return chromeEnds.begin[Int(inner[0])] && begins(inner)
        || chromeEnds.end[Int(inner[inner.count - 1])] && ends(inner) || mayBeStarLine(inner)
}

private func begins(_ text: BorrowedBytes) -> Bool {
    for phrase in starts where phrase.count <= text.count {
        if phrase.lend({ isSame($0, text.part(0..<phrase.count)) }) { return true }
    }
    return false
}

private func ends(_ text: BorrowedBytes) -> Bool {
    for phrase in tailPhrases where phrase.count <= text.count {
        let tail = text.part(text.count - phrase.count..<text.count)
        if phrase.lend({ isSame($0, tail) }) { return true }
    }
    return false
}

/// Whether the first of several lines is short and has a digit, or a letter that may be one.
private func mayBeStarLine(_ text: BorrowedBytes) -> Bool {
    var hasDigit = false
    for place in 0..<min(text.count, longestStarLine + 1) {
        if text[place] == 0x0A { return hasDigit }
        if isDigit(text[place]) || text[place] >= 0x80 { hasDigit = true }
    }
    return false
}

/// The longest line that may hold the stars of a review, in bytes.
private let longestStarLine = 60

/// By byte: whether chrome begins or ends with it.
private let chromeEnds: (begin: [Bool], end: [Bool]) = {
    var ends = (
        begin: [Bool](repeating: false, count: 256), end: [Bool](repeating: false, count: 256)
    )
    for phrase in starts { ends.begin[Int(phrase[0])] = true }
    for phrase in tailPhrases { ends.end[Int(phrase[phrase.count - 1])] = true }
    return ends
}()

private let starts = headPhrases + playerStarts.map { Array($0.utf8) }

/// The text without one piece of chrome at its start; nil where there is none.
private func withoutHead(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    if let end = endOfPlayer(text) { return trimmed(text.dropFirst(end)) }
    for phrase in headPhrases where text.starts(with: phrase) {
        return trimmed(text.dropFirst(phrase.count))
    }
    let line = text.prefix { $0 != 0x0A }
    guard line.count < text.count, line.count <= longestStarLine, isStarLine(Array(line)) else {
        return nil
    }
    return trimmed(text.dropFirst(line.count + 1))
}

/// The text without one piece of chrome at its end, where it stands on a line of its own or behind
/// the end of a sentence; nil where there is none.
private func withoutTail(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    for phrase in tailPhrases where text.count >= phrase.count {
        let start = text.endIndex - phrase.count
        guard text[start...].elementsEqual(phrase) else { continue }
        let before = text[..<start].last { $0 != 0x20 }
        let ends: [UInt8?] = [nil, 0x0A, 0x2E, 0x21, 0x3F, 0xA6]
        guard ends.contains(before) else { continue }
        return trimmed(text[..<start])
    }
    return nil
}

/// The place behind the words of a video player: from its first words to `Loaded: 0%` or the last
/// known control.
private func endOfPlayer(_ text: ArraySlice<UInt8>) -> Int? {
    let string = String(decoding: text.prefix(600), as: UTF8.self)
    guard playerStarts.contains(where: string.hasPrefix) else { return nil }
    var end: String.Index?
    for control in playerControls {
        guard let range = string.firstRange(of: control) else { continue }
        var last = range.upperBound
        // The control's own number: `Loaded: 0%`, `Duration 0:10`.
        while last < string.endIndex, ": 0123456789.%x".contains(string[last]) {
            last = string.index(after: last)
        }
        end = max(end ?? last, last)
    }
    return end.map { string[..<$0].utf8.count }
}

/// Whether a line says the stars of the review: `4.0 out of 5 stars`.
private func isStarLine(_ line: [UInt8]) -> Bool {
    guard let folded = foldWritten(line), folded.contains(where: \.isNumber),
        WrittenNumber.all(in: folded).count == 2
    else { return false }
    return RatingText(folded, scale: 5) != nil && namesStars(folded)
}

/// A part of a tidy text without blanks and line feeds at its ends.
private func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x0A }
    let end = text.lastIndex { !isBlank($0) } ?? text.startIndex - 1
    return text.isEmpty ? text : text[...end].drop(while: isBlank)
}

private let playerStarts = ["Video Player is loading", "Play Video", "This is a modal window"]

private let playerControls = [
    "Video Player is loading.", "Play Video", "Current Time", "Duration", "Loaded:",
    "Stream Type LIVE", "Remaining Time", "Playback Rate", "Chapters", "Descriptions",
    "descriptions off, selected", "Captions", "captions off, selected", "Audio Track", "Fullscreen",
    "This is a modal window.", "Click to play video",
]

private let headPhrases = [
    "The media could not be loaded.", "Brief content visible, double tap to read full content.",
    "Full content visible, double tap to read brief content.", "(Translated by Google)",
    "Die Medien konnten nicht geladen werden.", "Le média n'a pas pu être chargé.",
    "Se ha producido un problema al cargar el contenido multimedia.",
].map { Array($0.utf8) }

private let tailPhrases = [
    "Read more", "Read less", "Show more", "Show less", "See more", "…More", "Mehr lesen",
    "Weniger anzeigen", "Weiterlesen", "Lire la suite", "En lire plus", "Lire moins", "Leer más",
    "Leer menos", "Ver más", "Leggi di più", "Leggi meno", "Mostra altro", "Ler mais",
    "Leia mais", "Lees meer", "Meer lezen", "Czytaj więcej", "Läs mer", "Devamını oku",
    "Читать дальше", "Читать полностью", "続きを読む", "もっと読む", "阅读更多", "더 보기",
].map { Array($0.utf8) }
