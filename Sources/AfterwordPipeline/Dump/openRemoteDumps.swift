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
/// - Throws: `InputFault` where there is nothing to read.
package func openDumps(_ listing: RemoteListing, files glob: String? = nil) throws -> [Dump] {
    let name = listing.path.split(separator: "/").last.map(String.init) ?? listing.path
    let names = DatedNames(path: listing.path, name: name)
    if listing.isFile, let only = listing.files.first {
        guard !name.lowercased().hasSuffix(".zip") else {
            throw InputFault.unreadableFile(
                name, reason: "a ZIP archive is read from a disk only: get it first")
        }
        return [names.dump(ofFile: DumpFile(name: name, content: .remote(only.file)))]
    }
    var found = FolderContents()
    for (name, file) in listing.files { found.add(name, remote: file) }
    found.unread += listing.emptyFolders.compactMap(UnreadFile.init(emptyFolder:))
    return try names.dumps(of: found, files: glob)
}
