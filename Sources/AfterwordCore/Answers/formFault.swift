/// Checks a value against its form.
///
/// An object member that the form does not name is a fault, as is a repeated member or a missing
/// required one.
///
/// - Returns: The first place that does not conform and what is wrong there; nil where the whole
///   value conforms.
package func formFault(
    _ value: JSONValue, as form: ValueForm, at place: String = ""
) -> String? {
    switch (form, value) {
    case (.anything, _), (.flag, .bool): return nil
    case (.nullable, .null): return nil
    case (.nullable(let form), _): return formFault(value, as: form, at: place)
    case (.number(let range), .number):
        guard let number = value.integer else { return "\(place): no whole number" }
        return range.contains(number) ? nil : "\(place): \(number) is outside \(range)"
    case (.text(let form), .string(let text)):
        return form.isRead(text) ? nil : "\(place): not a text of the form \(form)"
    case (.choice(let values), .string(let text)):
        return values.contains(text) ? nil : "\(place): \(text) is none of \(values)"
    case (.list(let entry), .array(let elements)):
        for (index, element) in elements.enumerated() {
            if let fault = formFault(element, as: entry, at: "\(place)[\(index)]") { return fault }
        }
        return nil
    case (.map(let form), .object(let members)):
        for member in members {
            if let fault = formFault(member.value, as: form, at: "\(place).\(member.key)") {
                return fault
            }
        }
        return nil
    case (.object(let object), .object(let members)):
        return objectFault(members, as: object, at: place)
    case (.either(let forms), _):
        let faults = forms.compactMap { formFault(value, as: $0, at: place) }
        return faults.count < forms.count ? nil : faults.joined(separator: "; or ")
    default: return "\(place): of another type"
    }
}

private func objectFault(
    _ members: [(key: String, value: JSONValue)], as object: ObjectDescription, at place: String
) -> String? {
    var seen: Set<String> = []
    for (key, value) in members {
        guard let member = object.members.first(where: { $0.name == key }) else {
            return "\(place).\(key): \(object.name) does not name it"
        }
        guard seen.insert(key).inserted else { return "\(place).\(key): twice" }
        if let fault = formFault(value, as: member.form, at: "\(place).\(key)") { return fault }
    }
    let missing = object.members.first { $0.isRequired && !seen.contains($0.name) }
    return missing.map { "\(place).\($0.name): is missing" }
}

extension ValueForm.TextForm {
    fileprivate func isRead(_ text: String) -> Bool {
        switch self {
        case .any: true
        case .dateTime: text.utf8.count >= 20 && text.hasSuffix("Z") && isInstant(text)
        case .date: text.utf8.count == 10 && isInstant(text)
        case .hexadecimal(let digits):
            text.utf8.count == digits
                && text.utf8.allSatisfy {
                    (0x30...0x39).contains($0) || (0x61...0x66).contains($0)
                }
        case .integer:
            text.utf8.drop { $0 == UInt8(ascii: "-") }.allSatisfy { (0x30...0x39).contains($0) }
                && text.utf8.contains { $0 != UInt8(ascii: "-") }
        case .address: text.hasPrefix("/")
        case .uri: text.contains(":")
        }
    }

    private func isInstant(_ text: String) -> Bool { Instant(iso8601: text) != nil }
}
