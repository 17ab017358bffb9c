import Testing

@testable import AfterwordCore

/// Dates in the spellings that dumps hold (cases `side-field-rejects-review`,
/// `refusal-without-reason`, `date-spelling-doubles-reviews`, `times-out-of-reach`).
@Suite struct WrittenDateTests {
    /// The moment as text; nil for any other reading.
    private func moment(_ raw: String, order: DateOrder? = nil) -> String? {
        guard case .moment(let moment) = readWrittenDate(Array(raw.utf8), order: order) else {
            return nil
        }
        return moment.instant.description
    }

    @Test(
        "A date is read in every spelling that has one meaning",
        arguments: [
            ("2019-11-15 12:57:46 +00:00", "2019-11-15T12:57:46Z"),
            ("2021-01-01 10:00:00 +0000", "2021-01-01T10:00:00Z"),
            ("2021-08-01 10:00:00 UTC", "2021-08-01T10:00:00Z"),
            ("2024-05-02 11:22:33.123456", "2024-05-02T11:22:33.123456Z"),
            ("2024-05-02T11:22:33.123456789Z", "2024-05-02T11:22:33.123456Z"),
            ("2024-05-02T11:22:33+02", "2024-05-02T09:22:33Z"),
            ("2024-05-02 11:22:33 +02:00", "2024-05-02T09:22:33Z"),
            ("2024-5-2", "2024-05-02T00:00:00Z"), ("2024/5/2", "2024-05-02T00:00:00Z"),
            ("02.05.2024", "2024-05-02T00:00:00Z"), ("2.5.2024", "2024-05-02T00:00:00Z"),
            ("02.05.24", "2024-05-02T00:00:00Z"), ("2. 5. 2024", "2024-05-02T00:00:00Z"),
            ("02.05.2024 11:22", "2024-05-02T11:22:00Z"),
            ("2 May 2024", "2024-05-02T00:00:00Z"), ("May 2, 2024", "2024-05-02T00:00:00Z"),
            ("May 2nd, 2024", "2024-05-02T00:00:00Z"), ("2nd of May 2024", "2024-05-02T00:00:00Z"),
            ("02-May-2024", "2024-05-02T00:00:00Z"), ("2 May 24", "2024-05-02T00:00:00Z"),
            ("May 2 '24", "2024-05-02T00:00:00Z"), ("2024 May 2", "2024-05-02T00:00:00Z"),
            ("26 Apr 2026", "2026-04-26T00:00:00Z"), ("Sept. 3, 2024", "2024-09-03T00:00:00Z"),
            ("2024/05/02", "2024-05-02T00:00:00Z"), ("2024.05.02", "2024-05-02T00:00:00Z"),
            ("2024/05/02 10:11:12", "2024-05-02T10:11:12Z"),
            ("2024. 5. 2.", "2024-05-02T00:00:00Z"),
            ("1714646553", "2024-05-02T10:42:33Z"), ("1714646553000", "2024-05-02T10:42:33Z"),
            ("1714646553000000", "2024-05-02T10:42:33Z"),
            ("1714646553000000000", nil), ("1.714646553E9", "2024-05-02T10:42:33Z"),
            ("1714646553.25", "2024-05-02T10:42:33.250000Z"),
            ("Thu, 02 May 2024 11:22:33 GMT", "2024-05-02T11:22:33Z"),
            ("Thu, 2 May 2024 11:22:33 -0700", "2024-05-02T18:22:33Z"),
            ("2 May 2024 11:22:33 EST", "2024-05-02T16:22:33Z"),
            ("Thu May  2 11:22:33 2024", "2024-05-02T11:22:33Z"),
            ("Thu May 02 11:22:33 +0200 2024", "2024-05-02T09:22:33Z"),
            (
                "Thu May 02 2024 11:22:33 GMT+0200 (Central European Summer Time)",
                "2024-05-02T09:22:33Z"
            ),
            ("2024-05-02T24:00:00Z", "2024-05-03T00:00:00Z"),
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
            ("2024-05-02T11:22:33 Z", "2024-05-02T11:22:33Z"),
            ("2024-05-02 at 11:22", "2024-05-02T11:22:00Z"),
            ("May 2, 2024 3:05 PM", "2024-05-02T15:05:00Z"),
            ("5/2/2024 12:00:00 AM", nil), ("31/12/2024 12:00:00 AM", "2024-12-31T00:00:00Z"),
            ("May 2, 2024 at 3:05 p.m.", "2024-05-02T15:05:00Z"),
            ("2 mai 2024 à 11h22", "2024-05-02T11:22:00Z"),
            ("2. Mai 2024, 11 Uhr", "2024-05-02T11:00:00Z"),
            ("12/Nov/2024:11:22:33 +0000", "2024-11-12T11:22:33Z"),
            ("2024年5月2日", "2024-05-02T00:00:00Z"), ("2024年05月02日 11:22", "2024-05-02T11:22:00Z"),
            ("2024年5月2日 下午3:05", "2024-05-02T15:05:00Z"),
            ("2024년 5월 2일", "2024-05-02T00:00:00Z"), ("令和6年5月2日", "2024-05-02T00:00:00Z"),
            ("20240502", "2024-05-02T00:00:00Z"), ("20240502112233", "2024-05-02T11:22:33Z"),
            ("2024-W18-4", "2024-05-02T00:00:00Z"), ("2024-123", "2024-05-02T00:00:00Z"),
            ("2024-05-02T11:22:33.Z", "2024-05-02T11:22:33Z"),
            ("2024-05-02T11:22:33-00:00", "2024-05-02T11:22:33Z"),
            ("2024-05-02T11:22:33−07:00", "2024-05-02T18:22:33Z"),
            (" 2024-05-02 ", "2024-05-02T00:00:00Z"), ("2024-05-02T11Z", "2024-05-02T11:00:00Z"),
            ("\u{200E}2024-05-02\u{A0}", "2024-05-02T00:00:00Z"),
            ("١٥ مايو ٢٠٢٤", "2024-05-15T00:00:00Z"), ("2 พฤษภาคม 2567", "2024-05-02T00:00:00Z"),
            ("/Date(1714646553000)/", "2024-05-02T10:42:33Z"),
            ("/Date(1714646553000+0200)/", "2024-05-02T10:42:33Z"),
            (#"ISODate("2024-05-02T11:22:33Z")"#, "2024-05-02T11:22:33Z"),
            ("Posted on 2024-05-02", "2024-05-02T00:00:00Z"), ("2024-05", "2024-05-01T00:00:00Z"),
            ("05/2024", "2024-05-01T00:00:00Z"), ("May 2024", "2024-05-01T00:00:00Z"),
            ("2024-05-02T09:22:33+02:00[Europe/Berlin]", "2024-05-02T07:22:33Z"),
            ("5/5/2024", "2024-05-05T00:00:00Z"), ("25/12/2024", "2024-12-25T00:00:00Z"),
            ("12/25/2024", "2024-12-25T00:00:00Z"), ("12-25-24", "2024-12-25T00:00:00Z"),
        ] as [(String, String?)])
    func spelling(raw: String, expected: String?) {
        #expect(moment(raw) == expected)
    }

    @Test(
        "The date of a sentence on a page is read in its language",
        arguments: [
            "Reviewed in the United States on November 12, 2024",
            "Reviewed in the United Kingdom on 12 November 2024",
            "Rezension aus Deutschland vom 12. November 2024", "Am 12. November 2024",
            "Commenté en France le 12 novembre 2024",
            "Calificado en España el 12 de noviembre de 2024",
            "Recensito in Italia il 12 novembre 2024",
            "Avaliado no Brasil em 12 de novembro de 2024",
            "Beoordeeld in Nederland op 12 november 2024",
            "Opinia napisana w Polsce dnia 12 listopada 2024",
            "Recenserad i Sverige den 12 november 2024",
            "12 Kasım 2024 tarihinde Türkiye'de incelendi",
            "12 ноября 2024 г.", "تمت المراجعة في السعودية في 12 نوفمبر 2024",
            "12 नवंबर 2024 को भारत में समीक्षित", "2024年11月12日に日本でレビュー済み",
            "Đánh giá tại Việt Nam vào ngày 12 tháng 11, 2024", "12 Νοεμβρίου 2024",
            "2024. november 12.", "12. marraskuuta 2024", "12. listopadu 2024",
            "12 листопада 2024 року", "12 בנובמבר 2024", "12 noiembrie 2024",
        ])
    func sentence(raw: String) {
        #expect(moment(raw) == "2024-11-12T00:00:00Z")
    }

    @Test("Every name of a month in every language is read, and names one month")
    func months() {
        var named: [String: Int] = [:]
        for language in monthNameTable {
            let groups = language.split(separator: " ")
            #expect(groups.count == 12)
            for (index, group) in groups.enumerated() {
                for name in group.split(separator: "|") {
                    let padded = index < 9 ? "0\(index + 1)" : "\(index + 1)"
                    #expect(moment("17 \(name) 2024") == "2024-\(padded)-17T00:00:00Z", "\(name)")
                    let folded = foldWritten(Array(name.utf8)) ?? ""
                    #expect(named[folded] ?? index == index, "\(name) names two months")
                    named[folded] = index
                }
            }
        }
        #expect(monthNameTable.count >= 12 && named.count > 250)
    }

    @Test(
        "What says that there is no date is absent",
        arguments: ["0000-00-00 00:00:00", "0000-00-00", "N/A", "null", "-", "0001-01-01T00:00:00"])
    func absent(raw: String) {
        #expect(readWrittenDate(Array(raw.utf8)) == .absent)
    }

    @Test(
        "What is no date, does not exist, or is not sure is not read",
        arguments: [
            "2024", "2024-02-30", "31.02.2024", "2026-13-01", "2024-05-02T25:00Z", "yesterdays",
            "2026-08-04T02:09Zx", "2026-08-04T02:09+99:00", "2024-05-02 11:22 IST", "13/13/2024",
            "12 reviews in May 2024", "version 1.2.3.4", "2 May", "May", "1", "12", "4111111111111",
            "99999999999", "Great product", "2024-W60-1", "2024-05-02T11:60", "12:30", "5 of 10",
            "2 May 2024 and 3 June 2024",
        ])
    func unreadable(raw: String) {
        #expect(readWrittenDate(Array(raw.utf8)) == .unreadable)
    }

    @Test(
        "The time of a written date goes to its last part: hours, fractions, zones, midnight",
        arguments: [
            ("2 May 2024 11:22:33.5 GMT", "2024-05-02T11:22:33.500000Z"),
            ("2 May 2024 11:22:33,5 GMT", "2024-05-02T11:22:33.500000Z"),
            ("2 May 2024 11:22:33.1234567 GMT", "2024-05-02T11:22:33.123456Z"),
            ("2 May 2024 11h22 CEST", "2024-05-02T09:22:00Z"),
            ("2 May 2024 11h CEST", "2024-05-02T09:00:00Z"),
            ("2. Mai 2024, 11 Uhr MESZ", "2024-05-02T09:00:00Z"),
            ("2 May 2024 11:22 +0030", "2024-05-02T10:52:00Z"),
            ("2 May 2024 11:22 +1", "2024-05-02T10:22:00Z"),
            ("2 May 2024 11:22 +01:30", "2024-05-02T09:52:00Z"),
            ("2 May 2024 11:22 -0130", "2024-05-02T12:52:00Z"),
            ("2 May 2024 11:22 +2359", "2024-05-01T11:23:00Z"), ("2 May 2024 11:22 +2400", nil),
            ("2 May 2024 11:22 +0060", nil), ("2 May 2024 24:00", "2024-05-03T00:00:00Z"),
            ("2 May 2024 24:01", nil), ("2 May 2024 24:00:01", nil), ("2 May 2024 25:00", nil),
            ("2 May 2024 23:59:60", "2024-05-03T00:00:00Z"), ("2 May 2024 23:59:61", nil),
            ("2 May 2024 23:60", nil), ("2 May 2024 12 am", "2024-05-02T00:00:00Z"),
            ("2 May 2024 12 pm", "2024-05-02T12:00:00Z"),
            ("2 May 2024 1 pm", "2024-05-02T13:00:00Z"),
            ("2024-W01-1", "2024-01-01T00:00:00Z"), ("2026-W53-7", "2027-01-03T00:00:00Z"),
            ("2024-W54-1", nil), ("2024-W18-8", nil),
        ] as [(String, String?)])
    func times(raw: String, expected: String?) {
        #expect(moment(raw) == expected)
    }

    @Test("A dot after each of two digits leaves day or year first, which other dates decide")
    func dotsDecided() {
        #expect(moment("26.02.23.", order: .yearFirst) == "2026-02-23T00:00:00Z")
        #expect(moment("26.02.23.", order: .dayFirst) == "2023-02-26T00:00:00Z")
        var vote = DateOrderVote()
        for text in ["26.02.23.", "32.01.05."] {
            if let orders = dateOrders(Array(text.utf8)) { vote.note(orders) }
        }
        #expect(vote.decided == .yearFirst)
    }

    @Test(
        "With dots the day is first; a dot after each of two digits leaves day or year first",
        arguments: [
            ("26.02.23", "2023-02-26"), ("26.02.23.", nil), ("05.03.23.", nil),
            ("32.12.31.", "2032-12-31"), ("26. 2. 3.", "2026-02-03"),
            ("26.02.23. 10:20", nil), ("2026.02.23.", "2026-02-23"),
            ("작성일 26.02.23.", "2026-02-23"), ("Bewertet am 26.02.23.", "2023-02-26"),
            ("26.02.2023.", "2023-02-26"), ("26.13.23.", nil), ("2.5.24", "2024-05-02"),
            ("2.5.4", nil), ("26.2.3", nil),
        ] as [(String, String?)])
    func dots(raw: String, expected: String?) {
        #expect(moment(raw).map { String($0.prefix(10)) } == expected)
    }

    @Test("Day and month of numbers alone are decided by an order, and by all dates together")
    func order() {
        #expect(moment("05/02/2024") == nil)
        #expect(moment("05/02/2024", order: .dayFirst) == "2024-02-05T00:00:00Z")
        #expect(moment("05/02/2024", order: .monthFirst) == "2024-05-02T00:00:00Z")
        #expect(moment("05-02-24", order: .yearFirst) == "2005-02-24T00:00:00Z")
        #expect(moment("05/02/2024 10:00 PM", order: .monthFirst) == "2024-05-02T22:00:00Z")
        // A stated order holds: it gives this date no day.
        #expect(moment("25/12/2024 and more", order: .monthFirst) == nil)
        #expect(moment("03/20/2025", order: .dayFirst) == nil)
        #expect(moment("03/20/2025", order: .monthFirst) == "2025-03-20T00:00:00Z")
        #expect(moment("2025-03-20", order: .dayFirst) == "2025-03-20T00:00:00Z")

        func vote(_ dates: String...) -> DateOrderVote {
            var vote = DateOrderVote()
            for date in dates {
                if let orders = dateOrders(Array(date.utf8)) { vote.note(orders) }
            }
            return vote
        }
        #expect(vote("05/02/2024", "25/02/2024").decided == .dayFirst)
        #expect(vote("05/02/2024", "02/25/2024").decided == .monthFirst)
        #expect(vote("05/02/2024", "04/03/2024").isOpen)
        #expect(vote("25/02/2024", "02/25/2024").isContradictory)
        #expect(vote("2024-05-02", "2 May 2024").decided == nil)
        #expect(!vote("2024-05-02", "2 May 2024").isOpen)
    }

    @Test(
        "A relative date is recognised in twelve languages and more",
        arguments: [
            ("2 days ago", 2, .day), ("2  days ago", 2, .day), ("a day ago", 1, .day),
            ("an hour ago", 1, .hour), ("3 months ago", 3, .month), ("a year ago", 1, .year),
            ("5 minutes ago", 5, .minute), ("yesterday", 1, .day), ("today", 0, .day),
            ("2 weeks ago (edited)", 2, .week), ("3d", 3, .day), ("2mo", 2, .month),
            ("last month", 1, .month), ("just now", 0, .day),
            ("vor 3 Monaten", 3, .month), ("vor einem Jahr", 1, .year), ("gestern", 1, .day),
            ("il y a 3 mois", 3, .month), ("il y a un an", 1, .year), ("hier", 1, .day),
            ("hace 2 días", 2, .day), ("hace una semana", 1, .week), ("ayer", 1, .day),
            ("2 mesi fa", 2, .month), ("un anno fa", 1, .year), ("ieri", 1, .day),
            ("há 2 dias", 2, .day), ("2 semanas atrás", 2, .week), ("ontem", 1, .day),
            ("3 maanden geleden", 3, .month), ("een jaar geleden", 1, .year),
            ("2 dni temu", 2, .day), ("3 miesiące temu", 3, .month), ("wczoraj", 1, .day),
            ("för 2 dagar sedan", 2, .day), ("for 2 dage siden", 2, .day), ("igår", 1, .day),
            ("2 gün önce", 2, .day), ("3 ay önce", 3, .month), ("dün", 1, .day),
            ("2 дня назад", 2, .day), ("5 лет назад", 5, .year), ("вчера", 1, .day),
            ("3日前", 3, .day), ("3か月前", 3, .month), ("2週間前", 2, .week), ("1年前", 1, .year),
            ("3天前", 3, .day), ("2个月前", 2, .month), ("5小时前", 5, .hour), ("昨天", 1, .day),
            ("3일 전", 3, .day), ("2개월 전", 2, .month), ("1주 전", 1, .week), ("어제", 1, .day),
            ("قبل 3 أيام", 3, .day), ("2 दिन पहले", 2, .day), ("2 ngày trước", 2, .day),
        ] as [(String, Int64, RelativeDate.DateUnit)])
    func relative(raw: String, count: Int64, unit: RelativeDate.DateUnit) {
        #expect(
            readWrittenDate(Array(raw.utf8)) == .relative(RelativeDate(count: count, unit: unit)))
    }

