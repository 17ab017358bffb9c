import AfterwordCore
import AfterwordPipeline

/// Number of changed products listed in a report.
private let shownChanges = 10

/// Prints the report of a load.
func show(_ report: LoadReport, isRehearsal: Bool) {
    let run = report.run
    let title = isRehearsal ? "Plan of run \(run.run)" : "Run \(run.run)"
    say(
        Terminal.bold("\(title): \(printable(report.dump))")
            + ", observed \(run.observedAt) (\(origin(run.observedOrigin)))"
            + (run.dumpLabel.map { ", dump \(printable($0.string))" } ?? ""))
    if let date = report.ambiguousDate, run.observedOrigin != .given {
        say(
            "\(printable(date)) in its name is not used: day and month may be either way round. "
                + "Name it YYYY-MM-DD, or give --observed-at.")
    }
    let balance = run.balance
    say(
        "\(several(balance.found, "review")) in \(several(run.productsNamed, "product")): "
            + balance.parts.dropFirst().filter { $0.value > 0 || $0.key == "rejected" }
            .map { "\(grouped($0.value)) \($0.key)" }.joined(separator: ", ")
            + (run.deleted > 0 ? "; \(grouped(run.deleted)) deleted" : "") + ".")
    showRemarks(report)
    showDetected(report)
    showLinks(report)
    if report.olderProducts > 0 {
        say(
            "Older than what is loaded for \(several(report.olderProducts, "product")) of it: "
                + "nothing of them is updated, deleted or brought back.")
    }
    if balance.rejected > 0 {
        if isRehearsal {
            show(report.rejects, of: balance.rejected)
        } else {
            print("See 'afterword rejects list' for what could not be read.")
        }
    }
    if !report.ignored.isEmpty {
        say(
            "Ignored: "
                + report.ignored.prefix(5).map(printable).joined(separator: ", ")
                + (report.ignored.count > 5 ? " and \(report.ignored.count - 5) more" : ""))
    }
    if let comparison = report.comparison, isRehearsal || comparison.isUnlike {
        show(comparison)
    }
    showChanges(report)
    print("")
}

/// Prints the reviews that were found to be one, and those that may be.
private func showLinks(_ report: LoadReport) {
    let links = report.links
    if links.edited > 0 {
        print(
            "\(several(links.edited, "edited review")) found again by similar text "
                + "(review_links).")
    }
    if links.moved > 0 {
        print(
            "\(several(links.moved, "review")) moved to another product: neither new nor gone.")
    }
    guard links.possibleEdits > 0 else { return }
    print(
        "\(several(links.possibleEdits, "new review")) may be edits of reviews that this dump "
            + "does not name (possible_edit): counted as new. If the dump holds all reviews of "
            + "its products, load it with --complete products.")
}

/// Prints what was read in another way than written, left out, or not read.
private func showRemarks(_ report: LoadReport) {
    let tolerated = report.files.reduce(0) { $0 + $1.nonstandardLiterals }
    if tolerated > 0 {
        print("\(grouped(tolerated)) bare NaN or Infinity read as absent (nonstandard_literal).")
    }
    for file in report.emptyPages.prefix(shownFields) {
        say("\(printable(file)) is an object without its list of reviews: a dump with none.")
    }
    let leftOut = report.files.reduce(0) { $0 + $1.leftOut }
    if leftOut > 0 {
        say("\(several(leftOut, "record")) left out by the shape (\"where\", \"deleted_when\").")
    }
    if report.run.outOfWindow > 0 {
        say(
            "\(several(report.run.outOfWindow, "absent review")) kept: the dump is capped and does "
                + "not reach them (out_of_window).")
    }
    for shape in report.staleShapes {
        say(
            "Reviews from before run \(shape.staleSince ?? 0) were read by an older version of the "
                + "shape \(printable(shape.name)): 'afterword reclean' reads them again.")
    }
    for shape in report.otherShapes {
        say(
            "Reviews of these products were read by another shape, \(printable(shape.name)), and "
                + "their records came again in the same bytes: nothing of them is read anew. If "
                + "this shape replaces that one, give it the name \(printable(shape.name)) and a "
                + "higher version, and: reclean --shape FILE")
    }
    if report.estimated > 0 {
        say(
            "created_at: \(several(report.estimated, "relative date")), estimated by the time of "
                + "the dump when the review is first seen.")
    }
    show(report.unread, report.missing)
}

/// Prints where the first rejects of a plan lie, and why they are none: a plan stores nothing.
private func show(_ rejects: [RejectRow], of count: Int64) {
    var table = Table(["file": .left, "at byte": .right, "reason": .left, "field": .left])
    for row in rejects {
        table.add([
            printable(row.file), grouped(row.offset), row.reason.rawValue, printable(row.field),
        ])
    }
    table.show()
    if count > Int64(rejects.count) { print("… and \(grouped(count - Int64(rejects.count))) more") }
}

/// Number of fields listed as unread or missing, each.
private let shownFields = 8

