import AfterwordCore

/// Prints to standard error what a person should know about a proposed shape: how sure it is, what
/// it reads, what it leaves over and what to do next.
func explain(_ proposal: ShapeProposal) {
    let yield = proposal.yield
    let products = proposal.hasProduct ? " of \(several(yield.products, "product"))" : ""
    Terminal.writeError(
        "reads \(several(yield.records - yield.rejected, "review"))\(products) in the sample"
            + (yield.rejected > 0 ? ", rejects \(yield.rejected)" : ""))
    for sample in yield.samples { Terminal.writeError("  \(words(sample))") }
    for field in proposal.unplaced { Terminal.writeError("not placed: \(printable(field))") }
    for remark in proposal.remarks { Terminal.writeError("look at: \(printable(remark))") }
    if proposal.isCertain {
        Terminal.writeError("Beyond doubt: 'run' uses it by itself.")
    } else {
        Terminal.writeError("in doubt: \(printable(proposal.doubts.joined(separator: "; ")))")
    }
    Terminal.writeError(
        proposal.hasProduct
            ? "Look it over, write it to a file, and: run --shape FILE"
            : "Write it to a file, replace \"\(ShapeProposal.fillIn)\", and: run --shape FILE")
}

/// A review in one line, its texts shortened.
private func words(_ record: CleanedRecord) -> String {
    let values = record.values
    var parts: [String] = []
    if let product = record.productID { parts.append(product.string) }
    if let id = record.reviewID { parts.append(id.string) }
    if let rating = values.rating {
        let tenths = rating % 10 == 0 ? "" : ".\(rating % 10)"
        parts.append("\(rating / 10)\(tenths) \(rating == 10 ? "star" : "stars")")
    }
    if let created = values.createdAt { parts.append("\(created)") }
    for text in [values.authorName, values.title, values.body] {
        guard let text else { continue }
        let line = printable(text.string)
        parts.append(line.count > 60 ? line.prefix(59) + "…" : line)
    }
    return printable(parts.joined(separator: " · "))
}
