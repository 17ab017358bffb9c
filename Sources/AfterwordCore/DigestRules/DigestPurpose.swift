/// What a digest beside the history covers: a run, a kind of row that a run appends, or a row that
/// is replaced as time goes on and therefore has a row checksum (`row_checksum`).
package enum DigestPurpose: Sendable {
    case ledger
    case ledgerRaw, ledgerProduct, ledgerReject, ledgerAttributes
    case ledgerInsight, ledgerTheme, ledgerThemeReview, ledgerVerdict, ledgerLink
    case ledgerScope, ledgerEnrichment, ledgerWork, ledgerPruned, ledgerTaxonomy
    case productChecksum, shapeChecksum, attemptChecksum
    case callChecksum, answerChecksum, keyChecksum, jobChecksum
    case batchChecksum, batchItemChecksum
    case deliveryChecksum

    /// The domain by the rules of version 1: the first bytes of the digest.
    fileprivate var domain1: StaticString {
        switch self {
        case .ledger: "afterword.ledger.1"
        case .ledgerRaw: "afterword.ledger.raw.1"
        case .ledgerProduct: "afterword.ledger.product.1"
        case .ledgerReject: "afterword.ledger.reject.1"
        case .ledgerAttributes: "afterword.ledger.attributes.1"
        case .ledgerInsight: "afterword.ledger.insight.1"
        case .ledgerTheme: "afterword.ledger.theme.1"
        case .ledgerThemeReview: "afterword.ledger.theme_review.1"
        case .ledgerVerdict: "afterword.ledger.verdict.1"
        case .ledgerLink: "afterword.ledger.link.1"
        case .ledgerScope: "afterword.ledger.scope.1"
        case .ledgerEnrichment: "afterword.ledger.enrichment.1"
        case .ledgerWork: "afterword.ledger.work.1"
        case .ledgerPruned: "afterword.ledger.pruned.1"
        case .ledgerTaxonomy: "afterword.ledger.taxonomy.1"
        case .productChecksum: "afterword.seal.product.1"
        case .shapeChecksum: "afterword.seal.shape.1"
        case .attemptChecksum: "afterword.seal.attempt.1"
        case .callChecksum: "afterword.seal.call.1"
        case .answerChecksum: "afterword.seal.answer.1"
        case .keyChecksum: "afterword.seal.key.1"
        case .jobChecksum: "afterword.seal.job.1"
        case .batchChecksum: "afterword.seal.batch.1"
        case .batchItemChecksum: "afterword.seal.batch_item.1"
        case .deliveryChecksum: "afterword.seal.delivery.1"
        }
    }
}

extension DigestRules {
    /// An encoder that has begun with the purpose's domain; the caller adds the columns of the row.
    package func encoder(for purpose: DigestPurpose) -> DigestEncoder {
        var encoder = DigestEncoder()
        encoder.add(domain: domain(of: purpose))
        return encoder
    }

    /// The digest of a purpose's domain and the parts that `write` adds, without a heap allocation
    /// for them.
    package func digest(
        for purpose: DigestPurpose, _ write: (inout DigestEncoder) -> Void
    ) -> Digest256 {
        DigestEncoder.digest { encoder in
            encoder.add(domain: domain(of: purpose))
            write(&encoder)
        }
    }

    private func domain(of purpose: DigestPurpose) -> StaticString {
        switch self {
        case .v1: purpose.domain1
        }
    }
}
