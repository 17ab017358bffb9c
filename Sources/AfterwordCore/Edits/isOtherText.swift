/// Whether two reviews say other things: too little of the shorter text is in the other one for an
/// edit, even of one author. False where either says little.
package func isOtherText(_ old: ReviewValues, _ new: ReviewValues) -> Bool {
    let (own, other) = (
        SimilarText([old.title, old.body]), SimilarText([new.title, new.body])
    )
    let likeness = compareTexts(own, other)
    return likeness.letterCount >= 8 && likeness.words < 600_000
}