    @Test("A time before 1995 or more than two days after the dump is out of reach")
    func reach() throws {
        let observed = try #require(Instant(iso8601: "2026-03-31T10:20:30Z"))
        for (time, isWithin) in [
            ("1995-01-01", true), ("1994-12-31T23:59:59Z", false), ("1970-01-19", false),
            ("2026-03-31", true), ("2026-04-02T10:20:30Z", true), ("2026-04-02T10:20:31Z", false),
            ("2100-01-01", false),
        ] {
            let instant = try #require(Instant(iso8601: time))
            #expect(
                ReadingRules(observedAt: observed).reach?.contains(instant) == isWithin, "\(time)")
        }
    }

    @Test("A number of a shape's unit is read in it; a date in words is not its first number")
    func units() {
        func read(_ raw: String, _ format: FieldFormat) -> String {
            switch readInstant(Array(raw.utf8), as: format) {
            case .success(let instant): instant?.description ?? "absent"
            case .failure: "fault"
            }
        }
        #expect(read("1714646553", .unixSeconds) == "2024-05-02T10:42:33Z")
        #expect(read("1714646553", .unixMilliseconds) == "1970-01-20T20:17:26.553000Z")
        #expect(read("2024-05-02", .unixSeconds) == "2024-05-02T00:00:00Z")
        #expect(read("2 days ago", .unixSeconds) == "fault")
        #expect(read("0000-00-00", .iso8601) == "absent")
        #expect(read("05/02/2024", .iso8601) == "fault")
        #expect(read("26 Apr 2026", .iso8601) == "2026-04-26T00:00:00Z")
    }

    @Test("Texts of any bytes are read without a trap, and the same again")
    func anything() {
        var random = SplitMix64(seed: 23)
        let parts = [
            "2024", "05", "2", "/", "-", ".", ":", " ", "May", "mai", "T", "Z", "+", "11:22", "年",
            "月", "日", "W18", "am", "pm", "ago", "days", "vor", "(", ")", "5", "★", "☆", "out of",
            "99999999999999999999", "%", "'", ",", "\u{A0}", "th", "tháng", "K", "十", "e9", "\u{0}",
        ]
        for _ in 0..<4_000 {
            let text = (0..<random.draw(below: 9)).map { _ in
                parts[Int(random.draw(below: UInt64(parts.count)))]
            }.joined()
            let raw = Array(text.utf8)
            #expect(readWrittenDate(raw) == readWrittenDate(raw))
            #expect("\(readRating(raw, scale: 5))" == "\(readRating(raw, scale: 5))")
            if case .success(let count) = readCount(raw) { #expect(count >= 0) }
            if case .success(let rating?) = readRating(raw, scale: 5) {
                #expect((10...50).contains(rating))
            }
        }
    }
}
