import AfterwordCore

/// Refuses a run that takes a field from most of the known reviews that a file, or the dump, names,
/// or under whose ids stand other reviews.
///
/// - Throws: `InputFault.losesField`, `.otherReviews`.
func checkUpdates(_ context: LoadContext) throws {
    guard context.options.hasGuards, !context.options.acceptsDrift else { return }
    let (losses, files) = (context.totals.losses, context.dumpIndex.files)
    let updated = files.reduce(0) { $0 + $1.record.balance.updated }
    if losses.others >= fewestOthers, losses.others * 2 > updated {
        throw InputFault.otherReviews(count: losses.others, changed: updated)
    }
    let known = files.map { $0.record.balance.updated + $0.record.balance.unchanged }
    for field in TrackedField.inOrder {
        let lost = files.indices.map { index in
            losses.lost[UpdateLosses.Place(file: Int32(index), field: field)] ?? 0
        }
        let all = (lost: lost.reduce(0, +), known: known.reduce(0, +))
        let parts = zip(lost, known).map { (lost: $0, known: $1) }
        guard
            let worst = ([all] + parts).first(where: {
                $0.lost >= field.fewestLost && $0.lost * 2 > $0.known
            })
        else { continue }
        throw InputFault.losesField(
            field: field.name, lost: worst.lost, known: worst.known,
            context.dumpIndex.missing.first { $0.field == field.name })
    }
}

extension TrackedField {
    /// Fewer reviews may well lose it by edits: a source blots out authors and variants.
    fileprivate var fewestLost: Int64 {
        switch self {
        case .rating, .title, .body: 3
        default: 10
        }
    }
}

/// Fewer reviews of other authors may be corrections of the source.
private let fewestOthers: Int64 = 5
