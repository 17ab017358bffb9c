import AfterwordCore

/// The files of one dump, as they are collected.
struct DumpGroup {
    var name: String
    var files: [DumpFile]
    var ignored: [String]
    var unread: [UnreadFile]

    /// - Throws: `InputFault.nothingToRead`, or `.otherFormat` where files of one are all there is.
    func dump() throws -> Dump {
        guard files.isEmpty else {
            return Dump(name: name, files: files, ignored: ignored, unread: unread)
        }
        for name in ignored {
            guard let format = OtherFormat(ending: name) else { continue }
            throw InputFault.otherFormat(file: name, format)
        }
        throw InputFault.nothingToRead(dump: name, ignored: ignored.count)
    }
}

/// The files of a folder by the instants that their names tell.
struct DumpSeries {
    /// What is of one instant.
    private struct Moment {
        var files: [(file: DumpFile, folder: String?)] = []
        /// Dated folders, with or without selected files.
        var folders: Set<String> = []
        var ignored: [String] = []
        var unread: [UnreadFile] = []

        /// The one folder that holds everything, if there is one.
        var onlyFolder: String? {
            folders.count == 1 && files.allSatisfy { $0.folder != nil } ? folders.first : nil
        }
    }

    private var moments: [Instant: Moment] = [:]
    /// Names of review files without a date.
    private(set) var outside: [String] = []
    /// What is ignored or unread and of no dump's date.
    private var looseIgnored: [String] = []
    private var looseUnread: [UnreadFile] = []

    init(_ found: FolderContents, _ entries: Entries, _ glob: String?) {
        for file in found.files { add(file, entries.place(file.name), glob) }
        for name in found.ignored {
            let place = entries.place(name)
            note(place)
            if let place, moments[place.instant] != nil {
                moments[place.instant]?.ignored.append(name)
            } else {
                looseIgnored.append(name)
            }
        }
        for unread in found.unread {
            let place = entries.place(unread.name, isFolder: unread.reason == .emptyFolder)
            note(place)
            guard glob.map({ isAsked(unread, place, by: $0) }) ?? true else { continue }
            if let place, moments[place.instant] != nil {
                moments[place.instant]?.unread.append(unread)
            } else {
                looseUnread.append(unread)
            }
        }
    }

    /// Whether no name holds a date.
    var isEmpty: Bool { moments.isEmpty }

    /// The date, where names of files hold one and the same, and no folder holds any.
    var onlyDate: Instant? {
        guard moments.count == 1, let only = moments.first, only.value.folders.isEmpty else {
            return nil
        }
        return only.key
    }

    /// Enters a dated folder, even where no file of it is selected.
    private mutating func note(_ place: DatedPlace?) {
        guard let place, let folder = place.folder else { return }
        moments[place.instant, default: Moment()].folders.insert(folder)
    }

    private mutating func add(_ file: DumpFile, _ place: DatedPlace?, _ glob: String?) {
        note(place)
        let isSelected = glob.map { glob in
            fits(file.name, glob) || fits(name(file.name, in: place?.folder), glob)
        }
        switch (place, isSelected ?? true) {
        case (let place?, true):
            moments[place.instant, default: Moment()].files.append((file, place.folder))
        case (nil, true) where isNamedAsTable(file.name):
            // Notes on a series are often tables; a table of reviews is dated like its other files.
            looseIgnored.append(file.name)
            looseUnread.append(UnreadFile(table: file.name))
        case (nil, true): outside.append(file.name)
        case (let place?, false) where moments[place.instant] != nil:
            moments[place.instant]?.ignored.append(file.name)
        case (_, false): looseIgnored.append(file.name)
        }
    }

    private func isAsked(_ unread: UnreadFile, _ place: DatedPlace?, by glob: String) -> Bool {
        var inner = unread
        inner.name = name(unread.name, in: place?.folder)
        return unread.isAsked(by: glob) || inner.isAsked(by: glob)
    }

    /// The name of a file within a folder.
    private func name(_ name: String, in folder: String?) -> String {
        guard let folder, name.hasPrefix(folder + "/") else { return name }
        return String(name.dropFirst(folder.count + 1))
    }

    /// One dump an instant, in their order. What has no date is reported with the last one, unless
    /// all of it lies beside dated folders.
    ///
    /// - Throws: `InputFault.nothingToRead`, `.otherFormat`.
    func dumps() throws -> [Dump] {
        let ordered = moments.sorted { $0.key < $1.key }
        var dumps = try ordered.map { try dump(of: $0.value, at: $0.key) }
        for place in dumps.indices { dumps[place].isOfSeries = dumps.count > 1 }
        guard !dumps.isEmpty, dumps.contains(where: \.isDatedFile) else { return dumps }
        let last = dumps.count - 1
        dumps[last] = dumps[last].adding(ignored: looseIgnored, unread: looseUnread)
        return dumps
    }

    private func dump(of moment: Moment, at instant: Instant) throws -> Dump {
        let folder = moment.onlyFolder
        var group = DumpGroup(
            name: folder ?? written(instant), files: moment.files.map(\.file),
            ignored: moment.ignored.map { name($0, in: folder) }, unread: moment.unread)
        if folder == nil, moment.files.count == 1 { group.name = moment.files[0].file.name }
        for index in group.files.indices {
            group.files[index].name = name(group.files[index].name, in: folder)
        }
        for index in group.unread.indices {
            group.unread[index].name = name(group.unread[index].name, in: folder)
        }
        var dump = try group.dump()
        dump.namedInstant = instant
        dump.isDatedFile = moment.files.contains { $0.folder == nil }
        return dump
    }

    /// A day where the instant is the start of one.
    private func written(_ instant: Instant) -> String {
        instant == instant.startOfDay ? String("\(instant)".prefix(10)) : "\(instant)"
    }
}
