import AfterwordCore

/// What reading a file from end to end told.
struct FileReading {
    var byteCount: Int64 = 0
    /// SHA-256 of the file as it lies there.
    var digest: Digest256
    /// Where its (inflated) bytes can be read again.
    var source: ByteSource
    /// Why the rest of the stream could not be inflated.
    var fault: RejectReason?
}

/// Reads a file from end to end, inflated where it is gzip, in slabs; `isLast` comes with the last
/// one, which may be empty.
func readSlabs(
    _ file: DumpFile, take: (_ slab: [UInt8], _ isLast: Bool) throws -> Void
) throws -> FileReading {
    let source = try ByteSource(file)
    let head = try source.read(at: 0, count: 64)
    guard head.starts(with: [0x1F, 0x8B]) else {
        if file.name.lowercased().hasSuffix(".gz") {
            return try refuseGzip(source, head)
        }
        return try readPlain(source, take)
    }
    return try readGzip(source, take)
}

private func forEachSlab(_ source: ByteSource, _ take: ([UInt8]) throws -> Void) throws
    -> FileReading
{
    var digest = StreamDigest()
    var count: Int64 = 0
    while true {
        let slab = try source.read(at: count, count: ByteSource.slabBytes)
        if slab.isEmpty { break }
        count += Int64(slab.count)
        digest.add(slab[...])
        try take(slab)
    }
    return FileReading(byteCount: count, digest: digest.finish(), source: source)
}

private func readPlain(
    _ source: ByteSource, _ take: ([UInt8], Bool) throws -> Void
) throws -> FileReading {
    let reading = try forEachSlab(source) { try take($0, false) }
    try take([], true)
    return reading
}

private func readGzip(
    _ source: ByteSource, _ take: ([UInt8], Bool) throws -> Void
) throws -> FileReading {
    let spool = try ByteSource(spoolFor: source.name)
    let inflater = Inflater()
    var fault: RejectReason?
    var reading = try forEachSlab(source) { slab in
        guard fault == nil else { return }
        do {
            try inflater.inflate(slab) { piece in
                try spool.append(piece)
                try take(piece, false)
            }
        } catch let error as Inflater.Fault {
            fault = error == .ratio ? .gzipRatio : .damagedGzip
        }
    }
    if fault == nil, inflater.isInsideMember { fault = .damagedGzip }
    try take([], true)
    reading.source = spool
    reading.fault = fault
    return reading
}

/// A name that says gzip over bytes that are not.
private func refuseGzip(_ source: ByteSource, _ head: [UInt8]) throws -> FileReading {
    var reading = try forEachSlab(source) { _ in }
    let pointer = Array("version https://git-lfs".utf8)
    reading.fault = head.starts(with: pointer) ? .lfsPointer : .notGzip
    return reading
}
