import Testing

@testable import AfterwordCore

/// Ratings as texts in any order and language (cases `stars-text-total-first`,
/// `stars-as-words-and-booleans`, `zero-means-no-rating`, `scale-of-ten-taken-for-five`).
@Suite struct RatingTextTests {
    private func read(_ raw: String, scale: Int64 = 5) -> Result<Int64?, ReadFault> {
        readRating(Array(raw.utf8), scale: scale)
    }

    @Test(
        "A rating is read in any order and language",
        arguments: [
            // The total first.
            ("5つ星のうち1.0", 10), ("5つ星のうち4.0", 40), ("5つ星のうち4", 40),
            ("5 yıldız üzerinden 2,0", 20), ("5 üzerinden 1,0 yıldız", 10),
            ("5 में से 1.0 स्टार", 10), ("별 5개 중 3.0개", 30), ("5점 만점에 4점", 40),
            ("5颗星中的2颗", 20), ("5 星，最高 5 星", 50), ("5つ星のうち5.0", 50),
            // The rating first.
            ("4.0 out of 5 stars", 40), ("4 out of 5", 40), ("1.0 out of 5 stars, verified", 10),
            ("4,5 von 5 Sternen", 45), ("2,0 von 5 Sternen", 20), ("3,0 sur 5 étoiles", 30),
            ("1,0 de 5 estrellas", 10), ("4,0 su 5 stelle", 40), ("2,0 de 5 estrelas", 20),
            ("4,0 van 5 sterren", 40), ("3,0 z 5 gwiazdek", 30), ("5,0 av 5 stjärnor", 50),
            ("4 ud af 5 stjerner", 40), ("2,0 из 5 звезд", 20), ("٢٫٠ من ٥ نجوم", 20),
            ("4 trên 5 sao", 40), ("4.0 จาก 5 ดาว", 40), ("４．０／５", 40), ("4/5", 40),
            ("4 / 5", 40), ("8/10", 40), ("8 out of 10", 40), ("90/100", 45), ("4,0/5 tähteä", 40),
            ("80%", 40), ("80 %", 40), ("100%", 50),
            // Alone, or with a word for stars.
            ("4 stars", 40), ("Rated 3", 30), ("4 Sterne", 40), ("1 étoile", 10), ("4点", 40),
            ("a-star-4", 40), ("a-icon a-star-2", 20), ("star_rating_3", 30), ("(4)", 40),
            ("5 - Excellent", 50), ("1: Terrible", 10), ("Good (4)", 40), (" 4 ", 40), ("4.0★", 40),
            ("★ 4.5", 45), ("⭐ 3", 30), ("४", 40), ("４", 40),
            // Signs.
            ("★★☆☆☆", 20), ("★★★★★", 50), ("⭐⭐⭐", 30), ("★ ★ ★ ★ ☆", 40), ("★★★½☆", 35),
            ("★☆☆☆☆", 10), ("⭐️⭐️⭐️⭐️⭐️", 50), ("●●●○○", 30), ("★★★★☆ 4.0", 40),
            // Words.
            ("FIVE", 50), ("ONE", 10), ("four stars", 40), ("FIVE_STARS", 50), ("STAR_4", 40),
            ("four out of five", 40), ("Fünf Sterne", 50), ("cinq étoiles", 50),
            ("tres estrellas", 30), ("quattro stelle", 40), ("quatro estrelas", 40),
            ("vier sterren", 40), ("dört yıldız", 40), ("五つ星", 50), ("四星", 40),
            // Flags, thumbs, moods.
            ("true", 50), ("false", 10), ("True", 50), ("👍", 50), ("👎", 10), ("thumbs up", 50),
            ("THUMBS_DOWN", 10), ("Recommended", 50), ("Not Recommended", 10), ("neutral", 30),
            ("Positive", 50), ("negative", 10),
        ] as [(String, Int64)])
    func known(raw: String, tenths: Int64) {
        #expect(read(raw) == .success(tenths))
    }

    @Test(
        "No rating is absent, not a fault",
        arguments: [
            "0", "0.0", "-1", "-1.0", "N/A", "n/a", "None", "null", "-", "—", "not rated",
            "No rating", "STAR_RATING_UNSPECIFIED", "0 out of 5 stars", "NaN", "\u{A0}",
            "undefined",
        ])
    func none(raw: String) {
        #expect(read(raw) == .success(nil))
    }

