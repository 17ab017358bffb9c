import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// What a scope looks like, for every command that takes one.
private let scopeForms = "a scope is portfolio, brand:NAME, product:ID, category:NAME or family:ID"

/// - Throws: A usage error for what is no scope.
func checkScope(_ written: String) throws {
    guard ReviewScope(written) != nil else { throw ValidationError(scopeForms) }
}

/// The scope that is meant, its name matched exactly or without case.
func resolveScope(_ reader: any StoreReader, _ written: String) throws -> ReviewScope {
    guard let scope = ReviewScope(written) else { throw CommandFault(.usage, scopeForms) }
    return try resolve(scope, in: reader)
}
