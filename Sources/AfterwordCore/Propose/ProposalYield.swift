/// What a proposed shape reads of the sample it was made from.
package struct ProposalYield: Sendable {
    /// Records found, those that cannot be read among them.
    package var records = 0
    package var rejected = 0
    /// The first reason why a record cannot be read; nil for none.
    package var firstFault: (reason: RejectReason, field: String)?
    /// Products named by the records that can be read.
    package var products = 0
    /// Up to three records as they would be loaded, spread over the sample.
    package var samples: [CleanedRecord] = []

    init() {}

    /// - Parameters:
    ///   - dateOrder: The order of day and month that the sample's dates allow.
    ///   - file: The name of the elements' file, for shapes that take something from it.
    init(_ shape: Shape, _ elements: [JSONValue], dateOrder: DateOrder?, file: String? = nil) {
        var rules = ReadingRules()
        rules.dateOrder = dateOrder
        let cleaner = RecordCleaner(shape, rules, file: file)
        var splitter = RecordSplitter(cleaner.plan, isStrict: false)
        let bytes = Array(JSONValue.array(elements).canonical.utf8)
        var products: Set<Text> = []
        var read: [CleanedRecord] = []
        var (records, rejected) = (0, 0)
        var firstFault: (reason: RejectReason, field: String)?
        splitter.feed(bytes[...], isLast: true) { event, window, _ in
            guard case .unit(let unit) = event else { return }
            for index in unit.records.indices {
                records += 1
                let context = cleaner.context(ofRecord: index, of: unit, window: window)
                let record = cleaner.clean(
                    record: index, of: unit, context: context, window: window)
                if let fault = unit.records[index].fault {
                    rejected += 1
                    firstFault = firstFault ?? (fault, "")
                    continue
                }
                if let fault = record.fault {
                    rejected += 1
                    firstFault = firstFault ?? fault
                    continue
                }
                if record.isLeftOut { continue }
                if let product = record.productID { products.insert(product) }
                read.append(record)
            }
        }
        (self.records, self.rejected, self.firstFault) = (records, rejected, firstFault)
        self.products = products.count
        samples = [0, read.count / 2, read.count - 1].reduce(into: []) { samples, index in
            if read.indices.contains(index), samples.count < read.count {
                samples.append(read[index])
            }
        }
    }

    /// Adds what another file gave. Its products are others.
    mutating func add(_ other: ProposalYield) {
        records += other.records
        rejected += other.rejected
        firstFault = firstFault ?? other.firstFault
        products += other.products
        samples = Array((samples + other.samples.prefix(1)).prefix(3))
    }
}
