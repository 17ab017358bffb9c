/// What opening a store may do to it.
package enum StoreOpening: Sendable {
    /// Makes it where it is not there, and brings its schema up to this program's.
    case making
    /// Only what is there, as it is: nothing is written by opening or reading.
    case existing
    /// Like `existing`, for a load that is undone: where the schema is missing, it is made and undone
    /// with the load.
    case rehearsing

    static let notCurrent = "no store is there, or an older one: the next run brings it up to date"
}
