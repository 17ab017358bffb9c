package import AfterwordCore

/// A review that is given to the frozen reader, by `read` or to `POST /api/v1/read`: texts and
/// stars, without a store.
package struct GivenReview: Sendable {
    /// As it was given: a text, a number or null; nil where there is none.
    package var id: JSONValue?
    package var title: Text?
    package var body: Text?
    /// From 1 to 5, halves rounded up; nil where it has no rating.
    package var stars: Int?

    /// The form of the JSON of one review; other members are passed over.
    package static let requestForm = ValueForm.object(
        ObjectDescription(
            name: "GivenReview", comment: "A review to read. Every member may be left out.",
            members: [
                .init(
                    name: "id", form: idForm, comment: "What the answer names it by.",
                    isRequired: false),
                .init(
                    name: "title", form: .nullable(.string), comment: "Its title.",
                    isRequired: false),
                .init(
                    name: "body", form: .nullable(.string), comment: "Its text.",
                    isRequired: false),
                .init(
                    name: "stars", form: .nullable(.number(1...5)),
                    comment: "Its rating, 1 to 5 stars.", isRequired: false),
            ]))

    fileprivate static let idForm = ValueForm.nullable(.either([.string, .whole]))

    /// Nil where the value is no object with texts as title and body and a number of stars from 1
    /// to 5, or with an id that is no text or number.
    package init?(_ given: JSONValue) {
        guard given.members != nil else { return nil }
        func text(_ name: String) -> Text?? {
            switch given[name] {
            case nil, .null: .some(nil)
            case .string(let text): .some(Text(text))
            default: nil
            }
        }
        guard let title = text("title"), let body = text("body") else { return nil }
        (self.title, self.body) = (title, body)
        switch given["id"] {
        case nil: break
        case .string, .number, .null: id = given["id"]
        default: return nil
        }
        switch given["stars"] {
        case nil, .null: break
        case .number(let written):
            guard let number = Double(written), (0.5..<5.5).contains(number) else { return nil }
            stars = Int(number.rounded())
        default: return nil
        }
    }

    /// What a reader reads in it.
    package func answer(_ reader: inout FrozenReader) -> JSONValue {
        let reading = reader.read(title: title, body: body, stars: stars)
        return ReadGiven.form.json(ReadGiven(review: self, reading: reading, ids: reader.ids))
    }
}

/// What the frozen reader reads in a review that is given to it.
package struct ReadGiven: Sendable {
    var review: GivenReview
    var reading: FrozenReading
    var ids: [FrozenModel.ID]

    /// A mention with its name and its texts.
    fileprivate struct Place: Sendable {
        var mention: FrozenMention
        var name: String
        var dangerClass: DangerClass?
        var quote: String
        var word: String
    }

    package static let form = ObjectForm<ReadGiven>(
        "GivenReading", "What is read in a review that was given."
    ) { form in
        form.add(
            .init(
                name: "id", form: GivenReview.idForm, comment: "As it was given.",
                isRequired: false)
        ) { $0.review.id }
        form.text("language", "Its language; `unknown` where that is not certain.") {
            $0.reading.language ?? "unknown"
        }
        form.list("aspects", aspectForm, "What it complains of, then what it praises.") { read in
            read.reading.aspects.map { read.place($0) }
        }
        form.list("dangers", dangerForm, "The dangers it mentions, the surest first.") { read in
            read.reading.dangers.map { read.place($0.mention, $0.dangerClass) }
        }
    }

    private static let aspectForm = ObjectForm<Place>(
        "GivenAspect", "An aspect that a given review complains of or praises."
    ) { form in
        form.text("id", "The aspect.") { $0.name }
        form.choice("polarity", ["negative", "positive"], "A complaint, or praise.") {
            $0.mention.isNegative ? "negative" : "positive"
        }
        form.include(placeForm) { $0 }
    }

    private static let dangerForm = ObjectForm<Place>(
        "GivenDanger", "A danger that a given review mentions."
    ) { form in
        form.text("id", "The kind of danger.") { $0.name }
        form.choice(
            "class", DangerClass.allCases.map(\.rawValue),
            "A: it happened; B: it is called dangerous or possible; C: the words alone."
        ) { ($0.dangerClass ?? .unlikely).rawValue }
        form.include(placeForm) { $0 }
    }

    private static let placeForm = ObjectForm<Place>("GivenPlace", "Where it is read.") { form in
        form.count("weight", "How far its score exceeds what is needed, in thousandths.") {
            Int64($0.mention.weight)
        }
        form.choice("field", ["title", "body"], "The text that says it.") {
            $0.mention.field == .title ? "title" : "body"
        }
        form.count("start", "Where the sentence begins in it.", unit: .bytes) {
            Int64($0.mention.sentence.lowerBound)
        }
        form.count("end", "Where the sentence ends.", unit: .bytes) {
            Int64($0.mention.sentence.upperBound)
        }
        form.text("quote", "The sentence that weighed most.") { $0.quote }
        form.text("word", "The word in it that weighed most.") { $0.word }
    }

    private func place(_ mention: FrozenMention, _ dangerClass: DangerClass? = nil) -> Place {
        let text = mention.field == .title ? review.title : review.body
        func quote(_ range: Range<Int>) -> String {
            text.map { String(decoding: $0.bytes[range], as: UTF8.self) } ?? ""
        }
        return Place(
            mention: mention, name: ids[mention.id].name, dangerClass: dangerClass,
            quote: quote(mention.sentence), word: quote(mention.word))
    }
}
