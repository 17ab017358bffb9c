/// A date written as its distance from the moment of observation: `2 days ago`, `vor 3 Monaten`.
package struct RelativeDate: Equatable, Sendable {
    /// What is counted, the smallest first.
    package enum DateUnit: UInt8, Sendable {
        case second, minute, hour, day, week, month, year
    }

    package var count: Int64
    package var unit: DateUnit

    package init(count: Int64, unit: DateUnit) {
        self.count = count
        self.unit = unit
    }

    /// The moment that the text means in a dump taken at `observedAt`: exact to its unit, for days
    /// and more the start of a day. Nil where no review was published yet.
    package func estimate(observedAt: Instant) -> Instant? {
        moment(before: observedAt).flatMap { $0 < ReadingRules.earliest ? nil : $0 }
    }

    private func moment(before observedAt: Instant) -> Instant? {
        switch unit {
        case .second: observedAt.adding(seconds: -count)
        case .minute: observedAt.adding(seconds: -count * 60)
        case .hour: observedAt.adding(seconds: -count * 3600)
        case .day: observedAt.startOfDay.adding(seconds: -count * 86_400)
        case .week: observedAt.startOfDay.adding(seconds: -count * 7 * 86_400)
        case .month: observedAt.movedBack(months: count)
        case .year: observedAt.movedBack(months: count * 12)
        }
    }

    /// Reads a folded text; nil when it is no relative date.
    init?(_ folded: String) {
        let text = folded.hasSuffix(" (edited)") ? String(folded.dropLast(9)) : folded
        if let days = dayWords[text] {
            self.init(count: days, unit: .day)
            return
        }
        guard let pieces = writtenPieces(text) else { return nil }
        let words = pieces.compactMap { piece in
            if case .word(let word) = piece { word } else { nil }
        }
        let numbers = pieces.compactMap { piece in
            if case .number(let value, _) = piece { value } else { nil }
        }
        guard numbers.count <= 1, numbers.first ?? 0 <= 10_000 else { return nil }
        if let number = numbers.first, let unit = Self.eastern(words.joined()) {
            self.init(count: number, unit: unit)
            return
        }
        // From the right, since `an` and `y` are units in some languages and fillers in others.
        guard let unit = words.reversed().lazy.compactMap({ unitWords[$0] }).first,
            Self.isPast(words, text)
        else { return nil }
        let worded = words.lazy.compactMap { oneWords.contains($0) ? 1 : smallNumber($0) }.first
        guard let count = numbers.first ?? worded else { return nil }
        self.init(count: count, unit: unit)
    }

    /// Chinese, Japanese and Korean: `3か月前`, `3天前`, `3일 전`.
    private static func eastern(_ rest: String) -> DateUnit? {
        guard rest.contains("前") || rest.contains("전") else { return nil }
        return easternUnits.first { rest.hasPrefix($0.key) }?.value
    }

    /// Whether the words say that the distance lies in the past. `2d` and `3mo` alone do.
    private static func isPast(_ words: [String], _ text: String) -> Bool {
        words.count == 1 && shortUnits.contains(words[0])
            || words.contains { pastWords.contains($0) } || text.hasPrefix("il y a ")
    }
}

/// A relative date; nil for any other text.
func readRelativeDate(_ raw: [UInt8]) -> RelativeDate? {
    if case .relative(let date) = readWrittenDate(raw) { date } else { nil }
}

extension Instant {
    /// The start of the same day that many months earlier, or of the last day of that month.
    fileprivate func movedBack(months: Int64) -> Instant? {
        let date = CivilDate(daysSinceEpoch: Self.floorDivide(microseconds, 86_400_000_000))
        let index = Int64(date.year * 12 + date.month - 1) - months
        guard index >= 12 else { return nil }
        let (year, month) = (Int(index / 12), Int(index % 12) + 1)
        let day = min(date.day, CivilDate.days(year: year, month: month))
        return CivilDate(year: year, month: month, day: day).map {
            Instant(seconds: $0.daysSinceEpoch * 86_400)
        }
    }
}

