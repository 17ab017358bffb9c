extension ObjectForm {
    /// Adds a moment: `NAME_at_us` in microseconds and `NAME_at_utc` as text. The deprecated member
    /// without a unit, `NAME_at`, stays for one release.
    ///
    /// - Parameter hasOld: False for a row that never had the member without a unit.
    package mutating func instant(
        _ name: String, _ comment: String, hasOld: Bool = true,
        _ value: @escaping @Sendable (Row) -> Instant
    ) {
        if hasOld { old(name, comment, isOptional: false) { value($0) } }
        moment(name, comment, isOptional: false) { value($0) }
    }

    /// The same for a moment that may be null.
    package mutating func optionalInstant(
        _ name: String, _ comment: String, hasOld: Bool = true,
        _ value: @escaping @Sendable (Row) -> Instant?
    ) {
        if hasOld { old(name, comment, isOptional: true, value) }
        moment(name, comment, isOptional: true, value)
    }

    private mutating func old(
        _ name: String, _ comment: String, isOptional: Bool,
        _ value: @escaping @Sendable (Row) -> Instant?
    ) {
        let form = isOptional ? ValueForm.nullable(.whole) : .whole
        deprecated(name, form, comment, by: "\(name)_us", unit: .microseconds) {
            JSONValue(value($0))
        }
    }

    private mutating func moment(
        _ name: String, _ comment: String, isOptional: Bool,
        _ value: @escaping @Sendable (Row) -> Instant?
    ) {
        func form(_ form: ValueForm) -> ValueForm { isOptional ? .nullable(form) : form }
        self.value("\(name)_us", form(.whole), comment, unit: .microseconds) {
            JSONValue(value($0))
        }
        self.value("\(name)_utc", form(.text(.dateTime)), comment + " As RFC 3339 writes it.") {
            JSONValue(value($0)?.description)
        }
    }

    /// Adds a rating in tenths of a star and the whole star it is counted under.
    ///
    /// - Parameter when: `_before` or `_after` where a row has two ratings, otherwise empty.
    package mutating func rating(
        when: String = "", _ comment: String, hasStars: Bool = true,
        _ value: @escaping @Sendable (Row) -> Int64?
    ) {
        let form = ValueForm.nullable(.number(10...50))
        deprecated("rating\(when)", form, comment, by: "rating\(when)_tenths", unit: .tenths) {
            JSONValue(value($0))
        }
        self.value("rating\(when)_tenths", form, comment, unit: .tenths) { JSONValue(value($0)) }
        guard hasStars else { return }
        stars("star\(when)", "The same rounded, halves up. Null where there is no rating.") {
            value($0).map { Int64(starOf(rating: $0)) }
        }
    }

    /// Adds a member of one to five whole stars, or null.
    package mutating func stars(
        _ name: String, _ comment: String, _ value: @escaping @Sendable (Row) -> Int64?
    ) {
        self.value(name, .nullable(.number(1...5)), comment, unit: .stars) { JSONValue(value($0)) }
    }

    /// Adds a deprecated member whose name lacks its unit; `replacement` names the member that
    /// replaces it.
    package mutating func deprecated(
        _ name: String, _ form: ValueForm, _ comment: String, by replacement: String,
        unit: Unit? = nil, _ value: @escaping @Sendable (Row) -> JSONValue
    ) {
        add(
            .init(
                name: name, form: form, unit: unit, comment: comment, replacement: replacement),
            value)
    }
}
