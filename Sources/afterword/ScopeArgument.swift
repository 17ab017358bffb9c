import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// Error message that lists the forms of a scope.
private let scopeForms = "a scope is portfolio, brand:NAME, product:ID, category:NAME or family:ID"

/// Reads a scope argument.
///
/// - Throws: `ValidationError` when it is not a scope.
func readScope(_ written: String) throws -> ReviewScope {
    guard let scope = ReviewScope(written) else { throw ValidationError(scopeForms) }
    return scope
}

/// Checks the syntax of a scope argument.
///
/// - Throws: As `readScope`.
func checkScope(_ written: String) throws { _ = try readScope(written) }

/// The stored scope that an argument names, matched exactly or ignoring case.
///
/// - Throws: `CommandFault` for an invalid scope; `ScopeNameFault` for an unknown or ambiguous
///   name.
func resolveScope(_ reader: any StoreReader, _ written: String) throws -> ReviewScope {
    guard let scope = ReviewScope(written) else { throw CommandFault(.usage, scopeForms) }
    return try resolve(scope, in: reader)
}
