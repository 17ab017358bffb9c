import AfterwordCore
import AfterwordPipeline

extension RowSink {
    mutating func add(_ balance: Balance) {
        for (_, count) in balance.parts { add(count) }
    }

    fileprivate mutating func add(_ usage: ModelUsage?) {
        add(usage?.input)
        add(usage?.cachedInput)
        add(usage?.output)
    }
}

extension RunRecord: TableRow {
    func encode(into row: inout some RowSink) {
        row.add(run)
        row.add(recordedAt)
        row.add(observedAt)
        row.add(word: observedOrigin)
        row.add(word: completeness)
        row.add(String(seed))
        row.add(deleted)
        row.add(productsNamed)
        row.add(profile.records)
        row.add(profile.brands)
        row.add(profile.rated)
        row.add(profile.ratingSum)
        row.add(profile.withoutText)
        row.add(previousDigest)
        row.add(historyDigest)
        row.add(ledgerDigest)
        row.add(balance)
        row.add(dumpLabel)
        row.add(digestRules)
        row.add(identityRules)
        row.add(outOfWindow)
        row.add(reader)
    }
}

extension FileRecord: TableRow {
    func encode(into row: inout some RowSink) {
        row.add(run)
        row.add(name)
        row.add(byteCount)
        row.add(digest)
        row.add(shape)
        row.add(nonstandardLiterals)
        row.add(balance)
        row.add(unreadableFields)
        row.add(leftOut)
        row.add(optional: version?.etag)
        row.add(optional: version?.versionID)
        row.add(version?.modifiedAt)
    }
}

extension ShapeRow: TableRow {
    func encode(into row: inout some RowSink) {
        row.add(name)
        row.add(version)
        row.add(document)
        row.add(rowChecksum)
        row.add(staleSince)
    }
}

extension CachedAnswer: TableRow {
    func encode(into row: inout some RowSink) {
        row.add(key.description)
        row.add(model)
        row.add(madeAt)
        row.add(usage)
        row.add(answer)
        row.add(rowChecksum)
        row.add(usage.cacheWrite)
        row.add(optional: tier)
        row.add(optional: servedModel)
        row.add(microseconds)
    }
}

extension ModelCall: TableRow {
    func encode(into row: inout some RowSink) {
        row.add(call)
        row.add(batch)
        row.add(cacheKey.description)
        row.add(requestDigest.description)
        row.add(model)
        row.add(startedAt)
        row.add(leaseUntil)
        row.add(endedAt)
        row.add(reserved)
        row.add(cost)
        row.add(usage)
        row.add(optional: outcome)
        row.add(rowChecksum)
        row.add(usage?.cacheWrite)
        row.add(optional: tier)
        row.add(optional: requestID)
        row.add(optional: clientRequestID)
        row.add(optional: unreadAnswer)
        row.add(optional: servedModel)
        row.add(modelBatch)
    }
}

extension ModelBatch: TableRow {
    func encode(into row: inout some RowSink) {
        row.add(number)
        row.add(name)
        row.add(word: purpose)
        row.add(command)
        row.add(optional: place)
        row.add(model)
        row.add(createdAt)
        row.add(endedAt)
        row.add(status)
        row.add(optional: inputFile)
        row.add(optional: serverID)
        row.add(optional: prices)
        row.add(rowChecksum)
    }
}

extension BatchItem: TableRow {
    func encode(into row: inout some RowSink) {
        row.add(batch)
        row.add(line)
        row.add(call)
        row.add(cacheKey.description)
        row.add(subject)
        row.add(rowChecksum)
    }
}

extension APIKeyRow: TableRow {
    func encode(into row: inout some RowSink) {
        row.add(name)
        row.add(digest.description)
        row.add(writtenScopes)
        row.add(optional: writtenBrands)
        row.add(createdAt)
        row.add(revokedAt)
        row.add(rowChecksum)
    }
}

extension JobRow: TableRow {
    func encode(into row: inout some RowSink) {
        row.add(job)
        row.add(askedBy)
        row.add(optional: idempotency?.description)
        row.add(request.description)
        row.add(scope.kind)
        row.add(scope.id)
        row.add(language)
        row.add(word: status)
        row.add(createdAt)
        row.add(startedAt)
        row.add(endedAt)
        row.add(leaseUntil)
        row.add(flag: isCounted)
        row.add(madeRun)
        row.add(optional: problem)
        row.add(optional: detail)
        row.add(rowChecksum)
    }
}
