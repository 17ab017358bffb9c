import AfterwordCore

/// Where the lines of a file lie.
struct LinePlace: Equatable, Sendable {
    /// Counted from 1.
    var number: Int
    var start: Int
    var count: Int
}

/// Reads a file on the shelf line by line, in parts of a megabyte.
struct LineReader {
    private static let part = 1 << 20

    private let shelf: any Shelf
    private let name: String
    private var offset = 0
    private var rest: [UInt8] = []
    private var isAtEnd = false
    private var start = 0
    private var number = 0

    init(_ name: String, on shelf: any Shelf) {
        self.name = name
        self.shelf = shelf
    }

    /// The next line that is not blank, without its line feed; nil at the end.
    mutating func next() throws(ShelfFault) -> (place: LinePlace, bytes: [UInt8])? {
        while let (line, begin) = try nextLine() {
            number += 1
            if line.contains(where: { $0 != 0x20 && $0 != 0x0D && $0 != 0x09 }) {
                return (LinePlace(number: number, start: begin, count: line.count), line)
            }
        }
        return nil
    }

    private mutating func nextLine() throws(ShelfFault) -> ([UInt8], Int)? {
        while true {
            if let feed = rest[start...].firstIndex(of: 0x0A) {
                let line = Array(rest[start..<feed])
                let begin = offset - rest.count + start
                start = feed + 1
                return (line, begin)
            }
            if isAtEnd {
                guard start < rest.count else { return nil }
                let line = Array(rest[start...])
                let begin = offset - rest.count + start
                start = rest.count
                return (line, begin)
            }
            let more = try shelf.read(name, from: offset, count: Self.part)
            isAtEnd = more.count < Self.part
            offset += more.count
            rest.removeFirst(start)
            start = 0
            rest += more
        }
    }
}

/// The lines of a batch's input, checked.
struct BatchLines: Sendable {
    private(set) var places: [LinePlace] = []
    private(set) var faults: [Batch.LineFault] = []
    private(set) var model: String?
    private var ids: Set<UInt64> = []
    private let endpoint: String

    private static let faultLimit = 100

    /// Reads and checks a file.
    init(_ name: String, on shelf: any Shelf, endpoint: String) throws(ShelfFault) {
        self.endpoint = endpoint
        var reader = LineReader(name, on: shelf)
        while let (place, bytes) = try reader.next() {
            places.append(place)
            guard places.count <= Batch.requestLimit else { break }
            check(bytes, line: place.number)
            if faults.count >= Self.faultLimit { break }
        }
        if places.count > Batch.requestLimit {
            faults.append(
                Batch.LineFault(
                    code: "too_many_tasks",
                    message: "The batch input file contains too many requests. The limit is "
                        + "\(Batch.requestLimit) requests."))
        }
        if places.isEmpty {
            faults.append(
                Batch.LineFault(
                    code: "empty_file",
                    message: "The input file is empty. Please ensure that the batch contains at "
                        + "least one request."))
        }
        ids = []
    }

    private mutating func add(_ code: String, _ message: String, _ param: String?, _ line: Int) {
        faults.append(
            Batch.LineFault(code: code, message: message, param: param, line: line))
    }

    private mutating func check(_ bytes: [UInt8], line: Int) {
        guard let request = try? JSONValue(parsing: bytes), request.members != nil else {
            return add(
                "invalid_json_line", "This line is not parseable as valid JSON.", nil, line)
        }
        checkID(request["custom_id"], line)
        if let method = request["method"], method.text != "POST" {
            add(
                "invalid_method",
                "Invalid value: '\(method.text ?? method.writtenText)'. Supported values are: "
                    + "'POST'.", "method", line)
        }
        for key in ["method", "url", "body"] where request.given(key) == nil {
            add("missing_required_parameter", "Missing required parameter: '\(key)'.", key, line)
        }
        if let url = request.given("url"), url.text != endpoint {
            add(
                "url_mismatch",
                "The URL provided for this request, '\(url.text ?? url.writtenText)', does not "
                    + "match the batch endpoint '\(endpoint)'.", "url", line)
        }
        checkModel(request.given("body")?.given("model")?.text, line)
    }

    private mutating func checkID(_ id: JSONValue?, _ line: Int) {
        guard let text = id?.text else {
            return add(
                "missing_required_parameter", "Missing required parameter: 'custom_id'.",
                "custom_id", line)
        }
        guard ids.insert(Mix.of(11, text)).inserted else {
            return add(
                "duplicate_custom_id",
                "The custom_id '\(text)' for this request is a duplicate of another request. The "
                    + "custom_id parameter must be unique for each request in a batch.",
                "custom_id", line)
        }
    }

    private mutating func checkModel(_ name: String?, _ line: Int) {
        guard let name else { return }
        guard let model else {
            model = name
            return
        }
        guard name != model else { return }
        add(
            "model_mismatch",
            "The provided model '\(name)' does not match the other models of this batch, "
                + "'\(model)'. Each batch must contain requests for a single model.", "body.model",
            line)
    }

    /// The places in the order of the output, which the seed decides.
    func shuffled(seed: UInt64) -> [LinePlace] {
        var places = places
        var random = SplitMix64(seed: Mix.of(seed, "batch order"))
        guard places.count > 1 else { return places }
        for last in stride(from: places.count - 1, to: 0, by: -1) {
            places.swapAt(last, Int(random.draw(below: UInt64(last + 1))))
        }
        return places
    }
}
