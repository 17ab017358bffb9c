import AfterwordCore

/// An error as the API answers it. All four members of the body are always present.
struct WireError: Error, Equatable, Sendable {
    var status: Int
    var message: String
    var type: String
    var param: String?
    var code: String?
    /// Sent beside the usual headers, such as `retry-after`; lower-case names.
    var headers: [WireHeader] = []

    init(
        _ status: Int, _ message: String, type: String = "invalid_request_error",
        param: String? = nil, code: String? = nil
    ) {
        self.status = status
        self.message = message
        self.type = type
        self.param = param
        self.code = code
    }

    /// The body: `{"error": {"message", "type", "param", "code"}}`.
    var json: JSONValue {
        .row([
            "error": .row([
                "message": .string(message), "type": .string(type), "param": JSONValue(param),
                "code": JSONValue(code),
            ])
        ])
    }
}

extension WireError {
    static func missing(_ path: String) -> WireError {
        WireError(
            400, "Missing required parameter: '\(path)'.", param: path,
            code: "missing_required_parameter")
    }

    static func unknown(_ path: String) -> WireError {
        WireError(400, "Unknown parameter: '\(path)'.", param: path, code: "unknown_parameter")
    }

    /// - Parameter expected: With its article: "a string", "one of a string or array of objects".
    static func type(_ path: String, expected: String, got value: JSONValue) -> WireError {
        WireError(
            400,
            "Invalid type for '\(path)': expected \(expected), but got \(value.withArticle) "
                + "instead.", param: path, code: "invalid_type")
    }

    static func value(_ path: String, _ value: String, allowed: [String]) -> WireError {
        WireError(
            400, "Invalid value: '\(value)'. Supported values are: \(listed(allowed)).",
            param: path, code: "invalid_value")
    }

    static func unsupported(_ path: String, instead: String? = nil) -> WireError {
        WireError(
            400,
            "Unsupported parameter: '\(path)' is not supported with this model."
                + (instead.map { " Use '\($0)' instead." } ?? ""),
            param: path, code: "unsupported_parameter")
    }

    static func unsupportedValue(_ path: String, _ value: String, _ allowed: String) -> WireError {
        WireError(
            400,
            "Unsupported value: '\(path)' does not support \(value) with this model. \(allowed)",
            param: path, code: "unsupported_value")
    }

    static func tooLong(_ path: String, limit: Int, length: Int) -> WireError {
        WireError(
            400,
            "Invalid '\(path)': string too long. Expected a string with maximum length \(limit), "
                + "but got a string with length \(length) instead.", param: path,
            code: "string_above_max_length")
    }

    static func pattern(_ path: String, _ pattern: String) -> WireError {
        WireError(
            400,
            "Invalid '\(path)': string does not match pattern. Expected a string that matches the "
                + "pattern '\(pattern)'.", param: path, code: "invalid_value")
    }

    /// The model does not exist, or not for this key.
    static func noModel(_ name: String) -> WireError {
        WireError(
            404, "The model `\(name)` does not exist or you do not have access to it.",
            code: "model_not_found")
    }

    /// The list of a message: `'a', 'b', and 'c'`.
    static func listed(_ names: [String]) -> String {
        let quoted = names.map { "'\($0)'" }
        guard quoted.count > 2, let last = quoted.last else {
            return quoted.joined(separator: " and ")
        }
        return quoted.dropLast().joined(separator: ", ") + ", and " + last
    }
}

extension JSONValue {
    /// The kind of the value with its article, as error messages name it.
    var withArticle: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: isWhole || largeInteger != nil ? "an integer" : "a decimal"
        case .string: "a string"
        case .array(let elements): elements.isEmpty ? "an empty array" : "an array"
        case .object: "an object"
        }
    }

    /// An integer of 64 bits or more, rounded; nil for any other value.
    var largeInteger: Double? {
        guard case .number(let digits) = self, Int64(digits) == nil,
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2D })
        else { return nil }
        return Double(digits)
    }

    /// Whether the value is a number without a fraction.
    var isWhole: Bool {
        guard case .number(let digits) = self else { return false }
        if Int64(digits) != nil { return true }
        guard let number = Double(digits) else { return false }
        return number.rounded() == number && number.magnitude < 1e15
    }

    /// The number; nil for anything else.
    var decimal: Double? {
        guard case .number(let digits) = self else { return nil }
        return Double(digits)
    }

    /// The whole number, also where it is written as `1.0`; nil for anything else.
    var whole: Int? {
        guard case .number(let digits) = self, isWhole else { return nil }
        return Int(digits) ?? Double(digits).map { Int($0) }
    }

    var flag: Bool? {
        guard case .bool(let flag) = self else { return nil }
        return flag
    }

    /// The member, unless it is missing or null.
    func given(_ key: String) -> JSONValue? {
        guard let value = self[key] else { return nil }
        if case .null = value { return nil }
        return value
    }
}
