import Dispatch
import Synchronization

/// Reads the objects of a list, as a load does: the beginning of each several times, then all of
/// it. Beginnings are kept, up to a limit, and those of the next objects are asked for before their
/// turn, so that many small objects do not wait for the network one by one. Thread-safe.
package final class ObjectReads: Sendable {
    private struct State {
        /// Beginnings by place in the list.
        var heads: [Int: [UInt8]] = [:]
        /// Places, the one kept for longest first.
        var order: [Int] = []
        var bytes = 0
        /// What is being read now.
        var pending: [Int: DispatchGroup] = [:]
        var last = -1
        /// Ids of the versions that were read, where the bucket keeps several.
        var versions: [Int: String] = [:]
    }
    private let client: ObjectClient
    private let bucket: String
    private let objects: [ListedObject]
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "afterword.objects", attributes: .concurrent)

    /// Bytes of a beginning, 1 MiB.
    static let headBytes: Int64 = 1 << 20
    /// Bytes of all beginnings that are kept, 64 MiB.
    static let keptBytes = 64 << 20
    /// Objects that are asked for before their turn.
    static let ahead = 8

    /// - Parameter objects: Those that are read, in the order in which they are read.
    package init(_ client: ObjectClient, bucket: String, _ objects: [ListedObject]) {
        self.client = client
        self.bucket = bucket
        self.objects = objects
    }

    /// The bytes of the object at a place of the list, from one offset to before another.
    package func open(_ place: Int, from start: Int64, to end: Int64) -> ObjectPart {
        ObjectPart(self, place, start, end)
    }

    /// The id of the version that was read of the object at a place; nil before, and where its
    /// bucket keeps no versions.
    package func versionID(_ place: Int) -> String? { state.withLock { $0.versions[place] } }

    fileprivate func note(_ version: String?, of place: Int) {
        guard let version else { return }
        state.withLock { $0.versions[place] = version }
    }

    fileprivate func stream(_ place: Int, from start: Int64, to end: Int64) -> ObjectStream {
        ObjectStream(client, bucket: bucket, objects[place], from: start, to: end)
    }

    /// The beginning of an object, kept or read now.
    fileprivate func head(_ place: Int) throws(ObjectFault) -> [UInt8] {
        readAhead(of: place)
        while true {
            let (kept, pending) = state.withLock { ($0.heads[place], $0.pending[place]) }
            if let kept { return kept }
            guard let pending else { break }
            guard !client.surroundings.isInterrupted() else { throw .interrupted }
            _ = pending.wait(timeout: .now() + 0.2)
        }
        let bytes = try read(place)
        keep(bytes, place)
        return bytes
    }

    private func read(_ place: Int) throws(ObjectFault) -> [UInt8] {
        let stream = stream(place, from: 0, to: Self.headBytes)
        var bytes: [UInt8] = []
        while let more = try stream.next() { bytes += more }
        note(stream.versionID, of: place)
        return bytes
    }

    private func keep(_ bytes: [UInt8], _ place: Int) {
        state.withLock { state in
            guard state.heads.updateValue(bytes, forKey: place) == nil else { return }
            state.order.append(place)
            state.bytes += bytes.count
            while state.bytes > Self.keptBytes, let oldest = state.order.first {
                state.order.removeFirst()
                state.bytes -= state.heads.removeValue(forKey: oldest)?.count ?? 0
            }
        }
    }

    /// Where objects are read in their order, asks for the next ones. What fails is left to the
    /// reader, who will meet the same fault.
    private func readAhead(of place: Int) {
        let next = state.withLock { state -> [(Int, DispatchGroup)] in
            guard place != state.last else { return [] }
            let isInOrder = place == state.last + 1
            state.last = place
            guard isInOrder else { return [] }
            let places = (place + 1..<min(place + 1 + Self.ahead, objects.count)).filter {
                state.heads[$0] == nil && state.pending[$0] == nil
            }
            return places.prefix(Self.ahead - min(Self.ahead, state.pending.count)).map { place in
                let group = DispatchGroup()
                group.enter()
                state.pending[place] = group
                return (place, group)
            }
        }
        for (place, group) in next {
            queue.async { [self] in
                if let bytes = try? read(place) { keep(bytes, place) }
                state.withLock { _ = $0.pending.removeValue(forKey: place) }
                group.leave()
            }
        }
    }
}

/// A range of an object as it comes: its beginning at once, the rest from the network.
package final class ObjectPart {
    private let reads: ObjectReads
    private let place: Int
    private var offset: Int64
    private let end: Int64
    private var stream: ObjectStream?

    fileprivate init(_ reads: ObjectReads, _ place: Int, _ start: Int64, _ end: Int64) {
        self.reads = reads
        self.place = place
        offset = start
        self.end = end
    }

    /// The next bytes; nil at the end.
    ///
    /// - Throws: `ObjectFault`.
    package func next() throws(ObjectFault) -> [UInt8]? {
        if stream == nil, offset < min(end, ObjectReads.headBytes) {
            let head = try reads.head(place)
            let bytes = head.prefix(Int(min(end, Int64(head.count)))).dropFirst(Int(offset))
            guard !bytes.isEmpty else { return nil }
            offset += Int64(bytes.count)
            return Array(bytes)
        }
        guard offset < end else { return nil }
        let stream = self.stream ?? reads.stream(place, from: offset, to: end)
        self.stream = stream
        let bytes = try stream.next()
        reads.note(stream.versionID, of: place)
        return bytes
    }
}
