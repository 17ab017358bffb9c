extension Shape {
    /// The shapes that are part of the program: those of the data folder `shapes`, in the order of
    /// `files.h`.
    package static let builtIn: [Shape] = EmbeddedFile.names(in: "shapes").map { name in
        do throws(ShapeFault) {
            return try Shape(parsing: EmbeddedFile(name).lend { Array($0) })
        } catch {
            preconditionFailure("the built-in shape \(name) is broken: \(error.description)")
        }
    }

    /// The built-in shape of that name. A name that none has is a mistake in the program and stops
    /// it.
    package static func builtIn(_ name: String) -> Shape {
        guard let shape = builtIn.first(where: { $0.name == name }) else {
            preconditionFailure("no built-in shape is named \(name)")
        }
        return shape
    }
}
