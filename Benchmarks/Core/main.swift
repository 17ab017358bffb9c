import Foundation

// core-benchmark FILE …: what the core does by itself on one thread, the bytes being in memory: medians of three rounds in
// gigabytes a second. Files are JSON Lines of the 2023 research shape.

private let passes = try CorePasses(files: Array(CommandLine.arguments.dropFirst()))

private func measure(_ name: String, _ body: () -> Int) {
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
