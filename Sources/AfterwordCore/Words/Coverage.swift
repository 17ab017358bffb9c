extension ReviewValues {
    /// Whether its texts could not be read for themes and dangers: the language is unknown, nothing
    /// was found, and either there are at least six words or most letters are outside the Latin
    /// script.
    package func isUnread(_ reading: ReviewReading) -> Bool {
        AfterwordCore.isUnread(
            (title, body), reading,
            wordCount: [title, body].compactMap { $0 }.reduce(0) { $0 + words(of: $1).count })
    }
}

/// As `ReviewValues.isUnread`, of texts whose words are counted.
func isUnread(
    _ texts: (title: Text?, body: Text?), _ reading: ReviewReading,
    wordCount: @autoclosure () -> Int
) -> Bool {
    guard reading.language == .unknown, reading.mentions.isEmpty, reading.hazards.isEmpty else {
        return false
    }
    if wordCount() >= 6 { return true }
    var (latin, others) = (0, 0)
    for text in [texts.title, texts.body] {
        for scalar in text?.string.unicodeScalars ?? "".unicodeScalars where scalar.isLetter {
            // Latin letters end with U+024F.
            if scalar.value > 0x24F { others += 1 } else { latin += 1 }
        }
    }
    return others > latin
}

extension Unicode.Scalar {
    /// As `properties.isAlphabetic`, which looks each scalar up in a table.
    fileprivate var isLetter: Bool {
        switch value {
        case 0x41...0x5A, 0x61...0x7A: true
        case ..<0x80: false
        default: properties.isAlphabetic
        }
    }
}

/// What an answer about a dump covers; without it, "no dangers found" would mean nothing.
package struct Coverage: Equatable, Sendable {
    /// The dump that the answer is about.
    package var dump: LoadedDump
    /// The products in the store, and how many of them the dump names; the latter is nil where that
    /// is no longer stored.
    package var knownProducts: Int64
    package var namedProducts: Int64?
    /// When the product that has been missing longest was last in a dump; nil where none is missing
    /// or that is no longer stored.
    package var missingSince: Instant?
    /// Live reviews that the dump does not contain; they are kept.
    package var absentReviews: Int64
    /// Whether `absentReviews` is a lower bound, because only reviews of missing products are
    /// counted.
    package var isAbsenceAtLeast = false
    /// New reviews in languages that are not read for themes and dangers.
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

    /// Whether the dump names every known product, contains every live review, and every new review
    /// could be read.
    package var isWhole: Bool {
        namedProducts != nil && missingProducts == 0 && absentReviews == 0 && unreadReviews == 0
    }

    /// The coverage as sentences: `The dump of 2026-03-09 names 2 of 3 known products.`, then what
    /// is not covered.
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
