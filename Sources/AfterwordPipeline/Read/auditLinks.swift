import AfterwordCore

/// Checks that every link leads to a version that its run wrote, that a movement comes from a
/// deletion by the same run, and that no two reviews are found by one identity.
func auditLinks(_ history: [HistoryRow], _ reader: any StoreReader) throws -> AuditFinding? {
    let links = try reader.links()
    if links.isEmpty { return nil }
    let ends = Set(links.flatMap { [$0.from.key, $0.to.key] })
    let versions = Dictionary(
        grouping: history.filter { ends.contains($0.reviewKey) && $0.operation != .late },
        by: \.reviewKey)
    var owners: [Digest128: Int64] = [:]
    for row in history where row.operation != .late { owners[row.identity] = row.reviewKey }
    func finding(_ link: ReviewLink, _ what: String) -> AuditFinding {
        AuditFinding(
            run: link.run, table: "review_links",
            row: "product \(link.to.productID) review \(link.to.reviewID) run \(link.run)",
            what: what)
    }
    for link in links {
        guard holds(link, versions) else {
            return finding(link, "the versions that it links are not there")
        }
        if link.match.isMovement { continue }
        if link.isMerge { continue }
        guard owners[link.identity] ?? link.to.key == link.to.key else {
            return finding(link, "another review is found by its identity too")
        }
        owners[link.identity] = link.to.key
    }
    return nil
}

/// Whether the versions that a link names are those of its run.
private func holds(_ link: ReviewLink, _ versions: [Int64: [HistoryRow]]) -> Bool {
    guard let opened = versions[link.to.key]?.first(where: { $0.version == link.version }),
        let own = versions[link.from.key]
    else { return false }
    if link.match.isMovement {
        return opened.run == link.run && opened.operation == .insert
            && own.contains { $0.run == link.run && $0.operation == .delete }
    }
    if link.isMerge {
        return opened.run <= link.run
            && own.contains { $0.run == link.run && $0.operation == .delete }
    }
    return opened.run <= link.run && link.from == link.to
        && (link.score != nil) == (link.match == .similarity)
}
