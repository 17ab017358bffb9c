import AfterwordCore

/// A model that the fake server knows: what it takes and how it is listed. The list is the data
/// file `models/served.txt`.
struct ServedModel: Equatable, Sendable {
    /// When a reasoning model accepts a temperature other than 1, top_p and logprobs.
    enum Sampling: String, Sendable {
        /// With effort `none` only.
        case withoutReasoning = "none"
        case never
    }

    var name: String
    /// Seconds since 1970.
    var created: Int64
    /// Tokens of prompt and answer together.
    var context: Int
    /// Tokens of an answer.
    var output: Int
    /// The values of `reasoning_effort`; none for a model that does not reason.
    var efforts: [String]
    var defaultEffort: String
    var sampling: Sampling
    var takesStop: Bool
    /// Whether the request may direct the prompt cache, and writes to it are counted.
    var takesCacheOptions: Bool
    /// As `2027-01-14`; nil where none is announced.
    var shutdown: String?
    /// Microseconds since 1970; nil where no shutdown is announced.
    var shutdownInstant: Int64?

    var reasons: Bool { !efforts.isEmpty }

    static let all: [ServedModel] = {
        let file = DataSections(EmbeddedFile("models/served.txt"))
        return file.names.map { ServedModel($0, in: file) }
    }()

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    static func named(_ name: String) -> ServedModel? { byName[name] }

    private init(_ name: String, in file: DataSections) {
        func text(_ key: String) -> String? { file[name, key]?.text }
        func number(_ key: String) -> Int { text(key).flatMap { Int($0) } ?? 0 }
        self.name = name
        created = Int64(number("created"))
        context = number("context")
        output = number("output")
        efforts = file[name, "efforts"]?.words ?? []
        defaultEffort = text("default effort") ?? ""
        sampling = text("temperature").flatMap(Sampling.init(rawValue:)) ?? .withoutReasoning
        takesStop = text("takes stop") != "no"
        takesCacheOptions = text("takes cache options") == "yes"
        shutdown = text("shutdown")
        shutdownInstant = shutdown.flatMap { Instant(iso8601: $0)?.microseconds }
    }

    /// The object of `GET /v1/models`.
    var json: JSONValue {
        .row([
            "id": .string(name), "object": .string("model"), "created": JSONValue(created),
            "owned_by": .string("openai"), "shutdown_date": JSONValue(shutdown),
        ])
    }
}
