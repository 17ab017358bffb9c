package import AfterwordCore
import Foundation

/// The result of `shape detect`.
package enum DetectedShape: Sendable {
    case builtIn(Shape)
    case proposal(ShapeProposal)
}

/// The built-in shape that fits a file, else a proposal by common field names.
///
/// - Throws: `InputFault.noProposal` with what is missing; `InputFault.otherFormat`.
package func detectShape(ofFile path: String) throws -> DetectedShape {
    let url = URL(fileURLWithPath: path)
    let name = url.lastPathComponent
    try requireRegularFile(at: path, name: name)
    let file = DumpFile(name: name, content: .path(url.resolvingSymlinksInPath().path))
    if let format = OtherFormat(try readHead(file, OtherFormat.headBytes), name: name) {
        throw InputFault.otherFormat(file: name, format)
    }
    do {
        switch try chooseShape(for: file, among: Shape.builtIn, isStrict: false) {
        case .fits(let shape):
            guard try shape.holdsProducts || holdsReviews(file, shape) else {
                throw InputFault.noProposal(file: name, reason: "it holds products and no reviews")
            }
            return .builtIn(shape)
        case .unfit(_, let fault): throw fault
        case .nothing: throw InputFault.noProposal(file: name, reason: "it holds no JSON object")
        }
    } catch InputFault.unknownShape {
        let elements = try firstElements(of: file, count: 50)
        do throws(ShapeFault) {
            return .proposal(
                try proposeShape(for: elements, named: name.split(separator: ".")[0].lowercased()))
        } catch {
            throw InputFault.noProposal(file: name, reason: error.description)
        }
    }
}

/// Whether the first elements of a file hold a review, or a list of reviews, where the shape
/// expects them.
private func holdsReviews(_ file: DumpFile, _ shape: Shape) throws -> Bool {
    let head = try readHead(file, ParseLimit.recordBytes)
    var splitter = RecordSplitter(RecordCleaner(shape).plan, isStrict: false)
    var holds = false
    splitter.feed(head[...], isLast: true) { event, _, _ in
        guard case .unit(let unit) = event else { return }
        holds = holds || !unit.records.isEmpty || unit.products.contains(where: \.holdsList)
    }
    return holds
}
