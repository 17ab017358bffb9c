/// The role of each scalar in a text that the frozen reader reads, and how its letter is folded.
///
/// Both are data (`reader2/letters.txt`) and no property of a version of Unicode, so that a text is
/// read alike on every machine. Scalars without a role are gaps.
struct LetterRoles: Sendable {
    /// What a scalar does between and in words.
    enum Role: UInt8, Sendable {
        case gap
        /// A letter or digit of a script with spaces.
        case letter
        /// A letter of a script without spaces.
        case unspaced
        /// Left out of the word that it stands in.
        case joining
        /// Ends a sentence.
        case end
        /// Ends a clause.
        case clauseEnd
    }

    /// A scalar with its role.
    struct Entry: Sendable {
        var role = Role.gap
        /// Its folded letters, at most two, as scalars; 0 where there is none.
        var folded: (UInt32, UInt32) = (0, 0)
        /// The letter in lower case; 0 where there is none.
        var lower: UInt32 = 0
    }

    /// The roles of the scalars from 0 on.
    private var roles: [Role]
    /// The scalars from 0 on.
    private var first: [Entry]
    /// The ranges behind them.
    private var ranges: [(range: ClosedRange<UInt32>, role: Role)] = []

    private static let firstCount = 0x2100
    private static let roleCount: UInt32 = 0x1_0000

    /// - Parameter file: `reader2/letters.txt`.
    init(_ file: DataSections) {
        first = Array(repeating: Entry(), count: Self.firstCount)
        roles = []
        for value: UInt32 in 0x30..<0x80 {
            let lower = 0x41...0x5A ~= value ? value + 32 : value
            guard 0x30...0x39 ~= lower || 0x61...0x7A ~= lower else { continue }
            first[Int(value)] = Entry(role: .letter, folded: (lower, 0), lower: lower)
        }
        for value in file.values(in: "letters") {
            let scalars = value.words.map { $0.unicodeScalars.map(\.value) }
            let (folded, lower) = (scalars[0], scalars[1][0])
            first[Int(scalarNumber(value.key))] = Entry(
                role: .letter, folded: (folded[0], folded.count > 1 ? folded[1] : 0), lower: lower)
        }
        let named: [(String, Role)] = [
            ("joining", .joining), ("ends", .end), ("breaks", .clauseEnd),
            ("unspaced", .unspaced), ("own", .letter),
        ]
        for (name, role) in named {
            for range in file["roles", name]?.words ?? [] { add(range, role) }
        }
        roles = (0..<Self.roleCount).map { self[$0].role }
    }

    /// A scalar's role.
    @inline(__always)
    func role(of scalar: UInt32) -> Role {
        scalar < Self.roleCount ? roles[Int(scalar)] : behind(scalar).role
    }

    /// A scalar's role and letters.
    @inline(__always)
    subscript(scalar: UInt32) -> Entry {
        scalar < Self.firstCount ? first[Int(scalar)] : behind(scalar)
    }

    private func behind(_ scalar: UInt32) -> Entry {
        for (range, role) in ranges where range.contains(scalar) {
            return Entry(role: role, folded: (scalar, 0), lower: scalar)
        }
        return Entry()
    }

    private mutating func add(_ written: String, _ role: Role) {
        let ends = written.split(separator: "-").map { scalarNumber(String($0)) }
        let range = ends[0]...ends[ends.count - 1]
        ranges.append((range, role))
        for scalar in range where scalar < Self.firstCount {
            let isLetter = role == .letter || role == .unspaced
            first[Int(scalar)] = Entry(
                role: role, folded: (isLetter ? scalar : 0, 0), lower: isLetter ? scalar : 0)
        }
    }
}

/// A number of a data file, written in base 16.
func scalarNumber(_ written: String) -> UInt32 {
    guard let number = UInt32(written, radix: 16) else {
        preconditionFailure("no number in base 16: \(written)")
    }
    return number
}