private let easternUnits: KeyValuePairs<String, RelativeDate.DateUnit> = [
    "秒": .second, "초": .second, "分": .minute, "분": .minute, "時間": .hour, "小时": .hour,
    "小時": .hour, "시간": .hour, "か月": .month, "ヶ月": .month, "カ月": .month, "ケ月": .month,
    "个月": .month, "個月": .month, "개월": .month, "週": .week, "周": .week, "주": .week,
    "日": .day, "天": .day, "일": .day, "年": .year, "년": .year, "달": .month,
]

private let dayWords: [String: Int64] = folded([
    0: [
        "today", "just now", "now", "heute", "gerade eben", "aujourd'hui", "hoy", "oggi", "hoje",
        "vandaag", "dzisiaj", "dziś", "idag", "i dag", "bugün", "сегодня", "اليوم", "आज", "今日",
        "今天", "오늘", "たった今", "刚刚",
    ],
    1: [
        "yesterday", "gestern", "hier", "ayer", "ieri", "ontem", "gisteren", "wczoraj", "igår",
        "i går", "dün", "вчера", "أمس", "कल", "昨日", "昨天", "어제",
    ],
    2: [
        "vorgestern", "avant-hier", "anteayer", "eergisteren", "позавчера", "一昨日", "前天", "그저께",
    ],
    7: ["last week", "letzte woche", "a week ago"],
])

private func folded(_ words: [Int64: [String]]) -> [String: Int64] {
    var all: [String: Int64] = [:]
    for (days, names) in words {
        for name in names { all[foldWritten(Array(name.utf8)) ?? name] = days }
    }
    return all
}

private let oneWords: Set<String> = ["a", "an", "last", "letzte", "letzten", "letztes"]

private let pastWords: Set<String> = {
    let words = [
        "ago", "vor", "hace", "fa", "ha", "há", "atras", "geleden", "temu", "sedan", "siden",
        "önce", "назад", "тому", "قبل", "منذ", "पहले", "trước", "lalu", "sitten", "πριν", "last",
        "letzte", "letzten", "letztes", "acum", "zpět", "ezelőtt", "ที่แล้ว", "לפני",
    ]
    return Set(words.compactMap { foldWritten(Array($0.utf8)) })
}()

private let shortUnits: Set<String> = [
    "s", "min", "h", "hr", "hrs", "d", "w", "wk", "mo", "y", "yr",
]

/// The words for units, in languages that write the number apart.
private let unitWords: [String: RelativeDate.DateUnit] = {
    let table: KeyValuePairs<RelativeDate.DateUnit, String> = [
        .second: "second seconds sec secs s sekunde sekunden seconde secondes segundo segundos "
            + "secondo secondi seconden sekund sekundy sekunder saniye секунд секунды секунду",
        .minute: "minute minutes min mins minuten minuto minutos minuti minuut minuta minuty minut "
            + "minuter dakika минут минуты минуту دقيقة दقائق मिनट phút menit",
        .hour: "hour hours h hr hrs stunde stunden heure heures hora horas ora ore uur godzin "
            + "godziny godzinę timmar timme timer saat час часа часов ساعة ساعات घंटे giờ jam",
        .day: "day days d tag tagen tage jour jours día días giorno giorni dia dias dag dagen "
            + "dni dzień dagar dage zi zile päivää gün день дня дней يوم أيام दिन ngày hari",
        .week: "week weeks w wk wks woche wochen semaine semaines semana semanas settimana "
            + "settimane weken tydzień tygodnie tygodni vecka veckor uge uger hafta неделя недели "
            + "недель неделю أسبوع أسابيع सप्ताह हफ्ते tuần minggu",
        .month: "month months mo mos monat monate monaten mois mes meses mese mesi mês maand "
            + "maanden miesiąc miesiące miesięcy månad månader måned måneder lună luni ay "
            + "месяц месяца месяцев شهر أشهر महीने tháng bulan",
        .year: "year years y yr yrs jahr jahre jahren an ans année années año años anno anni ano "
            + "anos jaar rok lata lat år yıl год года лет سنة سنوات साल năm tahun",
    ]
    var words: [String: RelativeDate.DateUnit] = [:]
    for (unit, names) in table {
        for name in names.split(separator: " ") {
            if let folded = foldWritten(Array(name.utf8)) { words[folded] = unit }
        }
    }
    return words
}()