/// Why a field's values cannot be read, with counts where there are several reasons.
func reasons(of field: UnreadField) -> String {
    if field.reasons.count == 1 { return field.reasons[0].reason.rawValue }
    return field.reasons.map { "\(grouped($0.count)) \($0.reason.rawValue)" }
        .joined(separator: ", ")
}

/// Prints which fields some records hold and cannot be read, and which no record holds.
private func show(_ unread: [UnreadField], _ missing: [MissingField]) {
    for field in unread.prefix(shownFields) {
        say(
            "\(field.field): \(grouped(field.count)) unreadable (\(reasons(of: field))), "
                + "the first in the record at byte \(grouped(field.firstOffset)) of "
                + "\(printable(field.file)). The reviews are read without it.")
    }
    if unread.count > shownFields { print("… and \(unread.count - shownFields) more fields") }
    for field in missing.prefix(shownFields) {
        say(
            "\(field.field): \"\(printable(field.source))\" found in 0 of "
                + "\(several(field.records, "record")) of \(printable(field.file))"
                + (field.nearest.map { "; they have \"\(printable($0))\"" }
                    ?? (field.unmapped.isEmpty
                        ? ""
                        : "; not mapped: "
                            + field.unmapped.map(printable).joined(separator: ", ")))
                + ".")
    }
    if missing.count > shownFields { print("… and \(missing.count - shownFields) more fields") }
}

/// Names the shapes that the run detected by itself.
private func showDetected(_ report: LoadReport) {
    let detected = Dictionary(grouping: report.files, by: \.shape)
        .filter { $0.key.hasPrefix(detectedPrefix) }
    for (shape, files) in detected.sorted(by: { $0.key < $1.key }) {
        say(
            "Shape detected automatically: \(shape), of \(printable(files[0].name))"
                + (files.count > 1 ? " and \(files.count - 1) more" : "")
                + "; 'afterword shape detect FILE' prints it.")
    }
}

/// Prints the measures of the dump next to those of earlier dumps.
private func show(_ comparison: DumpComparison) {
    var table = Table([
        "measure": .left, "usual": .right, "here": .right, "": .left,
    ])
    for row in comparison.rows {
        table.add([
            row.measure.rawValue.replacing("_", with: " "), row.written(row.usual),
            row.written(row.found), row.isUnlike ? Terminal.red("UNLIKE") : "",
        ])
    }
    table.show()
}

extension DumpComparison.Row {
    /// A measured value as text, in the measure's unit.
    func written(_ value: Int64) -> String {
        switch measure {
        case .records, .products, .brands, .knownProducts, .doubledReviews: grouped(value)
        case .meanStar: "\(value / 100).\(padded(Int(value % 100), 2))"
        case .withoutText: "\(value / 10).\(value % 10) %"
        }
    }

    var words: String {
        switch measure {
        case .knownProducts:
            "\(grouped(found)) of \(grouped(usual)) products are known: have the ids changed?"
        case .doubledReviews:
            "\(grouped(found)) of \(grouped(usual)) new reviews say what a known one says: have "
                + "the ids of reviews changed, or how their dates are written? (Where reviews have "
                + "no ids, a dump of all reviews finds them again: --complete products)"
        case .records, .products, .brands, .meanStar, .withoutText:
            "\(measure.rawValue.replacing("_", with: " ")) \(written(found)), usually "
                + written(usual)
        }
    }
}

private func origin(_ origin: ObservedOrigin) -> String {
    switch origin {
    case .given: "as given"
    case .folderName: "by its name"
    case .identicalRun: "as an identical run before"
    case .clock: "now"
    case .catalog: "a catalogue"
    case .insight, .enrichment: "as the dump they are of"
    case .verdict: "when it was judged"
    case .work: "when it was marked"
    case .reclean, .reread, .prune: "as the newest dump"
    case .replay: "as the run whose rejects these are"
    }
}

/// Prints the changed products, except those that had no reviews before.
private func showChanges(_ report: LoadReport) {
    let changed = report.changes.filter { $0.before.reviewCount > 0 }
    guard !changed.isEmpty else { return }
    let sorted = changed.sorted { left, right in
        let (l, r) = (left.size, right.size)
        return l == r ? left.productID < right.productID : l > r
    }
    print("\(several(changed.count, "product")) changed:")
    var table = Table([
        "product": .left, "brand": .left, "inserted": .right, "updated": .right,
        "deleted": .right, "reviews": .right, "mean": .right,
    ])
    for change in sorted.prefix(shownChanges) {
        table.add([
            printable(change.productID.string),
            printable(change.brand?.string ?? "–"), grouped(change.inserted),
            grouped(change.updated), grouped(change.deleted),
            "\(grouped(change.before.reviewCount)) → \(grouped(change.after.reviewCount))",
            "\(stars(change.before)) → \(stars(change.after))",
        ])
    }
    table.show()
    if sorted.count > shownChanges { print("… and \(sorted.count - shownChanges) more") }
}

extension ProductChange {
    fileprivate var size: Int64 { inserted + updated + deleted }
}
