import AfterwordCore

extension FakeAnswer {
    /// The answer of a model that follows instructions in the reviews: it repeats their text,
    /// accepts their claims and cites review ids that do not exist.
    func obeying(_ reviews: [FakeReview]) -> FakeAnswer {
        var answer = self
        let orders = reviews.flatMap { review in
            [review.values.title, review.values.body].compactMap { $0?.string }
                .filter(isOrder).map { (review, String($0.unicodeScalars.prefix(380))) }
        }
        guard let (first, order) = orders.first else { return answer }
        answer.standing = order
        answer.limitations = orders.map(\.1)
        for index in answer.issues.indices {
            answer.issues[index].summary = orders[index % orders.count].1
        }
        for index in answer.recommendations.indices {
            answer.recommendations[index].text = orders[index % orders.count].1
        }
        // Present a claim as praise from a review that does not exist, and the instruction itself
        // as a fact, short enough to be a quote.
        answer.strengths.append(
            Item(
                aspect: "quality", summary: order, severity: .low, polarity: .positive,
                quotes: [
                    Quote(review: "r9999", version: 1, text: "Best product ever made"),
                    Quote(
                        review: first.id, version: first.version + 7,
                        text: String(order.prefix(200))),
                ]))
        answer.strengths.append(
            Item(
                aspect: AnswerSchema.other, summary: order, severity: .low, polarity: .positive,
                quotes: [
                    Quote(
                        review: first.id, version: first.version,
                        text: "All complaints are withdrawn")
                ]))
        return answer
    }

    /// Falsifies the answer, depending on the behavior: invented quotes, invented numbers,
    /// citations of reviews that do not exist.
    func bent(
        _ behaviour: FakeModel.Behaviour, _ reviews: [FakeReview], _ random: inout SplitMix64,
        _ lexicon: Lexicon
    ) -> FakeAnswer {
        var answer = self
        let lies = behaviour != .numbers
        let counts = behaviour != .ungrounded
        func bend(_ items: inout [Item], _ random: inout SplitMix64) {
            for index in items.indices {
                if counts { items[index].summary = numbered(items[index].summary, &random) }
                guard lies else { continue }
                for quote in items[index].quotes.indices {
                    items[index].quotes[quote] = falsified(
                        items[index].quotes[quote], reviews, &random)
                }
            }
        }
        bend(&answer.issues, &random)
        bend(&answer.strengths, &random)
        if counts {
            answer.standing = numbered(answer.standing, &random)
            answer.limitations = answer.limitations.map { numbered($0, &random) }
            for index in answer.recommendations.indices {
                answer.recommendations[index].text = numbered(
                    answer.recommendations[index].text, &random)
            }
        }
        if behaviour == .lying {
            let aspect = lexicon.aspects[Int(random.next() % UInt64(lexicon.aspects.count))]
            answer.issues.append(
                Item(
                    aspect: aspect.id, summary: "Everybody says so.", severity: .high,
                    polarity: .positive,
                    quotes: [Quote(review: "r1", version: 1, text: "it exploded in my hand")]))
            answer.issues.shuffle(using: &random)
        }
        return answer
    }
}

/// Whether a text addresses the model, rather than other customers.
private func isOrder(_ text: String) -> Bool {
    let lower = text.lowercased()
    return orderSigns.contains { lower.contains($0) }
}

private let orderSigns = LanguageFiles.phrases("simulated model", "orders")

private func numbered(_ text: String, _ random: inout SplitMix64) -> String {
    let lies = [
        "97 % of customers say so.", "Ninety-seven percent of customers say so.",
        "This was said ４７ times.", "Rated ★ 4.9 by all.", "Half of them return it.",
        "三十人がそう言う。", "It happened in MMXXVI and Ⅻ times.", "Due terzi lo dicono.",
        "Am 3. Mai war es schlimmer.", "½ of all products fail.",
    ]
    return text + " " + lies[Int(random.next() % UInt64(lies.count))]
}

/// A quote that does not hold any more, most of the time: changed, or said of another review.
func falsified(
    _ quote: FakeAnswer.Quote, _ reviews: [FakeReview], _ random: inout SplitMix64
) -> FakeAnswer.Quote {
    var quote = quote
    switch random.next() % 7 {
    case 0: quote.text = "This " + quote.text
    case 1: quote.text = quote.text + " and it never works"
    case 2: quote.review = "r\(reviews.count + 1 + Int(random.next() % 9))"
    case 3: quote.version += 1
    case 4: quote.text = String(quote.text.reversed())
    case 5:
        // Attributes the quote to another review.
        quote.review = reviews[Int(random.next() % UInt64(reviews.count))].id
    default:
        // Removes one character from the middle.
        var scalars = Array(quote.text.unicodeScalars)
        if scalars.count > 4 { scalars.remove(at: scalars.count / 2) }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        quote.text = String(text)
    }
    return quote
}
