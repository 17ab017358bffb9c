/// An element recognized by its bytes, so that it is not scanned.
package struct KnownElement: Sendable {
    package var start: Int32
    package var length: Int32
    /// An identifier chosen by the recognizer.
    package var number: Int32

    package init(start: Int32, length: Int32, number: Int32) {
        self.start = start
        self.length = length
        self.number = number
    }
}
