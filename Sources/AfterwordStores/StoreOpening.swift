/// What opening a store may change.
package enum StoreOpening: Sendable {
    /// Creates the store where none exists, and migrates its schema to this program's version.
    case making
    /// Opens an existing store. Neither opening nor reading nor closing writes anything; a file
    /// keeps its bytes and times.
    case existing
    /// Like `existing`, for a load that is rolled back: a missing schema is created and rolled back
    /// together with the load.
    case rehearsing

    static let notCurrent = "no store is there, or an older one: the next run brings it up to date"
}
