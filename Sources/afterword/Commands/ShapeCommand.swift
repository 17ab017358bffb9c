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
            abstract: "Name the shape that fits a file, or propose one.",
            discussion: """
                A proposal goes by the usual names of fields. It lists what it could not place, \
                and guesses nothing silently. Without a product, or without text and rating, there \
                is none: exit 2 with the reason.
                """)

        @Argument(help: "A review file.")
        var file: String
        @OptionGroup var output: OutputOptions

        func run() throws {
            switch try detectShape(ofFile: file) {
            case .builtIn(let shape):
                if output.json {
                    return Terminal.write(json: [
                        .row(["shape": .string(shape.name), "is_built_in": .bool(true)])
                    ])
                }
                print("\(shape.name) (built in): 'run' finds it by itself")
            case .proposal(let proposal):
                if output.json { return Terminal.write(json: [proposal.document]) }
                print(proposal.document.canonical)
                for field in proposal.unplaced {
                    Terminal.writeError("not placed: \(printable(field))")
                }
                for remark in proposal.remarks { Terminal.writeError("look at: \(remark)") }
                Terminal.writeError("Look it over, write it to a file, and: run --shape FILE")
            }
        }
    }
}

/// The built-in shape of that name, or the shape in the file of that name.
///
/// - Throws: `InputFault` when neither exists or the file is not a valid shape.
func namedShape(_ name: String) throws -> Shape {
    if let builtIn = Shape.builtIn.first(where: { $0.name == name }) { return builtIn }
    do {
        try requireRegularFile(at: name, name: name)
    } catch InputFault.noSuchDump {
        let hint = nearest(to: name, among: Shape.builtIn.map(\.name))
        throw InputFault.noSuchShape(name, nearest: hint)
    }
    guard let data = FileManager.default.contents(atPath: name) else {
        throw InputFault.unreadableFile(name, reason: systemReason(errno))
    }
    do throws(ShapeFault) {
        return try Shape(parsing: Array(data)).withZones()
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
