/// What the parts of a taxonomy owe each other and the aspects of the reader.
extension TaxonomyFile {
    func check() throws(TOMLFault) {
        try checkAdditions()
        try checkMerges()
        try checkRenamings()
        try checkMappings()
        let merged = taxonomy.merges.reduce(0) { $0 + $1.members.count - 1 }
        let count = base.aspects.count + taxonomy.additions.count - merged
        guard count <= AspectSet.limit else {
            throw TOMLFault(
                line: 1, "there would be \(count) themes; there can be \(AspectSet.limit)")
        }
    }

    private var knownIDs: [String] { base.aspects.map(\.id) }
    private var addedIDs: [String] { taxonomy.additions.map(\.id) }

    private func isMerge(_ id: String) -> Bool { taxonomy.merges.contains { $0.id == id } }

    private func checkAdditions() throws(TOMLFault) {
        for own in taxonomy.additions {
            let line = line("add", own.id)
            try checkNew(own.id, own.names, line)
            guard !own.complaints.isEmpty || !own.praises.isEmpty else {
                throw TOMLFault(
                    line: line, "add.\(own.id) has no phrase: nothing would be found")
            }
        }
    }

    private func checkMerges() throws(TOMLFault) {
        var targets: [String: String] = [:]
        let aspects = knownIDs + addedIDs
        for merge in taxonomy.merges {
            let line = line("merge", merge.id)
            guard merge.members.count > 1 else {
                throw TOMLFault(line: line, "merge.\(merge.id) merges fewer than two themes")
            }
            for member in merge.members {
                let line = self.line("merge.\(merge.id)", member)
                guard aspects.contains(member) else {
                    guard isMerge(member) else { throw unknown(member, line) }
                    throw TOMLFault(
                        line: line, "\(member) is a merge: a merge is of themes, not of merges")
                }
                if let other = targets.updateValue(merge.id, forKey: member) {
                    throw TOMLFault(
                        line: line,
                        other == merge.id
                            ? "\(member) stands twice in merge.\(merge.id)"
                            : "\(member) is merged twice, into \(other) and into \(merge.id)")
                }
            }
            if !aspects.contains(merge.id) {
                try checkNew(merge.id, merge.names, line)
            } else if !merge.members.contains(merge.id) {
                throw TOMLFault(
                    line: line, "\(merge.id) is a theme by itself: it must stand in its own of")
            }
        }
    }

    private func checkRenamings() throws(TOMLFault) {
        for own in taxonomy.renamings {
            let line = line("rename", own.id)
            guard knownIDs.contains(own.id) else {
                guard addedIDs.contains(own.id) || isMerge(own.id) else {
                    throw unknown(own.id, line)
                }
                throw TOMLFault(
                    line: line, "\(own.id) is named in its own table, not by rename")
            }
            if let merge = taxonomy.merge(of: own.id) { throw gone(own.id, merge, line) }
            guard own.names != Taxonomy.Names() else {
                throw TOMLFault(line: line, "rename.\(own.id) has neither label nor strength")
            }
        }
    }

    private func checkMappings() throws(TOMLFault) {
        var mapped: Set<String> = []
        for own in taxonomy.mappings {
            let line = self.line("map", own.id)
            guard mapped.insert(own.id).inserted else {
                throw TOMLFault(
                    line: line, "\(own.id) is mapped twice: in map, and in its own table")
            }
            if isMerge(own.id) { continue }
            guard (knownIDs + addedIDs).contains(own.id) else { throw unknown(own.id, line) }
            if let merge = taxonomy.merge(of: own.id) { throw gone(own.id, merge, line) }
        }
    }

    private func gone(_ id: String, _ merge: Taxonomy.Merge, _ line: Int) -> TOMLFault {
        TOMLFault(line: line, "\(id) is shown as \(merge.id): say it in merge.\(merge.id)")
    }

    private func unknown(_ id: String, _ line: Int) -> TOMLFault {
        let hint = nearestName(to: id, among: knownIDs + addedIDs).map { "; did you mean \($0)?" }
        return TOMLFault(
            line: line, "reader \(base.version) has no theme \(id)\(hint ?? "")")
    }

    /// An id that no theme has yet, and a label in English.
    private func checkNew(
        _ id: String, _ names: Taxonomy.Names, _ line: Int
    ) throws(TOMLFault) {
        let bytes = Array(id.utf8)
        let isName =
            (2...40).contains(bytes.count) && bytes.allSatisfy { isSmallLetter($0) || isJoiner($0) }
        guard isName, isSmallLetter(bytes[0]), id != AnswerSchema.other else {
            throw TOMLFault(
                line: line,
                "\(id): the name of a theme is 2 to 40 small letters, digits and _, a letter first")
        }
        guard !knownIDs.contains(id) else {
            throw TOMLFault(line: line, "there is a theme \(id) already")
        }
        // It would be called by that theme's names where the file has none.
        guard Lexicon.aspect(named: id) == nil else {
            throw TOMLFault(line: line, "another reader has a theme \(id): choose another name")
        }
        guard names.issue[.english] != nil else {
            throw TOMLFault(line: line, "\(id) has no label in English: label = \"…\"")
        }
    }
}

private func isSmallLetter(_ byte: UInt8) -> Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte }

/// A digit, or what joins words.
private func isJoiner(_ byte: UInt8) -> Bool {
    UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || byte == UInt8(ascii: "_")
}
