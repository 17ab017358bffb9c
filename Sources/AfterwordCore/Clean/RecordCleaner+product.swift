/// What an enclosing object states about its product.
package struct CleanedProduct: Sendable {
    package var productID: Text?
    /// The number of reviews that the object itself states.
    package var total: Int64?
    package var attributes: [(attribute: Attribute, value: Text)] = []
}

extension RecordCleaner {
    /// The product attributes and the review total of an enclosing object.
    package func clean(product index: Int, of unit: ExtractedUnit, window: RawSpan)
        -> CleanedProduct
    {
        let base = index * plan.contextSources.count
        func text(_ slot: Int) -> [UInt8]? {
            let token = unit.productTokens[base + slot]
            var rows = CleanRows()
            return window.lend { window in
                guard case .success(let place) = rows.content(token, window, .whole),
                    !place.isAbsent
                else { return nil }
                return rows.withTexts(in: window) { Array($0[place]) }
            }
        }
        var product = CleanedProduct()
        product.productID =
            productIDSlot.flatMap { slot in
                let kind = unit.productTokens[base + slot].kind
                let isNumber = kind == .number
                return kind.isFlag
                    ? nil
                    : text(slot).flatMap(productValue).flatMap {
                        readIdentifier($0, isNumber: isNumber, rules.identity)
                    }
            } ?? fileProduct
        product.total = totalSlot.flatMap(text).flatMap { try? readCount($0).get() }
        for (attribute, slot, options) in productAttributes {
            guard let value = text(slot).flatMap(options.meant).flatMap(readAttribute) else {
                continue
            }
            product.attributes.append((attribute, value))
        }
        return product
    }
    /// The product that the name of the file names; nil where the shape takes it from elsewhere, or
    /// the name does not match.
    package var fileProduct: Text? {
        guard case .file = shape.productID.source, let name = fileName?.text else { return nil }
        return productValue(Array(name.utf8)).flatMap { readIdentifier($0, rules.identity) }
    }

    /// What a written value of the product's id means.
    private func productValue(_ written: [UInt8]) -> [UInt8]? {
        let option = bindings[0].option
        return option < 0 ? written : options[Int(option)].meant(by: written)
    }
}
