package import AfterwordCore

/// A row of `product_readings`: what one run adds to the readings of a product.
package struct ReadingsRow: Equatable, Sendable {
    package var productKey: Int64
    package var run: Int64
    /// The version of the reader.
    package var reader: Int64
    package var readings: ProductReadings

    package init(productKey: Int64, run: Int64, reader: Int64, readings: ProductReadings) {
        (self.productKey, self.run) = (productKey, run)
        (self.reader, self.readings) = (reader, readings)
    }
}
