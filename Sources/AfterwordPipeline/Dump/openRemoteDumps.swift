import AfterwordCore

/// What lies at a place elsewhere, as a list of it says.
package struct RemoteListing: Sendable {
    /// The place, with `/` as separator; its last component is the dump's name.
    package var path: String
    /// Names relative to the place, and the files.
    package var files: [(name: String, file: any RemoteFile)] = []
    /// Names of folders without any file.
    package var emptyFolders: [String] = []
    /// Whether the place is that of the one file, rather than a folder that holds it.
    package var isFile = false

    package init(path: String) { self.path = path }
}

/// The dumps at a place elsewhere: one, or a series, as `openDumps` finds them in a folder.
///
/// - Throws: `InputFault` where there is nothing to read, or an archive cannot be read;
///   `RemoteFault` and `StoreFault` from the directories of archives.
package func openDumps(_ listing: RemoteListing, files glob: String? = nil) throws -> [Dump] {
    let name = listing.path.split(separator: "/").last.map(String.init) ?? listing.path
    let names = DatedNames(path: listing.path, name: name)
    var found = FolderContents()
    if listing.isFile, let only = listing.files.first {
        let file = DumpFile(name: name, content: .remote(only.file))
        guard try isArchive(file) else { return [names.dump(ofFile: file)] }
        try found.collect(archive: file)
    } else {
        for (name, file) in listing.files { try found.add(name, remote: file) }
        found.unread += listing.emptyFolders.compactMap(UnreadFile.init(emptyFolder:))
    }
    try found.refuseUnreadable(glob)
    return try names.dumps(of: found, files: glob)
}
