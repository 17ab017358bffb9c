/// The lists of reviews that answers begin with, so that no answer walks through all marks.
///
/// A version stands in a list where its own marks belong to it, and where those of the version
/// before it did: then it is the end of the review's time in the list.
package enum ReviewList: Hashable, Sendable {
    /// Mentions of dangers, of any class.
    case dangers
    /// One or two stars.
    case negatives
    /// A text in a language that the reader does not read.
    case unread
    /// Up to three stars, or none, and no complaint that the reader knows.
    case quiet
    /// Of all reviews that are not quiet one in `sampleStep`, by number.
    case sample
    /// What the versions of a run in the first three lists replaced: marks of the versions before
    /// them without their distinct keys, under the run of the later ones.
    case replaced
    /// The versions in the first three lists that are the first of their review, of all runs but
    /// the first.
    case added
    /// Complaints about an aspect, whatever the stars.
    case complaints(aspect: Int)
    /// Praise of an aspect, whatever the stars.
    case praise(aspect: Int)

    package static let sampleStep: UInt32 = 32

    /// All lists that a lexicon may have.
    package static let all = (Int64(0)..<192).compactMap { ReviewList(number: $0) }

    /// The number by which stores keep it.
    package var number: Int64 {
        switch self {
        case .dangers: 1
        case .negatives: 2
        case .unread: 3
        case .quiet: 4
        case .sample: 5
        case .replaced: 6
        case .added: 7
        case .complaints(let aspect): 64 + Int64(aspect)
        case .praise(let aspect): 128 + Int64(aspect)
        }
    }

    /// Nil for a number that is no list's.
    package init?(number: Int64) {
        switch number {
        case 1: self = .dangers
        case 2: self = .negatives
        case 3: self = .unread
        case 4: self = .quiet
        case 5: self = .sample
        case 6: self = .replaced
        case 7: self = .added
        case 64..<128: self = .complaints(aspect: Int(number - 64))
        case 128..<192: self = .praise(aspect: Int(number - 128))
        default: return nil
        }
    }

    /// The lists of what an inbox shows or counts.
    package static let ofInbox = [ReviewList.dangers, .negatives, .unread]

    /// Whether a version belongs to the list by its own marks.
    package func holds(_ marks: ReadingMarks) -> Bool {
        guard marks.isLive else { return false }
        return switch self {
        case .dangers: !marks.dangers.isEmpty
        case .negatives: marks.star.map { $0 <= 2 } ?? false
        case .unread: marks.hasText && !marks.isReadable
        case .quiet: marks.isQuiet
        case .sample: !marks.isQuiet && marks.number % Self.sampleStep == 0
        case .replaced, .added: false
        case .complaints(let aspect): marks.complaints.contains(aspect)
        case .praise(let aspect): marks.praises.contains(aspect)
        }
    }
}

extension ReadingMarks {
    fileprivate var isQuiet: Bool { (star ?? 0) < 4 && complaints.isEmpty }

    /// Passes each list that the version stands in to `body`, once, with the marks to list.
    ///
    /// - Parameter previous: The marks of the version before it.
    package func forEachList(
        after previous: ReadingMarks?, _ body: (ReviewList, ReadingMarks) -> Void
    ) {
        func stands(in list: ReviewList) -> Bool {
            list.holds(self) || previous.map(list.holds) ?? false
        }
        var isOfInbox = false
        for list in ReviewList.ofInbox where stands(in: list) {
            isOfInbox = true
            body(list, self)
        }
        if isOfInbox {
            if var previous {
                previous.key = .none
                body(.replaced, previous)
            } else if run > 1 {
                body(.added, self)
            }
        }
        for list in [ReviewList.quiet, .sample] where stands(in: list) { body(list, self) }
        var (complaints, praises) = (complaints, praises)
        if let previous {
            complaints.formUnion(previous.complaints)
            praises.formUnion(previous.praises)
        }
        complaints.forEach { body(.complaints(aspect: $0), self) }
        praises.forEach { body(.praise(aspect: $0), self) }
    }
}

