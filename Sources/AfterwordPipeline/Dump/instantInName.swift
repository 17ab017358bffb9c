package import AfterwordCore

/// The instant in the name of a file or folder, read alone: `2026-08-04`,
/// `dt=2026-01-05`, `reviews-20260105-101500.jsonl`, `export.2026-01-05T0930Z.json.gz`. Nil for
/// none. `NameDates` has the rule.
package func instant(inName name: String) -> Instant? {
    NameDates(CollectionOfOne(name)).instant(in: name)
}

/// The date in a name whose day and month could be either, `05-01-2026`; nil for none.
package func ambiguousDate(inName name: String) -> String? {
    NameDates(CollectionOfOne(name)).ambiguous(in: name)
}
