/// A share by which models are compared.
package enum ComparedShare: String, CaseIterable, Sendable {
    /// Scopes with an answer that can be used.
    case answered
    /// Cited quotes that are found where they are said to be.
    case grounded
    /// The program's leading themes that the answer names and proves.
    case themes

    /// What of one scope's answer counts; nil stands for no usable answer.
    func proportion(_ score: AnswerScore?) -> Proportion {
        switch self {
        case .answered: Proportion(score == nil ? 0 : 1, of: 1)
        case .grounded: score?.claims ?? Proportion(0, of: 0)
        case .themes: score?.themes ?? Proportion(0, of: 0)
        }
    }
}

/// What two models made of the same scopes, and whether the second is worse.
package struct ModelComparison: Sendable {
    /// The scores of one scope; nil where there is no usable answer.
    package struct Entry: Equatable, Sendable {
        package var scope: ReviewScope
        package var a: AnswerScore?
        package var b: AnswerScore?

        package init(scope: ReviewScope, a: AnswerScore?, b: AnswerScore?) {
            self.scope = scope
            self.a = a
            self.b = b
        }
    }

    /// One share of both models.
    package struct Finding: Equatable, Sendable {
        package var share: ComparedShare
        /// Over all scopes, in millionths, with 95 % intervals; nil where nothing was counted.
        package var a: Share?
        package var b: Share?
        package var difference: Share?
        /// The chance that B falls short this much although it is equal: of this test, and raised
        /// for the number of tests. In millionths.
        package var chance: Int64
        package var jointChance: Int64

        package var isWorse: Bool { jointChance <= ModelComparison.alpha }
    }

    /// Why the gate is shut.
    package enum Fault: Equatable, Sendable {
        /// B falls short of A, with this joint chance in millionths.
        case worse(ComparedShare, chance: Int64)
        /// B's grounded share in millionths, 0 where it makes no claims, below the bar.
        case belowBar(Int64, bar: Int64)
        /// A answered too few scopes for a difference to be found.
        case tooFewScopes(Int, least: Int)
        /// The share in millionths of A's answered scopes that B answered too, below the bar.
        case unanswered(Int64, bar: Int64)
    }

    /// The chance of a false alarm over all shares together, in millionths.
    package static let alpha: Int64 = 10_000
    /// The fewest scopes with which the gate can be shut by any of its tests.
    package static let fewestScopes = PairedShares.fewestScopes(
        toReach: alpha / Int64(ComparedShare.allCases.count))
    /// The share of A's answered scopes that B must answer, in millionths.
    package static let leastAnswered: Int64 = 900_000

    package let entries: [Entry]

    package init(_ entries: [Entry]) { self.entries = entries }

    /// One finding a share, in the order of `ComparedShare`.
    package var findings: [Finding] {
        let paired = ComparedShare.allCases.map(paired)
        let chances = paired.map(\.chanceOfShortfall)
        let joint = jointChances(chances)
        return ComparedShare.allCases.indices.map { index in
            let shares = paired[index].shares
            return Finding(
                share: ComparedShare.allCases[index], a: shares?.a, b: shares?.b,
                difference: shares?.difference, chance: chances[index], jointChance: joint[index])
        }
    }

    /// The shares in which B is worse than A beyond chance.
    package var worse: [(share: ComparedShare, chance: Int64)] {
        let joint = jointChances(ComparedShare.allCases.map { paired($0).chanceOfShortfall })
        return zip(ComparedShare.allCases, joint).filter { $0.1 <= Self.alpha }
            .map { (share: $0.0, chance: $0.1) }
    }

    private func paired(_ share: ComparedShare) -> PairedShares {
        PairedShares(
            entries.map { .init(a: share.proportion($0.a), b: share.proportion($0.b)) })
    }

    /// The aspects that both models name, of those that one of them names, over the scopes that
    /// both answered.
    package var commonAspects: Proportion {
        var common = Proportion(0, of: 0)
        for case (let a?, let b?) in entries.map({ ($0.a, $0.b) }) {
            common.part += Int64(a.aspects.intersection(b.aspects).count)
            common.whole += Int64(a.aspects.union(b.aspects).count)
        }
        return common
    }

    /// Why the gate is shut; empty where it is open.
    ///
    /// - Parameters:
    ///   - leastGrounded: The bar for B's grounded share, in millionths.
    ///   - leastScopes: How many scopes A must have answered: against no answer none falls short.
    ///   - leastAnswered: The bar for the share of those scopes that B answered, in millionths.
    package func faults(
        leastGrounded: Int64 = 0, leastScopes: Int = fewestScopes,
        leastAnswered: Int64 = leastAnswered
    ) -> [Fault] {
        var faults: [Fault] = []
        let scopes = entries.count { $0.a != nil }
        if scopes < leastScopes { faults.append(.tooFewScopes(scopes, least: leastScopes)) }
        let both = entries.count { $0.a != nil && $0.b != nil }
        // Rounded down, as below.
        let answered = scopes == 0 ? 1_000_000 : Int64(both) * 1_000_000 / Int64(scopes)
        if answered < leastAnswered {
            faults.append(.unanswered(answered, bar: leastAnswered))
        }
        faults += worse.map { .worse($0.share, chance: $0.chance) }
        let claims = entries.reduce(into: Proportion(0, of: 0)) { sum, entry in
            sum.part += entry.b?.claims.part ?? 0
            sum.whole += entry.b?.claims.whole ?? 0
        }
        // Rounded down: a share just below the bar is below it.
        let grounded = claims.whole == 0 ? 0 : claims.part * 1_000_000 / claims.whole
        if grounded < leastGrounded { faults.append(.belowBar(grounded, bar: leastGrounded)) }
        return faults
    }
}