/// A version in a list, with its product.
package struct ListedMarks: Equatable, Sendable {
    package var product: Int64
    package var marks: ReadingMarks

    package init(product: Int64, marks: ReadingMarks) {
        (self.product, self.marks) = (product, marks)
    }
}

extension ListedMarks {
    /// A number that differs where anything of it does, but for chance: sums of them tell whether
    /// two lists have the same versions.
    package var mixed: UInt64 {
        var bytes: [UInt8] = []
        marks.append(to: &bytes)
        var mixed = UInt64(bitPattern: product)
        bytes.lend { bytes in
            for start in stride(from: 0, to: bytes.count, by: 8) {
                mixed = (mixed ^ bytes.word(at: start)) &* 0x9E37_79B9_7F4A_7C15
                mixed ^= mixed >> 29
            }
        }
        return mixed
    }
}

/// Part of what a run adds to a list: for each version the key of its product (8 bytes, the lowest
/// first) and its marks, in any order.
package struct ListedVersions: Equatable, Sendable {
    package private(set) var bytes: [UInt8] = []

    /// The most versions of a part: about a mebibyte.
    package static let limit = 1 << 14

    private static let size = 8 + ReadingMarks.byteCount

    package init() {}

    /// Nil where the bytes are not what this program writes.
    package init?(bytes: [UInt8]) {
        guard bytes.count % Self.size == 0 else { return nil }
        let isWhole = bytes.lend { bytes in
            stride(from: 8, to: bytes.count, by: Self.size).allSatisfy {
                ReadingMarks(bytes, at: $0) != nil
            }
        }
        guard isWhole else { return nil }
        self.bytes = bytes
    }

    package var isEmpty: Bool { bytes.isEmpty }
    package var count: Int { bytes.count / Self.size }

    package mutating func append(_ own: ListedMarks) {
        for place in 0..<UInt64(8) {
            bytes.append(
                UInt8(truncatingIfNeeded: UInt64(bitPattern: own.product) >> (place * 8)))
        }
        own.marks.append(to: &bytes)
    }

    package func forEach(_ body: (ListedMarks) -> Void) {
        bytes.lend { bytes in
            for start in stride(from: 0, to: bytes.count, by: Self.size) {
                guard let marks = ReadingMarks(bytes, at: start + 8) else {
                    preconditionFailure("marks are checked when they are made")
                }
                body(
                    ListedMarks(product: Int64(bitPattern: bytes.word(at: start)), marks: marks))
            }
        }
    }
}

/// The versions of a list up to a run.
package struct ListHistory: Sendable {
    private var all: [ListedMarks] = []

    package init() {}

    package mutating func append(_ part: ListedVersions) {
        all.reserveCapacity(all.count + part.count)
        part.forEach { all.append($0) }
    }

    /// The reviews whose last version belongs to the list, in order of their products' keys and
    /// their numbers.
    package mutating func last(in list: ReviewList) -> [ListedMarks] {
        sort()
        var last: [ListedMarks] = []
        last.reserveCapacity(all.count)
        for (place, own) in all.enumerated() where list.holds(own.marks) {
            if place + 1 < all.count, all[place + 1].isSameReview(as: own) { continue }
            last.append(own)
        }
        return last
    }

    /// The reviews with a version whose run is wanted: products' keys and numbers.
    package func reviews(
        ofRuns isWanted: (Int64) -> Bool
    ) -> [(product: Int64, number: UInt32)] {
        all.filter { isWanted($0.marks.run) }.map { ($0.product, $0.marks.number) }
    }

    private mutating func sort() {
        func isBefore(_ left: ListedMarks, _ right: ListedMarks) -> Bool {
            left.product != right.product
                ? left.product < right.product : left.marks.place < right.marks.place
        }
        let isSorted = zip(all, all.dropFirst()).allSatisfy { !isBefore($1, $0) }
        if !isSorted { all.sort(by: isBefore) }
    }
}

extension ListedMarks {
    fileprivate func isSameReview(as other: ListedMarks) -> Bool {
        product == other.product && marks.number == other.marks.number
    }
}
