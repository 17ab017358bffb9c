import Testing

@testable import AfterwordCore

/// How often themes are counted, and which of them shifted.
@Suite struct ThemeCountTests {
    private func review(_ number: Int, _ stars: Int64?, _ body: String?) -> ReadReview {
        let epoch = Instant(microseconds: 0)
        var values = ReviewValues()
        values.body = body.map { Text($0) }
        values.rating = stars.map { $0 * 10 }
        let review = StoredReview(
            reviewKey: Int64(number), productID: "P", reviewID: Text("R\(number)"),
            identity: Digest128([UInt8](repeating: 1, count: 16)), kind: .source, version: 1,
            isLive: true, run: 1, observedAt: epoch, values: values, authorID: nil,
            times: ReviewTimes(
                createdAt: epoch, createdOrigin: .mock, updatedAt: epoch, updatedOrigin: .mock),
            contentDigest: values.contentDigest,
            payloadDigest: Digest128([UInt8](repeating: 0, count: 16)), rawKey: 1)
        return ReadReview(
            review: review, brand: nil, reading: readReview(values, with: .first), isNew: false)
    }

    /// One hundred reviews, of which as many complain of leaks and of the smell.
    private func hundred(from first: Int, leaks: Int, smell: Int) -> [ReadReview] {
        (0..<100).map { place in
            let number = first + place
            if place < leaks { return review(number, 1, "It leaked all over. Number \(number).") }
            if place < leaks + smell { return review(number, 1, "It has a bad smell, \(number).") }
            return review(number, 5, "I like this one and it is what I want, \(number).")
        }
    }

    private func shifts(_ before: [ReadReview], _ new: [ReadReview]) -> [String] {
        themeShifts(before: before, new: new, lexicon: .first).map {
            ($0.isUp ? "+" : "-") + $0.aspect.id
        }
    }

    @Test("The shift least likely by chance is first; of two as likely, the first by name")
    func order() {
        let before = hundred(from: 0, leaks: 1, smell: 1)
        #expect(shifts(before, hundred(from: 100, leaks: 20, smell: 30)) == ["+smell", "+leaks"])
        #expect(shifts(before, hundred(from: 100, leaks: 30, smell: 20)) == ["+leaks", "+smell"])
        #expect(shifts(before, hundred(from: 100, leaks: 20, smell: 20)) == ["+leaks", "+smell"])
        #expect(shifts(hundred(from: 100, leaks: 30, smell: 1), before) == ["-leaks"])
    }

    @Test("Five mentions on the side with the greater share are enough, four are not")
    func fewest() {
        let none = hundred(from: 0, leaks: 0, smell: 0) + hundred(from: 100, leaks: 0, smell: 0)
        let five = (200..<210).map { review($0, $0 < 205 ? 1 : 5, "It leaked all over, \($0).") }
        #expect(shifts(none, five) == ["+leaks"] && shifts(five, none) == ["-leaks"])
        let four = Array(five.dropFirst())
        #expect(shifts(none, four).isEmpty && shifts(four, none).isEmpty)
        #expect(shifts([], five).isEmpty && shifts(five, []).isEmpty)
    }

    @Test("The same share of more reviews is no rise")
    func equal() throws {
        let aspect = try #require(Lexicon.first.aspects.first)
        func isUp(_ new: Proportion) -> Bool {
            ThemeShift(aspect: aspect, before: Proportion(1, of: 3), new: new, chance: 0).isUp
        }
        #expect(!isUp(Proportion(2, of: 6)) && isUp(Proportion(3, of: 6)))
        #expect(!isUp(Proportion(1, of: 6)))
    }

    @Test("A review counts once, in the first set that has it, for all that it mentions there")
    func once() throws {
        let leaks = try #require(Lexicon.first.aspects.firstIndex { $0.id == "leaks" })
        let smell = try #require(Lexicon.first.aspects.firstIndex { $0.id == "smell" })
        let both = review(1, 1, "It leaked all over. It has a bad smell.")
        let other = review(2, 3, "It leaked all over, and once more.")
        let praised = review(3, 4, "It leaked all over, but I like it for what it is.")
        let counts = distinctMentions(
            [[both, both, praised], [both, other], [review(4, 1, nil)]], strengths: false,
            lexicon: .first)
        #expect(counts.map(\.readable) == [2, 1, 0])
        #expect(counts.map { $0.mentions[leaks] } == [1, 1, 0])
        #expect(counts.map { $0.mentions[smell] } == [1, 0, 0])
    }

    @Test("A theme has its new reviews and what it costs in stars; one against the stars is mixed")
    func themes() throws {
        var new = review(1, 1, "It leaked all over.")
        new.isNew = true
        let themes = countThemes(
            [
                new, review(2, 3, "It leaked after two days."),
                review(3, nil, "It leaked at once."),
                review(4, 4, "It leaked, but I like it."), review(5, 5, "All is well with it."),
            ], strengths: false, lexicon: .first)
        let leaks = try #require(themes.first { $0.aspect.id == "leaks" })
        #expect(leaks.mentions == 3 && leaks.new == 1 && leaks.mixed == 1)
        #expect(leaks.starImpact == starImpact(of: (40, 2), in: (130, 4)))
    }

    @Test(
        "A text of no known language is unread from six words on, or if most letters are foreign",
        arguments: [
            ("zzq xxk vvw qqj kkz", false), ("zzq xxk vvw qqj kkz jjq", true),
            ("очень", true), ("да ab", false), ("дав ab", true), ("!!!", false),
            ("It is what it is and I like it.", false),
        ])
    func unread(text: String, isUnread: Bool) {
        let read = review(1, 1, text)
        #expect(read.review.values.isUnread(read.reading) == isUnread)
        #expect(read.isReadable == !isUnread)
    }
}
