import AfterwordCore

/// Refuses a dump whose records can be parsed, and do not mean what its shape says.
///
/// - Parameter limit: Up to how many unreadable values of a field are accepted in spite of all.
/// - Throws: `InputFault`.
func checkReadings(_ dumpIndex: DumpIndex, upTo limit: Int64) throws {
    for file in dumpIndex.files {
        guard let cleaner = file.cleaner, file.duplicateOf == nil, file.readCount > 0 else {
            continue
        }
        try checkScale(file, cleaner, limit)
        try checkTimes(file, cleaner, limit)
        let ambiguous = file.ambiguousDates
        if ambiguous > limit, ambiguous * 10 >= file.readCount {
            throw InputFault.ambiguousDates(
                file: file.record.name, count: ambiguous,
                isContradictory: dumpIndex.hasContradictoryDates)
        }
    }
}

/// One record in a hundred with a rating above the scale makes the whole file suspect.
private func checkScale(
    _ file: IndexedFile, _ cleaner: RecordCleaner, _ limit: Int64
) throws {
    guard let rating = cleaner.fieldNames.firstIndex(of: TrackedField.rating.name),
        cleaner.shape.fields[.rating]?.statesScale != true
    else { return }
    let above = file.fields.unread(rating, for: .ratingOutOfScale)
    if above > limit, above * 100 >= file.readCount {
        throw InputFault.scaleInDoubt(
            file: file.record.name, above: above, records: file.readCount)
    }
}

/// Times none of which can be are times of another unit.
private func checkTimes(
    _ file: IndexedFile, _ cleaner: RecordCleaner, _ limit: Int64
) throws {
    for (binding, field) in cleaner.fieldNames.enumerated() {
        let beyond = file.fields.unread(binding, for: .timeOutOfReach)
        if beyond > limit, !file.fields.hasTimes, file.fields.recognised == 0 {
            throw InputFault.timesOutOfReach(
                file: file.record.name, field: field, records: beyond)
        }
    }
}

/// The fields that the shape maps and that no record of a file holds.
///
/// - Throws: `InputFault.fieldsNotFound` where these are rating, title and body: nothing of the
///   review was read.
func missingFields(_ dumpIndex: DumpIndex) throws -> [MissingField] {
    var missing: [MissingField] = []
    for (place, file) in dumpIndex.files.enumerated() {
        guard let cleaner = file.cleaner, file.duplicateOf == nil, file.readCount > 0,
            file.fields.recognised == 0, !file.isPlaceholder
        else { continue }
        let absent = cleaner.fieldNames.indices.filter { file.fields.present >> $0 & 1 == 0 }
        guard !absent.isEmpty else { continue }
        let keys = try recordKeys(ofFile: place, dumpIndex)
        let mapped = cleaner.fieldNames.indices.map { cleaner.source(ofBinding: $0) }
        let free = unmapped(keys, mapped + [cleaner.shape.productID.source.written])
        let own = absent.map { binding in
            let source = cleaner.source(ofBinding: binding)
            return MissingField(
                file: file.record.name, field: cleaner.fieldNames[binding], source: source,
                records: file.readCount, nearest: nearest(to: source, among: keys),
                unmapped: Array(free.prefix(10)))
        }
        let content = [TrackedField.rating, .title, .body].filter {
            cleaner.shape.fields[$0] != nil
        }
        let isEmpty = content.allSatisfy { field in own.contains { $0.field == field.name } }
        if isEmpty {
            throw InputFault.fieldsNotFound(
                file: file.record.name,
                own.filter { field in
                    content.contains { $0.name == field.field }
                }, keys: keys)
        }
        // A built-in shape maps what some of its sources leave out.
        if !Shape.builtIn.contains(cleaner.shape) { missing += own }
    }
    return missing
}

extension IndexedFile {
    /// The number of records that were read.
    var readCount: Int64 { record.balance.found - record.balance.rejected }
}

/// The keys of one record of a file, those of objects inside it joined by dots.
private func recordKeys(ofFile place: Int, _ dumpIndex: DumpIndex) throws -> [String] {
    for product in dumpIndex.products.values {
        guard
            let candidate = dumpIndex.candidates(of: product).first(where: {
                Int($0.file) == place
            }), let source = dumpIndex.files[place].source
        else { continue }
        let bytes = try source.read(at: candidate.offset, count: Int(candidate.length))
        guard let record = try? JSONValue(parsing: bytes) else { return [] }
        return keys(of: record, under: "")
    }
    return []
}

private func keys(of value: JSONValue, under path: String) -> [String] {
    (value.members ?? []).flatMap { member in
        let own = path + member.key
        return [own] + keys(of: member.value, under: own + ".")
    }
}

/// The keys that no source of a shape reads, without objects and lists that it reads something of.
private func unmapped(_ keys: [String], _ sources: [String]) -> [String] {
    keys.filter { key in
        !sources.contains { $0 == key || $0.hasPrefix(key + ".") || key.hasPrefix($0 + ".") }
            && !keys.contains { $0.hasPrefix(key + ".") }
    }
}

/// The key that is written most like a source: equal in letters and digits, or at most two letters
/// apart.
func nearest(to source: String, among keys: [String]) -> String? {
    func folded(_ text: String) -> [Character] {
        text.lowercased().filter { $0.isLetter || $0.isNumber }.map { $0 }
    }
    let wanted = folded(source)
    let found = keys.compactMap { key in
        editDistance(wanted, folded(key), within: 2).map { (key, $0) }
    }
    guard let best = found.min(by: { $0.1 < $1.1 }), best.1 * 3 <= wanted.count else { return nil }
    return best.0
}
