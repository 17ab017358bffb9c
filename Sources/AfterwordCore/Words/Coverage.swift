extension ReviewValues {
    /// Whether its texts are in a language that is not read for themes and dangers, or in one that is
    /// not recognised though there are words enough.
    package func isUnread(_ reading: ReviewReading) -> Bool {
        guard reading.language == .unknown, reading.mentions.isEmpty, reading.hazards.isEmpty else {
            return false
        }
        let texts = [title, body].compactMap { $0 }
        if texts.reduce(0, { $0 + words(of: $1).count }) >= 6 { return true }
        let letters = texts.flatMap { $0.string.unicodeScalars }.filter(\.properties.isAlphabetic)
        // Beyond Latin letters.
        return letters.count { $0.value > 0x24F } * 2 > letters.count
    }
}

/// What an answer about a dump covers: an all-clear without it says nothing.
package struct Coverage: Equatable, Sendable {
    /// The dump it is about.
    package var dump: LoadedDump
    /// Products that the store knows, and of them those that the dump names; nil where that is not
    /// known any more.
    package var knownProducts: Int64
    package var namedProducts: Int64?
    /// When the product that is missing longest was last in a dump; nil where none is missing, or
    /// where that is not known any more.
    package var missingSince: Instant?
    /// Live reviews that the dump does not show; they are kept.
    package var absentReviews: Int64
    /// There may be more of them: only those of products that are missing are counted.
    package var isAbsenceAtLeast = false
    /// Reviews that came in languages that are not read for themes and dangers.
    package var unreadReviews: Int64

    package init(
        dump: LoadedDump, knownProducts: Int64, namedProducts: Int64?, missingSince: Instant?,
        absentReviews: Int64, unreadReviews: Int64
    ) {
        self.dump = dump
        self.knownProducts = knownProducts
        self.namedProducts = namedProducts
        self.missingSince = missingSince
        self.absentReviews = absentReviews
        self.unreadReviews = unreadReviews
    }

    package var missingProducts: Int64 {
        namedProducts.map { max(0, knownProducts - $0) } ?? 0
    }

    /// Everything known was looked at.
    package var isWhole: Bool {
        namedProducts != nil && missingProducts == 0 && absentReviews == 0 && unreadReviews == 0
    }

    /// In sentences: `The dump of 2026-03-09 names 2 of 3 known products.` and what is left out.
    package var sentences: [String] {
        let name = "The dump \(dump.label.map { "\($0) " } ?? "")of \(dump.day)"
        let known = several(knownProducts, "known product")
        var sentences = [
            namedProducts.map { "\(name) names \(grouped($0)) of \(known)." }
                ?? "\(name): which of \(known) it named is not kept."
        ]
        if missingProducts > 0 {
            sentences.append(
                "\(several(missingProducts, "product")) \(missingProducts == 1 ? "is" : "are") not in it"
                    + (missingSince.map {
                        missingProducts == 1
                            ? ", last seen \($0.day)" : ", the longest missing last seen \($0.day)"
                    } ?? "") + ".")
        }
        if absentReviews > 0 {
            sentences.append(
                (isAbsenceAtLeast ? "At least " : "")
                    + "\(several(absentReviews, "review")) of earlier dumps "
                    + "\(absentReviews == 1 ? "is" : "are") not in it and kept.")
        }
        if unreadReviews > 0 {
            sentences.append(
                "\(several(unreadReviews, "review")) that came "
                    + "\(unreadReviews == 1 ? "is" : "are") in languages that are not read "
                    + "for themes and dangers.")
        }
        return sentences
    }
}
