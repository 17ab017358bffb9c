import AfterwordCore
import AfterwordPipeline

/// The path of a page with its filters, which can be shared as a link. `with` adds, replaces or
/// removes the moment that the page is shown as of.
struct Address: Sendable {
    var path: String
    /// Names and values, in the order in which they are written.
    var query: [(name: String, value: String)] = []
    var fragment = ""
    /// The first run that has something to show at this path; earlier dumps are not offered.
    var firstRun: Int64 = 0

    init(_ path: String, _ query: KeyValuePairs<String, String?> = [:], firstRun: Int64 = 0) {
        self.path = path
        self.firstRun = firstRun
        self.query = query.compactMap { name, value in value.map { (name, $0) } }
    }

    /// A copy in which the query member is replaced, or removed when `value` is nil.
    func with(_ name: String, _ value: String?) -> Address {
        var other = self
        other.query.removeAll { $0.name == name }
        if let value { other.query.append((name, value)) }
        return other
    }

    /// A copy that leads to a section of the page: what reloads a page from within it comes back to
    /// where the reader was.
    func at(_ section: String) -> Address {
        var other = self
        other.fragment = section
        return other
    }

    /// The path with its encoded query and fragment.
    var text: String {
        let pairs = query.map { "\($0.name)=\(encoded($0.value))" }
        return path + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
            + (fragment.isEmpty ? "" : "#" + fragment)
    }
}

extension Call {
    /// The requested moment as a query member; nil when none was requested.
    var moment: (name: String, value: String)? {
        ["as_of", "as_observed"].compactMap { name in text(name).map { (name, $0) } }.first
    }

    /// A link that keeps the requested moment.
    func link(_ path: String, _ query: KeyValuePairs<String, String?> = [:]) -> String {
        address(path, query).text
    }

    /// An address that keeps the requested moment.
    func address(_ path: String, _ query: KeyValuePairs<String, String?> = [:]) -> Address {
        let address = Address(path, query)
        return moment.map { address.with($0.name, $0.value) } ?? address
    }

    func link(toProduct id: Text) -> String { link("/products/\(encoded(id.string))") }

    func link(toBrand name: Text) -> String { comparing("/brands/\(encoded(name.string))").text }

    func link(toReview id: Text, of product: Text) -> String {
        link("/reviews/\(encoded(product.string))/\(encoded(id.string))")
    }
}

extension Call {
    /// The page of a product in a shop, by the template of the settings; nil without one.
    func shopLink(_ id: Text) -> String? {
        productLink.map { $0.replacing("{product_id}", with: encoded(id.string)) }
    }
}

/// Percent-encodes a text for use in a path or query.
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
