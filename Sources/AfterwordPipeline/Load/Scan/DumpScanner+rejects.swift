import AfterwordCore

/// What is known of a record that is rejected.
struct RejectedPart {
    var field: String
    var product: Text?
    var context: [UInt8]
}

extension DumpScanner {
    /// Enters a record with a fault as a reject, and notes which review it may name.
    mutating func reject(
        _ one: PreparedRecord, _ extra: RecordExtra, product: Text?, in window: BorrowedBytes,
        of cursor: inout FileCursor
    ) {
        guard let fault = extra.fault else { return }
        note(rejected: one, extra, product: product, in: cursor)
        let part = RejectedPart(field: fault.field, product: product, context: extra.context)
        reject(
            fault.reason, Array(window.part(one.range)),
            at: cursor.offset + Int64(one.range.lowerBound), part, in: &cursor)
    }

    /// Enters bytes that are no record as a reject.
    ///
    /// - Parameter offset: Offset of the bytes in the stream that is read.
    mutating func reject(
        _ reason: RejectReason, _ bytes: [UInt8], at offset: Int64, in cursor: inout FileCursor
    ) {
        dumpIndex.hasRejectWithoutProduct = true
        reject(reason, bytes, at: offset, nil, in: &cursor)
    }

    /// Enters bytes as a reject.
    ///
    /// - Parameter part: Nil for bytes that are no record.
    mutating func reject(
        _ reason: RejectReason, _ bytes: [UInt8], at offset: Int64, _ part: RejectedPart?,
        in cursor: inout FileCursor
    ) {
        cursor.record.balance.found += 1
        cursor.record.balance.rejected += 1
        cursor.fields.rejectedBytes += Int64(bytes.count)
        var row = RejectRow(
            digest: Digest128([UInt8](repeating: 0, count: 16)), occurrence: 0, run: 0,
            file: cursor.name, offset: offset, length: Int64(bytes.count), reason: reason,
            field: part?.field ?? "", productID: part?.product, shape: cursor.record.shape,
            payload: bytes, context: part?.context ?? [])
        row.digest = row.computedDigest
        row.occurrence = occurrences[row.digest, default: 0]
        occurrences[row.digest] = row.occurrence + 1
        dumpIndex.rejects.append(row)
    }

    private func note(
        rejected one: PreparedRecord, _ extra: RecordExtra, product: Text?, in cursor: FileCursor
    ) {
        guard let product, let fault = extra.fault else {
            dumpIndex.hasRejectWithoutProduct = true
            return
        }
        // The digest identifies the review only where none of the fields that it covers is
        // unreadable.
        let isKnown = one.identity.map { identity in
            if identity.kind == .source { return !fault.field.isEmpty }
            return !identity.isNumbered && extra.faultCount == 1
                && ["rating", "verified", "helpful_votes"].contains(fault.field)
        }
        let indexed = enter(product, namedBy: cursor)
        if let identity = one.identity, isKnown == true {
            indexed.rejectedIdentities.insert(identity.digest)
        } else {
            indexed.hasUnreadableIdentity = true
        }
    }

    /// Converts the offsets and lengths of a file's rejects (from index `firstReject` on) and
    /// product objects to positions in the source, where the file was transcoded or assembled from
    /// pieces.
    func placeInSource(
        _ source: ByteSource, of name: String, from firstReject: Int
    ) throws {
        guard source.hasOtherPlaces else { return }
        for index in firstReject..<dumpIndex.rejects.count {
            let row = dumpIndex.rejects[index]
            (dumpIndex.rejects[index].offset, dumpIndex.rejects[index].length) =
                try source.place(row.offset, row.length)
        }
        for product in dumpIndex.products.values {
            for (index, row) in product.objects.enumerated() where row.file == name {
                let place = try source.place(row.offset, row.length)
                product.objects[index].offset = place.offset
                product.objects[index].length = place.length
            }
        }
    }
}
