import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import Foundation
import Testing

/// The report views, queried with the tools that analysts use.
@Suite struct ReportTests {
    private let history = ReviewHistory(seed: 5)

    /// Runs a program and returns its standard output.
    private func output(_ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(arguments)")
        return String(decoding: data, as: UTF8.self)
    }

    private static let question = """
        SELECT count(*), sum(review_count), CAST(round(sum(mean_rating * rated_count), 0) AS INTEGER),
               sum(star_1 + star_2) FROM %products WHERE review_count > 0
        """
    private static let edits = """
        SELECT count(*) FROM %review_history WHERE changed_fields LIKE '%rating%'
        """

    /// The same queries, answered by the store's reader.
    private func expected(_ store: any ReviewStore) throws -> (String, String) {
        let sums = try store.read { try $0.products(nil) }.map(\.summary.counters)
            .filter { $0.reviewCount > 0 }
        let stars = sums.reduce(0.0) { $0 + Double($1.ratingSum) / 10 }
        let line = [
            String(sums.count), String(sums.reduce(0) { $0 + $1.reviewCount }),
            String(Int(stars.rounded())), String(sums.reduce(0) { $0 + $1.negatives }),
        ].joined(separator: "|")
        let edits = try store.read { try $0.history(ofProduct: nil, review: nil) }
            .count { $0.changedFields.contains(.rating) }
        return (line, String(edits))
    }

    /// Number of products, `review_count`, `rating_sum` in stars and number of brands, as of a run.
    private static func asOf(_ source: String) -> String {
        """
        SELECT count(*), sum(review_count), CAST(round(sum(mean_rating * rated_count), 0) AS INTEGER),
               count(DISTINCT brand) FROM \(source)
        """
    }

    private func expectedAsOf(_ store: any ReviewStore) throws -> [(run: Int64, line: String)] {
        try store.read { reader in
            try reader.runs().map { run in
                let products = try AsOfReader(reader, run: run.run).products(nil)
                let sums = products.map(\.summary.counters)
                let stars = sums.reduce(0.0) { $0 + Double($1.ratingSum) / 10 }
                let line = [
                    String(products.count), String(sums.reduce(0) { $0 + $1.reviewCount }),
                    String(Int(stars.rounded())),
                    String(Set(products.compactMap { $0.dimension[.brand] }).count),
                ].joined(separator: "|")
                return (run.run, line)
            }
        }
    }

    @Test("sqlite3 answers from the views what the reader answers")
    func sqlite() throws {
        let file = try TemporaryStore()
        let store = try file.open()
        try history.load(history.steps, into: store)
        let (sums, edits) = try expected(store)
        func ask(_ sql: String) throws -> String {
            let text = sql.replacing("%products", with: "report_products")
                .replacing("%review_history", with: "report_review_history")
            return try output(["sqlite3", file.path, text])
                .trimmingCharacters(in: .whitespacesAndNewlines)
        }
        #expect(try ask(Self.question) == sums)
        #expect(try ask(Self.edits) == edits)
        for (run, line) in try expectedAsOf(store) {
            let view = "report_products_by_run WHERE as_of_run = \(run)"
            #expect(try ask(Self.asOf(view)) == line, "run \(run)")
        }
        for view in ["reviews", "months", "scopes", "runs", "files", "product_history"] {
            #expect(try ask("SELECT count(*) FROM report_\(view)") != "0", "\(view)")
        }
    }

