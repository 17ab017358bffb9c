import AfterwordCore

/// Checks that every link leads to a version that its run wrote, that a movement comes from a
/// deletion by the same run, and that no two reviews are found by one identity.
struct LinkAudit {
    private let links: [ReviewLink]
    private let ends: Set<Int64>
    private let identities: Set<Digest128>
    /// The versions of the reviews that links lead to or come from.
    private var versions: [Int64: [HistoryRow]] = [:]
    /// The reviews with the links' identities.
    private var owners: [Digest128: Int64] = [:]

    init(_ reader: any StoreReader) throws {
        links = try reader.links()
        ends = Set(links.flatMap { [$0.from.key, $0.to.key] })
        identities = Set(links.map(\.identity))
    }

    /// - Parameter rows: The next rows in order.
    mutating func take(_ rows: [HistoryRow]) {
        if links.isEmpty { return }
        for row in rows where row.operation != .late {
            if ends.contains(row.reviewKey) { versions[row.reviewKey, default: []].append(row) }
            if identities.contains(row.identity) { owners[row.identity] = row.reviewKey }
        }
    }

    func finding() -> AuditFinding? {
        var owners = owners
        for link in links {
            guard holds(link) else {
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

    private func finding(_ link: ReviewLink, _ what: String) -> AuditFinding {
        AuditFinding(
            run: link.run, table: "review_links",
            row: "product \(link.to.productID) review \(link.to.reviewID) run \(link.run)",
            what: what)
    }

    /// Whether the versions that a link names are those of its run.
    private func holds(_ link: ReviewLink) -> Bool {
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
}
