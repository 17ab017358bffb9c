import AfterwordCore
import AfterwordPipeline
import ArgumentParser
import Foundation

/// `shape`: lists, shows and detects source shapes.
struct ShapeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shape",
        abstract: "List the built-in shapes, show one, or find the one of a file.",
        subcommands: [List.self, Show.self, Detect.self])

    /// `shape list`.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "The built-in shapes, with what they know a review by.")

        @OptionGroup var output: OutputOptions

        func run() throws {
            if output.json {
                return Terminal.write(json: Shape.builtIn.map { .row(["shape": .string($0.name)]) })
            }
            var table = Table(["shape": .left, "holds": .left, "a review is known by": .left])
            for shape in Shape.builtIn {
                table.add([
                    shape.name, shape.holdsProducts ? "products" : "reviews",
                    shape.holdsProducts ? "" : shape.knownBy,
                ])
            }
            table.show()
        }
    }

    /// `shape show`.
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "A built-in shape as a document to start from.")

        @Argument(help: "Its name.")
        var name: String

        func run() throws { print(try namedShape(name).document) }
    }

    /// `shape detect`.
    struct Detect: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "detect",
            abstract: "Name the shape that fits a file or a folder, or propose one.",
            discussion: """
                A proposal goes by the names of members and by what their values read as, over \
                the heads of all files. The document goes to standard output; how sure it is, \
                three reviews as they would be loaded, what was left over and what to look at, to \
                standard error. Without a product the document says FILL IN, and the exit is 2. \
                Without text and rating there is no proposal: exit 2 with the reason.
                """)

        @Argument(help: "A review file, a folder of them, or s3://BUCKET/PREFIX.")
        var path: String
        @OptionGroup var output: OutputOptions

        func run() throws {
            switch try detectShape(at: path, dumps: openInput(path)) {
            case .builtIn(let shape):
                if output.json {
                    return Terminal.write(json: [
                        .row(["shape": .string(shape.name), "is_built_in": .bool(true)])
                    ])
                }
                print("\(shape.name) (built in): 'run' finds it by itself")
            case .proposal(let proposal):
                print(proposal.document.canonical)
                explain(proposal)
                guard proposal.hasProduct else { throw ExitCode(Failure.Code.usage.rawValue) }
            }
        }
    }
}

/// The built-in shape of that name, or the shape in the file of that name.
///
/// - Throws: `InputFault` when neither exists or the file is not a valid shape.
func namedShape(_ name: String, in store: (any ReviewStore)? = nil) throws -> Shape {
    if let builtIn = Shape.builtIn.first(where: { $0.name == name }) { return builtIn }
    if name.hasPrefix(detectedPrefix), let row = try storedShape(name, store) {
        return try parsedShape(Array(row.document.utf8))
    }
    do {
        try requireRegularFile(at: name, name: name)
    } catch InputFault.noSuchDump {
        let hint = nearestName(to: name, among: Shape.builtIn.map(\.name))
        throw InputFault.noSuchShape(name, nearest: hint)
    }
    guard let data = FileManager.default.contents(atPath: name) else {
        throw InputFault.unreadableFile(name, reason: systemReason(errno))
    }
    let shape = try parsedShape(Array(data))
    guard shape.productID.source != .constant(ShapeProposal.fillIn) else {
        throw InputFault.badShape(
            "its \"product_id\" still says \(ShapeProposal.fillIn): name the member that holds "
                + "the product's id, or write the id itself as its \"value\"")
    }
    return shape
}

/// A shape that a run of the store used; nil for none.
private func storedShape(_ name: String, _ store: (any ReviewStore)?) throws -> ShapeRow? {
    try store?.read { try $0.shapes() }.first { $0.name == name }
}

/// - Throws: `InputFault.badShape`.
private func parsedShape(_ document: [UInt8]) throws -> Shape {
    do throws(ShapeFault) {
        return try Shape(parsing: document).withZones()
    } catch {
        throw InputFault.badShape(error.description)
    }
}

extension Shape {
    fileprivate var knownBy: String {
        switch identityKind {
        case .source: "its id"
        case .author: "product and author"
        case .content: "product and texts"
        }
    }
}
