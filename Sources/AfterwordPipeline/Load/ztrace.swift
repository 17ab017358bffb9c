import Foundation
nonisolated(unsafe) var ztraceStart = ContinuousClock.now
nonisolated(unsafe) var ztraceSums: [String: Double] = [:]
package func ztrace(_ s: String) {
    FileHandle.standardError.write(Data("\(ztraceStart.duration(to: .now) / .seconds(1)) \(s)\n".utf8))
}
package func ztimed<R>(_ s: String, _ b: () throws -> R) rethrows -> R {
    let t = ContinuousClock.now
    defer { ztraceSums[s, default: 0] += t.duration(to: .now) / .seconds(1) }
    return try b()
}
