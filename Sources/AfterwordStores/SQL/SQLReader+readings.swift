import AfterwordCore
import AfterwordPipeline

/// What was read in the texts of reviews.
extension SQLReader {
    func readings(
        ofProducts keys: ClosedRange<Int64>, upTo run: Int64
    ) throws -> [ReadingsRow] {
        try session.fewRows(
            """
            SELECT * FROM product_readings WHERE product_key BETWEEN ? AND ? AND run <= ?
            ORDER BY product_key, run
            """, [.number(keys.lowerBound), .number(keys.upperBound), .number(run)]
        ) { try $0.readingsRow }
    }

    func marks(
        ofProducts keys: ClosedRange<Int64>?, upTo run: Int64,
        _ take: (Int64, ReadingHistory) throws -> Void
    ) throws {
        // Without values, because all readings of a store may be more than memory should hold.
        let ofKeys = keys.map { "AND product_key BETWEEN \($0.lowerBound) AND \($0.upperBound)" }
        var product: Int64?
        var rows: [ProductReadings] = []
        _ = try session.rows(
            """
            SELECT product_key, run, marks FROM product_readings WHERE run <= \(run) \(ofKeys ?? "")
            ORDER BY product_key, run
            """, []
        ) { row in
            let key = try row.productKey()
            if let product, product != key {
                try take(product, ReadingHistory(rows))
                rows.removeAll(keepingCapacity: true)
            }
            product = key
            rows.append(try row.marks)
        }
        if let product { try take(product, ReadingHistory(rows)) }
    }
}

// MARK: Lists and sums

extension SQLReader {
    func listed(
        _ list: ReviewList, by reader: Int64, after from: Int64, upTo to: Int64,
        _ take: (ReviewListRow) throws -> Void
    ) throws {
        // Without values, because a list may be long.
        _ = try session.rows(
            """
            SELECT * FROM review_lists WHERE list = \(list.number) AND reader = \(reader)
            AND run > \(from) AND run <= \(to) ORDER BY run, part
            """, []
        ) { try take($0.reviewListRow(list)) }
    }

    func hasLists(by reader: Int64) throws -> Bool {
        try !session.fewRows(
            "SELECT 1 FROM review_lists WHERE reader = ? LIMIT 1", [.number(reader)]
        ) { _ in true }.isEmpty
    }

    func themeSums(of scopes: [Scope]?, upTo run: Int64) throws -> [ThemeSumsRow] {
        guard let scopes else {
            return try all(
                """
                SELECT * FROM scope_theme_sums t WHERE run = (SELECT max(run)
                FROM scope_theme_sums o WHERE o.kind = t.kind AND o.id = t.id AND o.run <= ?)
                ORDER BY kind, id
                """, [.number(run)]
            ) { try $0.themeSumsRow }
        }
        return try scopes.sorted().flatMap { scope in
            try session.fewRows(
                """
                SELECT * FROM scope_theme_sums WHERE kind = ? AND id = ? AND run <= ?
                ORDER BY run DESC LIMIT 1
                """, [.text(scope.kind.rawValue), SQLValue(scope.id), .number(run)]
            ) { try $0.themeSumsRow }
        }
    }

    func themeSumsHistory() throws -> [ThemeSumsRow] {
        try all("SELECT * FROM scope_theme_sums ORDER BY kind, id, run") { try $0.themeSumsRow }
    }
}

extension ColumnRow {
    fileprivate func reviewListRow(_ list: ReviewList) throws -> ReviewListRow {
        guard let versions = ListedVersions(bytes: try bytes("versions")) else {
            throw unreadable("versions")
        }
        return ReviewListRow(
            list: list, run: try run(), part: try number("part"), reader: try count("reader"),
            versions: versions)
    }

    fileprivate var themeSumsRow: ThemeSumsRow {
        get throws {
            ThemeSumsRow(
                scope: Scope(kind: try word("kind"), id: try id("id")), run: try run(),
                reader: try count("reader"), sums: try bytes("sums"))
        }
    }

    /// The marks of a row, without places.
    fileprivate var marks: ProductReadings {
        get throws {
            guard let readings = ProductReadings(marks: try bytes("marks"), places: []) else {
                throw unreadable("marks")
            }
            return readings
        }
    }

    fileprivate var readingsRow: ReadingsRow {
        get throws {
            let marks = try bytes("marks")
            guard let readings = ProductReadings(marks: marks, places: try bytes("places")) else {
                throw unreadable("marks")
            }
            return ReadingsRow(
                productKey: try productKey(), run: try run(), reader: try count("reader"),
                readings: readings)
        }
    }
}

extension ReadingsRow: TableRow {
    func encode(into row: inout some RowSink) {
        row.add(productKey)
        row.add(run)
        row.add(reader)
        row.add(blob: readings.marks)
        row.add(blob: readings.places)
    }
}

extension ReviewListRow: TableRow {
    func encode(into row: inout some RowSink) {
        row.add(list.number)
        row.add(run)
        row.add(part)
        row.add(reader)
        row.add(blob: versions.bytes)
    }
}

extension ThemeSumsRow: TableRow {
    func encode(into row: inout some RowSink) {
        row.add(word: scope.kind)
        row.add(scope.id)
        row.add(run)
        row.add(reader)
        row.add(blob: sums)
    }
}
