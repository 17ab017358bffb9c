/// The version of the list of page chrome; a change of the list is a new version.
let chromeVersion = 1

/// A text without what the page around it added: the player's words at its start, `Read more` at
/// its end, a line of stars before it. What customers write in the middle stays.
func removeChrome(_ text: [UInt8]) -> [UInt8] {
    var rest = tidyLines(text)
    while let shorter = withoutHead(rest) ?? withoutTail(rest) { rest = shorter }
    return rest
}

/// The text without one piece of chrome at its start; nil where there is none.
private func withoutHead(_ text: [UInt8]) -> [UInt8]? {
    if let end = endOfPlayer(text) { return trimmed(text[end...]) }
    for phrase in headPhrases where text.starts(with: phrase) {
        return trimmed(text[phrase.count...])
    }
    let line = text.prefix { $0 != 0x0A }
    guard line.count < text.count, line.count <= 60, isStarLine(Array(line)) else { return nil }
    return trimmed(text[(line.count + 1)...])
}

/// The text without one piece of chrome at its end, where it stands on a line of its own or behind
/// the end of a sentence; nil where there is none.
private func withoutTail(_ text: [UInt8]) -> [UInt8]? {
    for phrase in tailPhrases where text.count >= phrase.count {
        let start = text.count - phrase.count
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
private func endOfPlayer(_ text: [UInt8]) -> Int? {
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

private func trimmed(_ text: ArraySlice<UInt8>) -> [UInt8] { tidyLines(Array(text)) }

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
