import AfterwordCore

extension DumpScanner {
    /// Enters a product's object: its attributes, and its unmapped members.
    mutating func take(
        _ product: ExtractedUnit.Product, _ cleaned: CleanedProduct, in window: RawSpan,
        of cursor: inout FileCursor
    ) {
        guard let id = cleaned.productID else {
            // The product's reviews are rejects already; an object without reviews is a reject
            // itself.
            // Among the elements of a list (`@graph[*].review[*]`) stand objects of other kinds.
            let isOther = !product.holdsList && cursor.cleaner?.shape.hasInnerLists == true
            if product.records.isEmpty, !isOther { reject(product, in: window, of: &cursor) }
            return
        }
        if let total = cleaned.total, total > Int64(product.records.count) {
            dumpIndex.shortTotals += 1
        }
        if product.holdsList { dumpIndex.filesWithProducts.insert(cursor.place) }
        let object = productRaw(product, id, in: window, of: cursor)
        let indexed = enter(id, namedBy: cursor)
        // An object without a list of reviews does not name them: none of them counts as vanished.
        if !product.holdsList { indexed.hasUnreadableIdentity = true }
        if let object { indexed.objects.append(object) }
        for (attribute, value) in cleaned.attributes {
            indexed.attributes[attribute, default: AttributeTally()]
                .add(value, rank: .enclosing, sourceTime: nil)
        }
    }

    private mutating func reject(
        _ product: ExtractedUnit.Product, in window: RawSpan, of cursor: inout FileCursor
    ) {
        let bytes = window.extracting(product.range).lend { Array($0) }
        reject(
            .noProduct, bytes, at: cursor.offset + Int64(product.range.lowerBound),
            RejectedPart(field: "product_id", product: nil, context: []), in: &cursor)
        dumpIndex.hasRejectWithoutProduct = true
    }

    /// The product's object without its list of reviews; the other members are kept byte for byte.
    private func productRaw(
        _ product: ExtractedUnit.Product, _ id: Text, in window: RawSpan, of cursor: FileCursor
    ) -> ProductRawRow? {
        guard !product.members.isEmpty else { return nil }
        var bytes = Array("{".utf8)
        for member in product.members {
            if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
            window.extracting(member).lend { bytes.append(contentsOf: $0) }
        }
        bytes.append(UInt8(ascii: "}"))
        return ProductRawRow(
            productKey: 0, productID: id, digest: payloadDigest(bytes.span.bytes, context: []),
            run: 0, file: cursor.name, offset: cursor.offset + Int64(product.range.lowerBound),
            length: Int64(product.range.count), payload: bytes)
    }
}
