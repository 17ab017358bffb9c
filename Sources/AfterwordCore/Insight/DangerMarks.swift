/// The dangers that a review mentions: for each hazard of a lexicon the class of its strongest
/// mention, in two bits.
package struct DangerMarks: Hashable, Sendable {
    package let bits: UInt32

    /// The most hazards that a lexicon may have.
    package static let limit = 16

    package init(bits: UInt32 = 0) { self.bits = bits }

    /// - Precondition: Each hazard is below `limit`.
    package init(_ mentions: [HazardMention]) {
        var bits: UInt32 = 0
        for mention in mentions {
            precondition(mention.hazard < Self.limit, "a hazard has its bits")
            let shift = UInt32(mention.hazard * 2)
            if Self.code(mention.dangerClass) > bits >> shift & 3 {
                bits &= ~(3 << shift)
                bits |= Self.code(mention.dangerClass) << shift
            }
        }
        self.bits = bits
    }

    package var isEmpty: Bool { bits == 0 }

    /// The strongest class with which a hazard is mentioned; nil where it is not.
    package func dangerClass(ofHazard place: Int) -> DangerClass? {
        switch bits >> UInt32(place * 2) & 3 {
        case 3: .happened
        case 2: .said
        case 1: .unlikely
        default: nil
        }
    }

    /// The hazards of a review without a verdict, with their classes, as `dangers` lists them:
    /// `dangerous`, which names no kind, is left out beside another hazard that leads.
    package func listed(by lexicon: Lexicon) -> [(hazard: Int, dangerClass: DangerClass)] {
        if isEmpty { return [] }
        let all = lexicon.hazards.indices.compactMap { place in
            dangerClass(ofHazard: place).map { (hazard: place, dangerClass: $0) }
        }
        let isNamed = all.contains {
            $0.dangerClass.leads && lexicon.hazards[$0.hazard] != Lexicon.unspecified
        }
        return isNamed
            ? all.filter { lexicon.hazards[$0.hazard] != Lexicon.unspecified } : all
    }

    private static func code(_ own: DangerClass) -> UInt32 {
        switch own {
        case .happened: 3
        case .said: 2
        case .unlikely: 1
        }
    }
}
