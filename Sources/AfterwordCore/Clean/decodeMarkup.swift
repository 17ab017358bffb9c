/// Decodes HTML character references (those with a semicolon) and `<br>`, once. The result is not
/// decoded again, so `&amp;lt;` becomes `&lt;` and `&lt;br&gt;` becomes the four characters `<br>`.
func decodeMarkup(_ bytes: BorrowedBytes, into output: inout [UInt8]) {
    output.reserveCapacity(output.count + bytes.count)
    var index = 0
    while index < bytes.count {
        let byte = bytes[index]
        if byte == UInt8(ascii: "&"), let length = decodeReference(bytes, index, &output) {
            index += length
        } else if byte == UInt8(ascii: "<"), let length = lineBreakLength(bytes, index) {
            output.append(0x0A)
            index += length
        } else {
            // Copies up to the next byte that may begin markup.
            let end = bytes.firstIndex(
                of: UInt8(ascii: "&"), or: UInt8(ascii: "<"), from: index + 1)
            output.append(contentsOf: bytes.part(index..<end))
            index = end
        }
    }
}

/// The length of `<br>`, `<br/>` or `<br />` in any case at `start`; nil where there is none.
private func lineBreakLength(_ bytes: BorrowedBytes, _ start: Int) -> Int? {
    guard start + 3 < bytes.count, bytes[start + 1] | 0x20 == UInt8(ascii: "b"),
        bytes[start + 2] | 0x20 == UInt8(ascii: "r")
    else { return nil }
    var index = start + 3
    while index < bytes.count, bytes[index] == 0x20 { index += 1 }
    if index < bytes.count, bytes[index] == UInt8(ascii: "/") { index += 1 }
    guard index < bytes.count, bytes[index] == UInt8(ascii: ">") else { return nil }
    return index + 1 - start
}

/// The longest name of the table, `CounterClockwiseContourIntegral`, has 31 letters; `&` and `;`
/// make 33.
private let longestReference = 33

private func decodeReference(
    _ bytes: BorrowedBytes, _ start: Int, _ output: inout [UInt8]
) -> Int? {
    let limit = min(bytes.count, start + longestReference)
    guard let length = bytes.part(start..<limit).firstIndex(of: UInt8(ascii: ";")), length > 1
    else { return nil }
    let end = start + length
    let name = bytes.part(start + 1..<end)
    if name.first == UInt8(ascii: "#") {
        guard let number = referenceNumber(Array(name)[1...]) else { return nil }
        appendScalar(windows1252[number] ?? (number == 0 ? 0xFFFD : number), to: &output)
    } else {
        guard let scalars = namedReferences[Text(Array(name))] else { return nil }
        output.append(contentsOf: scalars)
    }
    return end + 1 - start
}

private func referenceNumber(_ digits: ArraySlice<UInt8>) -> UInt32? {
    let isHexadecimal = digits.first.map { $0 | 0x20 == UInt8(ascii: "x") } ?? false
    let radix: UInt32 = isHexadecimal ? 16 : 10
    let body = isHexadecimal ? digits.dropFirst() : digits
    guard !body.isEmpty else { return nil }
    var number: UInt32 = 0
    for digit in body {
        guard let value = hexadecimalValue(digit), value < radix else { return nil }
        number = min(number * radix + value, 0x11_0000)
    }
    return number
}

/// The named character references of the HTML standard that end in a semicolon, each with the UTF-8
/// of its scalars; read at the first reference of a run.
///
/// A line of the file is a name and its scalars in hexadecimal: `NotLess 226e`, `nvlt 3c+20d2`.
let namedReferences: [Text: [UInt8]] = {
    var references: [Text: [UInt8]] = [:]
    for line in EmbeddedFile("markup/named-references.txt").text.split(separator: "\n") {
        let parts = line.split(separator: " ")
        var scalars: [UInt8] = []
        for hexadecimal in parts[1].split(separator: "+") {
            appendScalar(UInt32(hexadecimal, radix: 16) ?? 0xFFFD, to: &scalars)
        }
        references[Text(String(parts[0]))] = scalars
    }
    return references
}()

/// The HTML standard's replacements for the numbers 80–9F (hexadecimal), which pages in
/// Windows-1252 use.
private let windows1252: [UInt32: UInt32] = [
    0x80: 0x20AC, 0x82: 0x201A, 0x83: 0x0192, 0x84: 0x201E, 0x85: 0x2026, 0x86: 0x2020,
    0x87: 0x2021, 0x88: 0x02C6, 0x89: 0x2030, 0x8A: 0x0160, 0x8B: 0x2039, 0x8C: 0x0152,
    0x8E: 0x017D, 0x91: 0x2018, 0x92: 0x2019, 0x93: 0x201C, 0x94: 0x201D, 0x95: 0x2022,
    0x96: 0x2013, 0x97: 0x2014, 0x98: 0x02DC, 0x99: 0x2122, 0x9A: 0x0161, 0x9B: 0x203A,
    0x9C: 0x0153, 0x9E: 0x017E, 0x9F: 0x0178,
]