    @Test(
        "psql answers the same, and a granted role reads the views and nothing else",
        .enabled(
            if: ProcessInfo.processInfo.environment["AFTERWORD_TEST_POSTGRES"] != nil,
            "SKIPPED: AFTERWORD_TEST_POSTGRES names no server (ci/postgres start)"))
    func postgres() throws {
        let schema = try TemporarySchema()
        let store = try schema.open()
        try history.load(history.steps, into: store)
        let (sums, edits) = try expected(store)
        let role = "analyst " + UUID().uuidString
        let server = try PostgresConnection(url: schema.url)
        try server.runAll("CREATE ROLE \"\(role)\" LOGIN")
        defer {
            try? server.runAll("DROP OWNED BY \"\(role)\"; DROP ROLE \"\(role)\"")
        }
        try store.grantReader(role)
        func ask(_ sql: String) throws -> String {
            let views = schema.reportSchema
            let text = sql.replacing("%products", with: "\(views).products")
                .replacing("%review_history", with: "\(views).review_history")
            return try output([
                "psql", schema.url, "-qAtX", "-c", "SET ROLE \"\(role)\"", "-c", text,
            ]).trimmingCharacters(in: .whitespacesAndNewlines)
        }
        #expect(try ask(Self.question) == sums)
        #expect(try ask(Self.edits) == edits)
        for (run, line) in try expectedAsOf(store) {
            let function = "\(schema.reportSchema).products_as_of(\(run))"
            #expect(try ask(Self.asOf(function)) == line, "run \(run)")
        }
        let comments = try ask(
            """
            SELECT count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = '\(schema.reportSchema)' AND a.attnum > 0
                AND col_description(c.oid, a.attnum) IS NULL
            """)
        #expect(comments == "0", "a column without a comment")
        try server.runAll("SET ROLE \"\(role)\"")
        #expect(throws: StoreFault.self) { try server.runAll("SELECT * FROM runs") }
        try server.runAll("RESET ROLE")
    }

    @Test(
        "A role granted before a view was there reads it after the migration",
        .enabled(
            if: ProcessInfo.processInfo.environment["AFTERWORD_TEST_POSTGRES"] != nil,
            "SKIPPED: AFTERWORD_TEST_POSTGRES names no server (ci/postgres start)"))
    func grantedBefore() throws {
        let schema = try TemporarySchema()
        let views = schema.reportSchema
        let store = try schema.open()
        let role = "analyst " + UUID().uuidString
        let server = try PostgresConnection(url: schema.url)
        try server.runAll("CREATE ROLE \"\(role)\" LOGIN")
        defer {
            try? server.runAll("DROP OWNED BY \"\(role)\"; DROP ROLE \"\(role)\"")
        }
        // The store of a program from before verdicts.
        try server.runAll(
            """
            \(namesOfServedViews.map { "DROP VIEW \(views).\($0);" }.joined())
            DROP VIEW \(views).review_enrichments; \(undoServedColumns)
            DROP VIEW \(views).files; \(undoFileColumns)
            DROP TABLE taxonomies; DROP TABLE deliveries;
            DROP VIEW \(views).work_marks; DROP TABLE work_marks;
            DROP VIEW \(views).scopes; \(undoDistinctColumns)
            \(undoSinceDigestRules)
            \(undoPlainNamesOfPostgres)
            DROP VIEW \(views).review_links; DROP TABLE review_links;
            DROP VIEW \(views).verdicts; DROP TABLE review_verdicts; DROP TABLE service_jobs;
            DELETE FROM migrations
                WHERE name IN ('6 verdicts', '7 service jobs', '8 plain names',
                    '9 digest rules', '10 identity rules, unreadable fields',
                    '11 review links', '12 distinct reviews',
                    '13 estimated times, restated versions, capped dumps', '15 readings',
                    '16 search', '17 lists',
                    '18 lists of replaced versions',
                    '19 batches, enrichments, models as served', '20 deliveries',
                    '21 prices of batches', '22 work', '23 pruned records',
                    '24 versions of objects', '25 taxonomies')
            """)
        try store.grantReader(role)
        _ = try schema.open()
        try server.runAll("SET ROLE \"\(role)\"")
        try server.runAll("SELECT * FROM \(views).verdicts")
        #expect(throws: StoreFault.self) { try server.runAll("SELECT * FROM review_verdicts") }
        try server.runAll("RESET ROLE")
    }

    @Test("docs/tables.md is made from the views")
    func documentation() throws {
        let written = try String(contentsOfFile: "docs/tables.md", encoding: .utf8)
        #expect(written == reportDocumentation(), "run ci/table-docs")
    }
}
