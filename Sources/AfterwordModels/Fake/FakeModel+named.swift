import AfterwordCore

extension FakeModel {
    /// Why a name stands for no simulated model.
    package enum NameFault: Error, Equatable, Sendable {
        case unknownBehaviour(String)
        case noSeed(String)
    }

    /// Whether a name stands for a simulated model.
    package static func isName(_ name: String) -> Bool { ModelFacts.isSimulated(name) }

    /// The simulated model of a name: `fake`, `fake:BEHAVIOUR` or `fake:BEHAVIOUR:SEED`. Nil for
    /// the name of another model.
    ///
    /// - Throws: `NameFault`.
    package init?(named name: String) throws(NameFault) {
        guard Self.isName(name) else { return nil }
        let parts = name.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        var behaviour = Behaviour.honest
        if parts.count > 1 {
            guard let known = Behaviour(rawValue: parts[1]) else {
                throw .unknownBehaviour(parts[1])
            }
            behaviour = known
        }
        guard parts.count > 2 else {
            self.init(behaviour)
            return
        }
        guard parts.count == 3, let seed = UInt64(parts[2]) else {
            throw .noSeed(parts.dropFirst(2).joined(separator: ":"))
        }
        self.init(behaviour, seed: seed)
    }
}
