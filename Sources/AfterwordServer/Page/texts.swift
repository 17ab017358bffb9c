import AfterwordCore
import AfterwordPipeline

func stars(_ counters: Counters) -> String {
    meanStars(counters).map { fixed($0, of: 1_000, places: 2) } ?? "–"
}

func percent(_ share: Share?) -> String {
    share.map { fixed($0.value, of: 10_000, places: 1) + " %" } ?? "–"
}

func interval(_ share: Share?) -> String {
    share.map {
        "\(fixed($0.low, of: 10_000, places: 1))–\(fixed($0.high, of: 10_000, places: 1))"
    } ?? ""
}

func starText(_ values: ReviewValues) -> String {
    values.rating.map { "\(tenths($0)) ★" } ?? "no stars"
}

func day(_ instant: Instant) -> String { String(instant.description.prefix(10)) }

/// A text as a part of an address.
func encoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: bytes.append(byte)
        default: bytes += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}

/// The moment asked for, to be kept in every address of the page.
func moment(_ call: Call, _ separator: String) -> String {
    for name in ["as_of", "as_observed"] {
        if let value = call.text(name) { return "\(separator)\(name)=\(encoded(value))" }
    }
    return ""
}

/// An address of the page: filters and moment are in it, so that it can be sent to somebody.
func link(_ path: String, _ call: Call, query: String = "", cursor: Cursor? = nil) -> String {
    var parts = query.isEmpty ? [] : [query]
    if let cursor {
        for name in ["brand", "q", "sentiment"] {
            if let value = call.text(name) { parts.append("\(name)=\(encoded(value))") }
        }
        parts.append("cursor=\(cursor.text)")
    }
    let time = moment(call, "")
    if !time.isEmpty { parts.append(time) }
    return parts.isEmpty ? path : path + "?" + parts.joined(separator: "&")
}

extension Call {
    /// The same call with other values.
    func with(_ more: [String: String]) -> Call {
        Call(
            values: values.merging(more) { $1 }, reader: reader, run: run, allRuns: allRuns,
            now: now, limits: limits, brands: brands)
    }
}
