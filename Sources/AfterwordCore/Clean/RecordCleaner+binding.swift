extension RecordCleaner {
    /// Binds the rules of a shape to the slots of its plan.
    struct Binder {
        /// In the order in which they are read: product, review, author, fields, attributes.
        private(set) var bindings: [FieldBinding] = []
        /// The texts of the bindings that are constants, by slot.
        private(set) var constants: [[UInt8]] = []
        private(set) var options: [BoundOptions] = []
        /// The context slots that records read, in plan order.
        let contextSlots: [Int]
        private let shape: Shape
        private let plan: ExtractionPlan

        init(_ shape: Shape, _ plan: ExtractionPlan) {
            self.shape = shape
            self.plan = plan
            contextSlots = Set(shape.recordSources.compactMap { plan.contextSlot($0) }).sorted()
            bind(.productID, shape.productID)
            if let rule = shape.reviewID { bind(.reviewID, rule) }
            if let rule = shape.authorID { bind(.authorID, rule) }
            for field in TrackedField.allCases {
                if let rule = shape.fields[field] { bind(.field(field), rule) }
            }
            for attribute in Attribute.allCases {
                guard let rule = shape.attributes[attribute], plan.contextSlot(rule.source) == nil
                else { continue }
                bind(.attribute(attribute), rule)
            }
        }

        /// Where a record's value of a source is; nil where the plan does not keep it.
        func slot(_ source: FieldSource) -> BoundOptions.Slot? {
            if let slot = plan.recordSlot(source) {
                return BoundOptions.Slot(isInRecord: true, number: slot)
            }
            return plan.contextSlot(source).flatMap { contextSlots.firstIndex(of: $0) }
                .map { BoundOptions.Slot(isInRecord: false, number: $0) }
        }

        /// The options of a rule, those of nearly all rules among them: none.
        func options(of rule: Shape.Rule) -> BoundOptions {
            BoundOptions(rule, zones: shape.zones, slot: slot)
        }

        private mutating func bind(_ target: FieldBinding.Target, _ rule: Shape.Rule) {
            var binding = FieldBinding(
                target: target, place: .constant, slot: 0, format: rule.format, part: rule.part)
            switch rule.source {
            case .constant(let text):
                constants.append(Array(text.utf8))
                binding.slot = constants.count - 1
            case .file:
                // The file's name follows the other members of a context.
                (binding.place, binding.slot) = (.context, contextSlots.count)
            case .record, .enclosing, .capture:
                let slot = slot(rule.source)
                binding.place = slot?.isInRecord == true ? .record : .context
                binding.slot = slot?.number ?? 0
            }
            let own = options(of: rule)
            if !own.isEmpty {
                options.append(own)
                binding.option = Int16(options.count - 1)
            }
            bindings.append(binding)
        }
    }
}

extension Shape {
    /// What the cleaning of a record looks at: the sources of its fields and ids, of the scales of
    /// its ratings, and of the conditions.
    fileprivate var recordSources: [FieldSource] {
        let rules = [productID, reviewID, authorID].compactMap { $0 } + Array(fields.values)
        return rules.map(\.source) + rules.compactMap(\.options?.scale)
            + (conditions + deletions).map(\.source)
    }
}
