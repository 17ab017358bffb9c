import AfterwordCore

/// Reads members of a request's object; a value of the wrong type or out of range is an error as
/// the API writes it. A null counts as missing.
struct MemberReader: Sendable {
    let body: JSONValue
    /// The place of the object in the request, with a dot behind it; empty for the request itself.
    let place: String

    init(_ body: JSONValue, at place: String = "") {
        self.body = body
        self.place = place
    }

    func text(_ key: String, among allowed: [String]? = nil) throws(WireError) -> String? {
        guard let value = body.given(key) else { return nil }
        guard let text = value.text else {
            throw .type(place + key, expected: allowed.map(oneOf) ?? "a string", got: value)
        }
        if let allowed, !allowed.contains(text) {
            throw .value(place + key, text, allowed: allowed)
        }
        return text
    }

    private func oneOf(_ names: [String]) -> String { "one of \(WireError.listed(names))" }

    func flag(_ key: String) throws(WireError) -> Bool? {
        guard let value = body.given(key) else { return nil }
        guard let flag = value.flag else {
            throw .type(place + key, expected: "a boolean", got: value)
        }
        return flag
    }

    func integer(_ key: String, _ range: ClosedRange<Int>) throws(WireError) -> Int? {
        guard let value = body.given(key) else { return nil }
        let bounds = Double(range.lowerBound)...Double(range.upperBound)
        guard let number = value.whole else {
            if let large = value.largeInteger { try check(key, large, "integer", value, bounds) }
            throw .type(place + key, expected: "an integer", got: value)
        }
        try check(key, Double(number), "integer", value, bounds)
        return number
    }

    func decimal(_ key: String, _ range: ClosedRange<Double>) throws(WireError) -> Double? {
        guard let value = body.given(key) else { return nil }
        guard let number = value.decimal else {
            throw .type(place + key, expected: "a decimal", got: value)
        }
        try check(key, number, "decimal", value, range)
        return number
    }

    private func check(
        _ key: String, _ number: Double, _ kind: String, _ value: JSONValue,
        _ range: ClosedRange<Double>
    ) throws(WireError) {
        func written(_ number: Double) -> String {
            guard number.rounded() == number else { return String(number) }
            // A bound of 64 bits is not exact as a decimal.
            return String(Int(exactly: number) ?? (number < 0 ? Int.min : Int.max))
        }
        if number < range.lowerBound {
            throw WireError(
                400,
                "Invalid '\(place)\(key)': \(kind) below minimum value. Expected a value >= "
                    + "\(written(range.lowerBound)), but got \(value.writtenText) instead.",
                param: place + key, code: "\(kind)_below_min_value")
        }
        if number > range.upperBound {
            throw WireError(
                400,
                "Invalid '\(place)\(key)': \(kind) above maximum value. Expected a value <= "
                    + "\(written(range.upperBound)), but got \(value.writtenText) instead.",
                param: place + key, code: "\(kind)_above_max_value")
        }
    }

    /// A reader of a member that is an object with no other members than those named.
    func object(
        _ key: String, _ value: JSONValue, _ known: Set<String>
    ) throws(WireError) -> MemberReader {
        guard let members = value.members else {
            throw .type(place + key, expected: "an object", got: value)
        }
        for member in members where !known.contains(member.key) {
            throw .unknown("\(place)\(key).\(member.key)")
        }
        return MemberReader(value, at: "\(place)\(key).")
    }

    /// Checks the members of a chat request that the answer does not depend on otherwise.
    func checkRanges() throws(WireError) {
        _ = try decimal("temperature", 0...2)
        _ = try decimal("top_p", 0...1)
        _ = try decimal("presence_penalty", -2...2)
        _ = try decimal("frequency_penalty", -2...2)
        _ = try integer("seed", Int(Int64.min >> 10)...Int(Int64.max >> 10))
        _ = try flag("store")
        _ = try flag("parallel_tool_calls")
        _ = try text("verbosity", among: ["low", "medium", "high"])
        _ = try text("user")
        if let id = try text("safety_identifier"), id.unicodeScalars.count > 128 {
            throw .tooLong("safety_identifier", limit: 128, length: id.unicodeScalars.count)
        }
        try checkLogitBias()
        try checkMetadata()
        if let kinds = body.given("modalities")?.elements, kinds.contains(.string("audio")) {
            throw .unsupportedValue(
                "modalities", "'audio'", "Supported values are: 'text'.")
        }
    }

    /// The keys are ids of tokens.
    private func checkLogitBias() throws(WireError) {
        guard let value = body.given("logit_bias") else { return }
        guard let members = value.members else {
            throw .type("logit_bias", expected: "an object", got: value)
        }
        let own = MemberReader(value, at: "logit_bias.")
        for member in members {
            guard member.key.utf8.allSatisfy({ (0x30...0x39).contains($0) }), Int(member.key) != nil
            else {
                throw WireError(
                    400,
                    "Invalid key in 'logit_bias': \(member.key). You should only be submitting "
                        + "non-negative integers.", param: "logit_bias")
            }
            _ = try own.decimal(member.key, -100...100)
        }
    }

    /// At most 16 pairs of texts, keys of at most 64 and values of at most 512 letters.
    func checkMetadata() throws(WireError) {
        guard let value = body.given("metadata") else { return }
        guard let members = value.members else {
            throw .type("metadata", expected: "an object", got: value)
        }
        guard members.count <= 16 else {
            throw WireError(
                400,
                "Invalid 'metadata': too many properties. Expected an object with at most 16 "
                    + "properties, but got an object with \(members.count) properties instead.",
                param: "metadata", code: "object_above_max_properties")
        }
        for member in members {
            guard member.key.unicodeScalars.count <= 64 else {
                throw .tooLong(
                    "metadata", limit: 64, length: member.key.unicodeScalars.count)
            }
            guard let text = member.value.text else {
                throw .type("metadata.\(member.key)", expected: "a string", got: member.value)
            }
            guard text.unicodeScalars.count <= 512 else {
                throw .tooLong(
                    "metadata.\(member.key)", limit: 512, length: text.unicodeScalars.count)
            }
        }
    }
}
