import HTTPTypes
import Hummingbird

/// Checks every parameter against its declaration and refuses undeclared ones with 400. The values
/// go into `ServiceContext.values`: those of the path, then of the query, then of headers.
struct ParameterCheck: RouterMiddleware {
    typealias Context = ServiceContext

    private let inPath: [Parameter]
    private let inQuery: [Parameter]
    private let inHeaders: [(name: HTTPField.Name, parameter: Parameter)]

    init(_ parameters: [Parameter]) {
        inPath = parameters.filter(\.isInPath)
        inQuery = parameters.filter { !$0.isInPath && !$0.isInHeader }
        inHeaders = parameters.filter(\.isInHeader).compactMap { parameter in
            HTTPField.Name(parameter.name).map { ($0, parameter) }
        }
    }

    func handle(
        _ request: Request, context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        var context = context
        var values: [String: String] = [:]
        try readPath(context, &values)
        try readQuery(request, &values)
        for (name, parameter) in inHeaders {
            guard let value = request.headers[name] else { continue }
            guard parameter.isRead(value) else {
                throw Problem(.badParameter, "\(parameter.name): \(parameter.allowed)")
            }
            values[parameter.name] = value
        }
        context.values = values
        return try await next(request, context)
    }

    private func readPath(
        _ context: Context, _ values: inout [String: String]
    ) throws(Problem) {
        for parameter in inPath {
            let raw = context.parameters.get(parameter.name) ?? ""
            values[parameter.name] = try read(raw, parameter)
        }
    }

    private func readQuery(
        _ request: Request, _ values: inout [String: String]
    ) throws(Problem) {
        for pair in (request.uri.query ?? "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = percentDecoded(String(parts[0]).replacing("+", with: " ")) ?? ""
            guard let parameter = inQuery.first(where: { $0.name == name }) else {
                throw Problem(.badParameter, unknownParameter(name, among: inQuery))
            }
            let raw = parts.count > 1 ? String(parts[1]).replacing("+", with: " ") : ""
            if parameter.isField, raw.isEmpty { continue }
            guard values[name] == nil else {
                throw Problem(.badParameter, "\(name): is there twice")
            }
            values[name] = try read(raw, parameter)
        }
        for parameter in inQuery where parameter.isRequired && values[parameter.name] == nil {
            throw Problem(.badParameter, "\(parameter.name): is missing")
        }
    }

    private func read(_ raw: String, _ parameter: Parameter) throws(Problem) -> String {
        guard let value = percentDecoded(raw), parameter.isRead(value) else {
            throw Problem(
                .badParameter, "\(parameter.name): cannot be read; \(parameter.allowed)")
        }
        return value
    }
}

/// The error detail for an unknown query parameter. A name that is not 1 to 40 letters or
/// underscores is not repeated in it.
private func unknownParameter(_ name: String, among parameters: [Parameter]) -> String {
    let isName =
        (1...40).contains(name.utf8.count)
        && name.utf8.allSatisfy { Character(Unicode.Scalar($0)).isLetter || $0 == 0x5F }
    return (isName ? "\(name): is" : "a parameter that is") + " not known; known are "
        + parameters.map(\.name).sorted().joined(separator: ", ")
}

/// Decodes percent-encoded UTF-8; nil when the encoding is invalid.
func percentDecoded(_ text: String) -> String? {
    var bytes: [UInt8] = []
    var rest = text.utf8.makeIterator()
    func digit(_ byte: UInt8?) -> UInt8? {
        byte.flatMap { Character(Unicode.Scalar($0)).hexDigitValue }.map { UInt8($0) }
    }
    while let byte = rest.next() {
        guard byte == UInt8(ascii: "%") else {
            bytes.append(byte)
            continue
        }
        guard let high = digit(rest.next()), let low = digit(rest.next()) else { return nil }
        bytes.append(high << 4 | low)
    }
    return String(validating: bytes, as: UTF8.self)
}
