/// The characters of a language without spaces that decide the class of a danger near them, under
/// the names that `Cue` has for words.
struct UnspacedCues: Sendable {
    private var negations: [String] = []
    private var denies: [String] = []
    /// Single characters that end a clause, beside commas and line feeds.
    private var ends: Set<Character> = []
    private var prevents: [String] = []
    private var follows: [String] = []
    private var problem: [String] = []
    private var may: [String] = []

    init() {}

    /// The cues of a language's file.
    init(_ file: DataSections) {
        func phrases(_ name: String) -> [String] { file["around hazards", name]?.phrases ?? [] }
        negations = file["language", "negations"]?.words ?? []
        (denies, ends) = (phrases("denies"), Set(phrases("ends").flatMap { $0 }))
        (prevents, follows) = (phrases("prevents"), phrases("follows"))
        (problem, may) = (phrases("problem"), phrases("may"))
    }

    /// The class of a mention. A negation denies what stands before it, up to a comma or the verb
    /// form that links clauses; a negated problem word ("心配ない") denies everything before it in
    /// the sentence.
    func dangerClass(
        _ sense: Lexicon.Sense, _ range: Range<Int>, _ sentence: Range<Int>, _ bytes: [UInt8]
    ) -> DangerClass {
        func string(_ range: Range<Int>) -> String {
            String(decoding: bytes[range], as: UTF8.self)
        }
        let after = string(range.upperBound..<max(range.upperBound, sentence.upperBound))
        let before = string(min(sentence.lowerBound, range.lowerBound)..<range.lowerBound)
        if prevents.contains(where: before.hasSuffix) || follows.contains(where: after.hasPrefix) {
            return .unlikely
        }
        for calm in problem {
            guard let place = after.firstRange(of: calm) else { continue }
            if negations.contains(where: after[place.upperBound...].prefix(8).contains) {
                return .unlikely
            }
        }
        let clause = after.prefix { !"、，,\n".contains($0) && !ends.contains($0) }.prefix(12)
        if (negations + denies).contains(where: clause.contains) { return .unlikely }
        return sense == .said || may.contains(where: clause.contains) ? .said : .happened
    }
}
