import Foundation

// core-benchmark FILE …         medians of three rounds, in gigabytes a second
// core-benchmark --once FILE …  one round of each pass, for a tool that counts instructions
//
// What the core does by itself on one thread, the bytes being in memory. Files are JSON Lines of
// the 2023 research shape.

private var arguments = Array(CommandLine.arguments.dropFirst())
private let isOnce = arguments.first == "--once"
if isOnce { arguments.removeFirst() }
private let passes = try CorePasses(files: arguments)

private func measure(_ name: String, _ body: () -> Int) {
    if isOnce {
        print("\(name) (\(body()))")
        return
    }
    var seconds: [Double] = []
    var found = 0
    for _ in 0..<3 {
        let start = ContinuousClock.now
        found = body()
        seconds.append(start.duration(to: .now) / .seconds(1))
    }
    let rate = Double(passes.byteCount) / seconds.sorted()[1] / 1e9
    print(String(format: "%6.3f GB/s  %@ (%ld)", rate, name, found))
}

measure("scan and extract") { passes.extract() }
measure("scan, extract, unescape every text") { passes.unescapeAll() }
measure("clean") { passes.clean() }
measure("the whole core: clean, identity, content, payload, personal part, row") { passes.digest() }
