/// What lies at an address: one object, or those below it, as in a folder.
package struct ObjectFolder: Sendable {
    package var address: ObjectAddress
    /// In byte order of their keys; names are relative to the address.
    package var objects: [(name: String, object: ListedObject)] = []
    /// Names of folders that were made and hold nothing.
    package var emptyFolders: [String] = []
    /// Whether the address is that of the one object.
    package var isObject = false
}

extension ObjectClient {
    /// Lists what lies at an address. A key that ends with a slash and holds nothing is the mark of
    /// a folder, as consoles make them.
    ///
    /// - Parameter isFile: Whether a name is that of a file rather than of a folder: then the
    ///   object of this name is looked for first.
    /// - Throws: `ObjectFault.nothingThere` where there is neither an object nor a folder.
    package func folder(
        at address: ObjectAddress, isFile: (String) -> Bool
    ) throws -> ObjectFolder {
        let isOfFile = !address.key.isEmpty && !address.key.hasSuffix("/")
        if isOfFile, isFile(address.key), let only = try only(address) { return only }
        var folder = ObjectFolder(address: address)
        let prefix = address.key.isEmpty || !isOfFile ? address.key : address.key + "/"
        var (mark, hasAny): (String?, Bool) = (nil, false)
        func endMark(before next: String?) {
            guard let made = mark else { return }
            mark = nil
            if next?.hasPrefix(made) != true { folder.emptyFolders.append(String(made.dropLast())) }
        }
        try list(bucket: address.bucket, prefix: prefix) { page in
            for object in page {
                hasAny = true
                let name = String(object.key.dropFirst(prefix.count))
                endMark(before: name)
                if name.isEmpty { continue }
                if name.hasSuffix("/"), object.size == 0 {
                    mark = name
                } else {
                    folder.objects.append((name, object))
                }
            }
            return true
        }
        endMark(before: nil)
        if hasAny { return folder }
        if isOfFile, !isFile(address.key), let only = try only(address) { return only }
        throw ObjectFault.nothingThere("\(address)")
    }

    private func only(_ address: ObjectAddress) throws(ObjectFault) -> ObjectFolder? {
        guard let object = try look(at: address) else { return nil }
        var folder = ObjectFolder(address: address, isObject: true)
        let name = address.key.split(separator: "/").last.map(String.init) ?? address.key
        folder.objects = [(name, object)]
        return folder
    }
}
