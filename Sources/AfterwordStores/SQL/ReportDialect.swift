import AfterwordCore

/// Generates SQL for the parts of a view that differ between the stores.
enum ReportDialect {
    case sqlite
    case postgres

    func sql(_ expression: ReportView.Expression, schema: Int) -> String {
        switch expression {
        case .plain(let column): return column
        case .instant(let column):
            return self == .sqlite
                ? "strftime('%Y-%m-%dT%H:%M:%fZ', \(column) / 1000000.0, 'unixepoch')"
                : "TIMESTAMPTZ 'epoch' + \(column) * INTERVAL '1 microsecond'"
        case .instantOf(let column, let origin, let word):
            return
                "CASE WHEN \(origin) = '\(word)' THEN \(sql(.instant(column), schema: schema)) END"
        case .digest(let column):
            return self == .sqlite ? "lower(hex(\(column)))" : "encode(\(column), 'hex')"
        case .stars(let column): return "\(column) / 10.0"
        case .mean(let sum, let count):
            return "CASE WHEN \(count) > 0 THEN round(\(sum) / 10.0 / \(count), 3) END"
        case .share(let part, let whole):
            return "CASE WHEN \(whole) > 0 THEN round(\(part) * 1.0 / \(whole), 6) END"
        case .millionths(let column): return "\(column) / 1000000.0"
        case .dollars(let column): return "\(column) / 1000000000.0"
        case .fields(let bits):
            let fields = TrackedField.allCases.filter {
                SchemaMigration.version(of: $0) <= schema
            }
            let names = fields.map { field in
                "CASE WHEN \(bits) & \(1 << field.rawValue) <> 0 THEN '\(field.name) ' ELSE '' END"
            }
            return "rtrim(" + names.joined(separator: " || ") + ")"
        }
    }

    /// The SELECT statement of a view.
    func select(_ view: ReportView) -> String {
        let columns = view.columns.map {
            "\(sql($0.expression, schema: view.schema)) AS \($0.name)"
        }
        return "SELECT " + columns.joined(separator: ", ") + " " + view.source
    }
}
