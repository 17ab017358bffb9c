/// Adds what a text of a language without spaces mentions: of an aspect's phrase the first place,
/// of a hazard's every one.
func readUnspaced(
    _ text: Text, _ field: TrackedField, _ table: ReadingTable, into reading: inout ReviewReading
) {
    let cues = table.unspacedCues[reading.language] ?? UnspacedCues()
    var dangers: [HazardMention] = []
    var harmless: [HarmlessPlace] = []
    var lastEntry = -1
    for (place, range) in table.unspaced.places(in: text.bytes, of: reading.language) {
        let isFirst = place != lastEntry
        lastEntry = place
        switch table.unspaced.entries[place].meaning {
        case .aspect(let aspect, let isNegative):
            guard isFirst else { continue }
            reading.mentions.append(
                Mention(
                    aspect: aspect, isNegative: isNegative, field: field, range: range,
                    sentence: unspacedSentence(around: range, in: text.bytes)))
        case .harmless(let hazard): harmless.append((hazard, range))
        case .hazard(let hazard, let sense):
            let sentence = unspacedSentence(around: range, in: text.bytes)
            dangers.append(
                HazardMention(
                    hazard: hazard,
                    dangerClass: cues.dangerClass(sense, range, sentence, text.bytes),
                    field: field, range: range, sentence: sentence))
        }
    }
    reading.hazards += without(harmless, dangers)
}

/// The text between the nearest ideographic full stops or line feeds.
private func unspacedSentence(around range: Range<Int>, in bytes: [UInt8]) -> Range<Int> {
    var start = range.lowerBound
    while start > 0, bytes[start - 1] != 0x0A, !isFullStop(bytes, at: start - 3) { start -= 1 }
    var end = range.upperBound
    while end < bytes.count, bytes[end] != 0x0A {
        if isFullStop(bytes, at: end) { return start..<end + 3 }
        end += 1
    }
    return start..<end
}

/// Whether the ideographic full stop, "。", stands at an index.
private func isFullStop(_ bytes: [UInt8], at index: Int) -> Bool {
    index >= 0 && index + 3 <= bytes.count && bytes[index] == 0xE3 && bytes[index + 1] == 0x80
        && bytes[index + 2] == 0x82
}
