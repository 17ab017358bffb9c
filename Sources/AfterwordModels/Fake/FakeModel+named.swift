extension FakeModel {
    /// Why a name stands for no simulated model.
    package enum NameFault: Error, Equatable, Sendable {
        case unknownBehaviour(String)
        case noSeed(String)
    }

    /// The simulated model of a name: `fake`, `fake:BEHAVIOUR` or `fake:BEHAVIOUR:SEED`. Nil for
    /// the name of another model.
    ///
    /// - Throws: `NameFault`.
    package init?(named name: String) throws(NameFault) {
        let parts = name.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts[0] == "fake" else { return nil }
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
