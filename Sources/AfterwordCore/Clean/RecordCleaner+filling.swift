extension RecordCleaner {
    /// What a record is read from, besides its own tokens.
    struct Source {
        /// The number of its row.
        let number: Int
        let window: BorrowedBytes
        let context: ReviewContext
        let rules: ReadingRules
    }

    func clean(
        _ tokens: ArraySlice<JSONToken>, _ window: BorrowedBytes,
        _ context: ReviewContext, into rows: inout CleanRows
    ) {
        // Filled in place: moving a row that was just written costs more than writing it.
        var all: [CleanRow] = []
        swap(&all, &rows.rows)
        defer { swap(&all, &rows.rows) }
        all.append(CleanRow())
        let source = Source(
            number: all.count - 1, window: window, context: context, rules: rules)
        fill(&all[source.number], tokens.span, source, &rows)
    }

    private func fill(
        _ row: inout CleanRow, _ tokens: Span<JSONToken>, _ source: Source,
        _ rows: inout CleanRows
    ) {
        if !deletions.isEmpty, meets(deletions, tokens, source, &rows) {
            row.isLeftOut = true
            row.isDeleted = true
        } else if !conditions.isEmpty, !meets(conditions, tokens, source, &rows) {
            row.isLeftOut = true
            return
        }
        for index in bindings.indices {
            let fault = read(bindings[index], tokens, source, &row, &rows)
            if let fault, fault.reason == .relativeDate, isEstimated(index, row) {
                row.unread.insert(FieldSet(.createdAt))
                row.present |= 1 << UInt64(index)
            } else if let fault {
                rows.unread.append(
                    FieldFault(row: source.number, binding: index, reason: fault.reason))
                note(fault.reason, index, &row)
            } else if isPresent(bindings[index], tokens, source) {
                row.present |= 1 << UInt64(index)
            }
            if index == 0, row.productID.isAbsent, row.fault == nil {
                row.fault = .noProduct
                row.faultCount += 1
            }
        }
        if row.unread.contains(.rating), !row.values.hasText, row.fault == nil {
            rejectUnrated(&row, rows.unread)
        }
    }

    /// Whether a record holds the member that a field is read from, be it null.
    @inline(__always)
    private func isPresent(
        _ binding: FieldBinding, _ tokens: Span<JSONToken>, _ source: Source
    ) -> Bool {
        switch binding.place {
        case .record: tokens[binding.slot].kind != .missing
        case .context:
            source.context.tokens.isEmpty
                || source.context.tokens[binding.slot].kind != .missing
        case .constant: true
        }
    }

    /// A relative date is not said either, but its first sight gives the review's time.
    private func isEstimated(_ index: Int, _ row: CleanRow) -> Bool {
        row.relativeDate != nil && bindings[index].target == .field(.createdAt)
    }

    /// A field that cannot be read is not said. Only the product decides about the record by
    /// itself, and a rating where neither title nor body is there.
    private func note(_ reason: RejectReason, _ index: Int, _ row: inout CleanRow) {
        row.faultCount += 1
        row.present |= 1 << UInt64(index)
        switch bindings[index].target {
        case .field(let field): row.unread.insert(FieldSet(field))
        case .reviewID, .authorID: row.hasUnreadID = true
        case .attribute: break
        case .productID:
            row.fault = reason
            row.faultField = UInt8(index)
        }
    }

    private func rejectUnrated(_ row: inout CleanRow, _ faults: [FieldFault]) {
        for index in bindings.indices where bindings[index].target == .field(.rating) {
            row.fault = faults.last { $0.binding == index }?.reason
            row.faultField = UInt8(index)
        }
    }

    @inline(__always)
    private func read(
        _ binding: FieldBinding, _ tokens: Span<JSONToken>, _ source: Source, _ row: inout CleanRow,
        _ rows: inout CleanRows
    ) -> ReadFault? {
        let found: Result<TextPlace, ReadFault>
        switch binding.place {
        case .record: found = rows.content(tokens[binding.slot], source.window, binding.part)
        case .constant: found = .success(rows.make(constants[binding.slot]))
        case .context:
            let context = source.context
            found =
                context.tokens.isEmpty
                ? .success(.absent)
                : rows.content(context.tokens[binding.slot], of: context.bytes, binding.part)
        }
        switch found {
        case .failure(let fault): return fault
        case .success(let place):
            // An empty value is absent.
            if place.count == 0 { return nil }
            if binding.option >= 0 {
                let found = Meant(place: place, binding: binding)
                return readByOptions(found, tokens, source, &row, &rows)
            }
            if binding.isID, isFlag(binding, tokens, source) { return ReadFault(.wrongType) }
            return read(
                written(place, binding, tokens, source, &rows), binding, source, &row, &rows)
        }
    }

    /// The place of a value, with a whole number that is an id written without decimals.
    @inline(__always)
    private func written(
        _ place: TextPlace, _ binding: FieldBinding, _ tokens: Span<JSONToken>, _ source: Source,
        _ rows: inout CleanRows
    ) -> TextPlace {
        guard binding.isID, isNumber(binding, tokens, source) else { return place }
        return rows.wholeNumber(place, source.window, rules.identity)
    }

    /// Whether a value is `true` or `false`, which is no id.
    @inline(__always)
    private func isFlag(
        _ binding: FieldBinding, _ tokens: Span<JSONToken>, _ source: Source
    ) -> Bool {
        switch binding.place {
        case .record: tokens[binding.slot].kind.isFlag
        case .context:
            !source.context.tokens.isEmpty && source.context.tokens[binding.slot].kind.isFlag
        case .constant: false
        }
    }

    /// Whether a value is written as a number.
    @inline(__always)
    private func isNumber(
        _ binding: FieldBinding, _ tokens: Span<JSONToken>, _ source: Source
    ) -> Bool {
        switch binding.place {
        case .record: tokens[binding.slot].kind == .number
        case .context:
            !source.context.tokens.isEmpty
                && source.context.tokens[binding.slot].kind == .number
        case .constant: false
        }
    }

    @inline(__always)
    private func read(
        _ place: TextPlace, _ binding: FieldBinding, _ source: Source, _ row: inout CleanRow,
        _ rows: inout CleanRows
    ) -> ReadFault? {
        let window = source.window
        switch binding.target {
        case .productID: row.productID = rows.identifier(place, window, rules.identity)
        case .reviewID: row.reviewID = rows.identifier(place, window, rules.identity)
        case .authorID: row.authorID = rows.author(place, window, rules.identity)
        case .field(let field):
            return rows.read(field, place, as: binding.format, source, into: &row)
        case .attribute(let attribute):
            let text = rows.withTexts(in: window) { readAttribute(Array($0[place])) }
            guard let text else { return nil }
            rows.attributes.append((source.number, attribute, rows.make(text.bytes)))
        }
        return nil
    }

    /// Reads a value as the options of its rule have it. It is apart from the reading of all other
    /// values, which it would slow down.
    @inline(never)
    private func readByOptions(
        _ found: Meant, _ tokens: Span<JSONToken>, _ source: Source, _ row: inout CleanRow,
        _ rows: inout CleanRows
    ) -> ReadFault? {
        guard let meant = meaning(of: found, tokens, source, &rows) else { return nil }
        if let dates = meant.dates, case .field(let field) = meant.binding.target {
            return rows.read(field, meant.place, dates, source, into: &row)
        }
        // A flag that the map gives another meaning is one no more.
        if meant.place == found.place, meant.binding.isID, isFlag(meant.binding, tokens, source) {
            return ReadFault(.wrongType)
        }
        let place = written(meant.place, meant.binding, tokens, source, &rows)
        return read(place, meant.binding, source, &row, &rows)
    }
}
