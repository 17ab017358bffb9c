import AfterwordCore

@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

@main
enum Fuzz {
    static func main() {
        var count = CommandLine.argc
        var arguments = CommandLine.unsafeArgv
        _ = runFuzzer(&count, &arguments) { fuzzParser($0, $1) }
    }
}

/// libFuzzer's harness (`make nightly`, `ci/fuzz`): any bytes at all. The scanner and the splitter must not crash, what strict
/// mode takes tolerant mode takes, every byte belongs to one event at most, and the events do not depend on how the bytes
/// are cut.
private func fuzzParser(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    let bytes = Array(UnsafeBufferPointer(start: data, count: size))
    if validateJSON(bytes, strict: true) == nil {
        precondition(validateJSON(bytes, strict: false) == nil, "tolerant mode takes less")
    }
    let cut = bytes.first.map { Int($0) % max(bytes.count, 1) } ?? 0
    for shape in [
        Shape.builtIn("customer-reviews"), .builtIn("product-with-reviews"),
        .builtIn("amazon-2018-wrapped"),
    ] {
        let whole = events(shape, [bytes])
        precondition(
            whole == events(shape, [Array(bytes[..<cut]), Array(bytes[cut...])]), "the cut shows")
        var end: Int64 = 0
        for event in whole {
            precondition(event.start >= end, "bytes of two events")
            end = event.end
        }
    }
    if let text = try? JSONValue(parsing: bytes) { _ = text.canonical }
    return 0
}

private struct Event: Equatable {
    var start: Int64
    var end: Int64
    var records: Int
    var reason: String
}

private func events(_ shape: Shape, _ slabs: [[UInt8]]) -> [Event] {
    let cleaner = RecordCleaner(shape)
    var splitter = RecordSplitter(cleaner.plan, isStrict: false, joinBytes: 3)
    var events: [Event] = []
    for (index, slab) in slabs.enumerated() {
        splitter.feed(slab[...], isLast: index == slabs.count - 1) { event, window, offset in
            switch event {
            case .unit(let unit):
                for record in unit.records.indices where unit.records[record].fault == nil {
                    let context = cleaner.context(ofRecord: record, of: unit, window: window)
                    _ = cleaner.clean(record: record, of: unit, context: context, window: window)
                }
                events.append(
                    Event(
                        start: offset + Int64(unit.range.lowerBound),
                        end: offset + Int64(unit.range.upperBound), records: unit.records.count,
                        reason: ""))
            case .known: break
            case .reject(let reason, let range):
                events.append(
                    Event(
                        start: offset + Int64(range.lowerBound),
                        end: offset + Int64(range.upperBound), records: 0,
                        reason: reason.rawValue))
            }
        }
    }
    return events
}
