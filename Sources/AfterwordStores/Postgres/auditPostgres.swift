import AfterwordPipeline

/// The first inconsistency that Postgres itself can find. Runs in a read-only snapshot and checks,
/// in this order: product sums recomputed by the server; CHECK and NOT NULL constraints of every
/// table; invalid indexes; and, where the extension `amcheck` is installed and executable, every
/// B-tree index against its table.
func auditPostgres(_ connection: PostgresConnection) throws -> AuditFinding? {
    try sumFault(connection) ?? constraintFault(connection) ?? indexFault(connection)
        ?? treeFault(connection)
}

private func sumFault(_ connection: PostgresConnection) throws -> AuditFinding? {
    try connection.run(PostgresSums.recomputationFault).first.map { row in
        AuditFinding(
            run: nil, table: "product_summary", row: "product \(try row.string("product_id"))",
            what: "the server's own recomputation gives other sums")
    }
}

/// Checks each constraint with a query, so that rows written around the constraint, or before it
/// existed, are found too.
private func constraintFault(_ connection: PostgresConnection) throws -> AuditFinding? {
    // The planner must not infer the result from the constraint itself.
    try connection.run("SET LOCAL constraint_exclusion = off")
    let constraints = try connection.run(
        """
        SELECT c.relname::text AS name, n.conname::text AS rule,
            format('SELECT EXISTS (SELECT FROM %s WHERE NOT (%s)) AS is_broken',
                c.oid::regclass, pg_get_expr(n.conbin, n.conrelid)) AS question
        FROM pg_constraint n JOIN pg_class c ON c.oid = n.conrelid
        WHERE n.contype = 'c' AND c.relnamespace = current_schema()::regnamespace
        UNION ALL
        SELECT c.relname::text, 'not null',
            format('SELECT EXISTS (SELECT FROM %s WHERE num_nulls(%s) > 0) AS is_broken',
                c.oid::regclass, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum))
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
            AND a.attnotnull AND a.attnum > 0 AND NOT a.attisdropped
        GROUP BY c.oid, c.relname
        ORDER BY name, rule
        """
    ).map { (try $0.string("name"), try $0.string("rule"), try $0.string("question")) }
    for (table, rule, question) in constraints {
        guard try connection.run(question).first?.flag("is_broken") == true else { continue }
        return AuditFinding(
            run: nil, table: table, row: "a row of it", what: "it breaks the table's rule \(rule)")
    }
    return nil
}

private func indexFault(_ connection: PostgresConnection) throws -> AuditFinding? {
    try connection.run(
        """
        SELECT t.relname::text AS name, i.relname::text AS index FROM pg_index x
        JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
        WHERE t.relnamespace = current_schema()::regnamespace
            AND NOT (x.indisvalid AND x.indisready AND x.indislive)
        ORDER BY name, index LIMIT 1
        """
    ).first.map { row in
        AuditFinding(
            run: nil, table: try row.string("name"), row: "index \(try row.string("index"))",
            what: "it is not valid")
    }
}

private func treeFault(_ connection: PostgresConnection) throws -> AuditFinding? {
    let questions = try connection.run(
        """
        SELECT t.relname::text AS name, i.relname::text AS index,
            format('SELECT %I.bt_index_check(%s::oid::regclass, true)', n.nspname, i.oid)
                AS question
        FROM pg_extension e
        JOIN pg_proc p ON p.pronamespace = e.extnamespace AND p.proname = 'bt_index_check'
            AND p.pronargs = 2 AND has_function_privilege(p.oid, 'EXECUTE')
        JOIN pg_namespace n ON n.oid = p.pronamespace,
            pg_index x JOIN pg_class t ON t.oid = x.indrelid
            JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_am m ON m.oid = i.relam
        WHERE e.extname = 'amcheck' AND m.amname = 'btree'
            AND t.relnamespace = current_schema()::regnamespace
        ORDER BY name, index
        """
    ).map { (try $0.string("name"), try $0.string("index"), try $0.string("question")) }
    for (table, index, question) in questions {
        do {
            try connection.run(question)
        } catch StoreFault.damaged(let what) {
            return AuditFinding(run: nil, table: table, row: "index \(index)", what: what)
        }
    }
    return nil
}