    @Test(
        "A text of unknown form is a fault; its first number is never the rating",
        arguments: [
            "2 days ago", "4.5 (120)", "4.0 (5)", "5 people", "Reviewed 3 times and 4 more",
            "1-2-3",
            "☆☆☆☆☆", "☆☆☆", "great", "B0X4", "4.0 out of 5 stars 12 ratings", ".5", "3 4 5",
            "★★★★★★★★★★★", "4.5 100", "size 4",
        ])
    func unknown(raw: String) {
        #expect(read(raw) == .failure(ReadFault(.unreadableNumber)))
    }

    @Test(
        "A number beside a rating is no scale, and none of a rating is never one",
        arguments: [
            "5 stars, 2 helpful", "5 Sterne, 1 Bewertung", "5 Sterne, davon 1",
            "rated 5 by 2 people",
            "5 - 1 review", "5 | 3", "5★ 3", "5 stars 1 photo", "5つ星, 写真1枚", "5 stars on 1 May",
            "five stars, 2 helpful", "8 stars out of twenty", "2 photos, five stars",
            // Signs that say something else than the number.
            "★☆☆☆☆ 5", "★★★★★ 2", "★★☆☆☆ 4 out of 5",
            // No number by itself.
            "1,000", ">4", "4+", "~4", "$4", "#4", "4 👍",
            // A range, and a whole that is smaller than its part.
            "less than 3 stars", "not 5 stars", "up to 5 stars", "weniger als 3 Sterne",
            "4-5", "1 to 5 stars", "5/1", "5 stars of 1", "5 sur 1 avis", "5 z 1",
            // A count of ratings, reviews or readers.
            "5 ratings", "1 Bewertung", "3 Bewertungen", "★ 4 reviews", "Rated 3 times",
            "1.000 Bewertungen", "5人中3人", "5人のうち3人が役に立ったと言っています", "5명 중 3명",
            "3 of 5 people found this helpful", "3 von 5 Personen fanden das hilfreich",
            "3/5 people", "80% helpful", "4 yesterday", "2 disappointed", "reviews (4)",
        ])
    func beside(raw: String) {
        #expect(read(raw) == .failure(ReadFault(.unreadableNumber)))
    }

    @Test(
        "The forms that are known stay known with words around them",
        arguments: [
            ("4点/5点", 40), ("4 stars / 5", 40), ("4 stars out of five", 40), ("4 of five", 40),
            ("Rated 4 stars out of 5", 40), ("Bewertet mit 4 von 5", 40), ("4/5 Excellent", 40),
            ("Von 5 Sternen 4", 40), ("out of 5 stars: 3", 30), ("满分5分，得4分", 40),
            ("4分，满分5分", 40), ("5点満点で4点", 40), ("4-star", 40), ("4 star rating", 40),
            ("4.0 rating", 40), ("Note : 4", 40), ("★★★★☆ 4.3", 43), ("★★★★☆☆☆☆☆☆ 4", 20),
            ("★★★☆☆ 3 out of 5 stars", 30), ("4.05 out of five", 41), ("4!", 40),
            ("Rated 4 by Ann", 40),
            ("5점 중 2점", 20), ("4.333 von 5", 43), ("4,333 von 5", 43), ("0 ratings", nil),
        ] as [(String, Int64?)])
    func around(raw: String, tenths: Int64?) {
        #expect(read(raw) == .success(tenths))
    }

    @Test(
        "A rating outside its scale is a fault of its own",
        arguments: ["6", "5.1", "-3", "8", "99999999999999999", "0.2", "1e-400", "7 stars", "120%"])
    func outOfScale(raw: String) {
        #expect(read(raw) == .failure(ReadFault(.ratingOutOfScale)))
    }

    @Test(
        "The least rating of a scale is one star",
        arguments: [
            ("1", 10, 10), ("2", 10, 10), ("3", 10, 15), ("10", 10, 50), ("0", 10, nil),
            ("1", 100, 10), ("10", 100, 10), ("55", 100, 28), ("0.5", 5, 10), ("0.1", 1, 10),
            ("1", 7, 10), ("1", 20, 10),
        ] as [(String, Int64, Int64?)])
    func least(raw: String, scale: Int64, tenths: Int64?) {
        #expect(read(raw, scale: scale) == .success(tenths))
        #expect(Array(raw.utf8).lend { readRating($0, scale: scale) } == .success(tenths))
    }
}
