-- What a restored backup would lose, one line a table: name, rows, and for what people write and
-- change in place a sum over the rows' contents. Only the columns in :known are read, those of
-- before a migration. Attempts of runs are a log, and not compared.
SELECT table_name || ' ' || (xpath('/table/row/n/text()', query_to_xml(format(
    CASE WHEN table_name IN ('api_keys', 'deliveries', 'review_verdicts', 'taxonomies',
                             'work_marks')
        THEN 'SELECT count(*) || '' '' || coalesce(sum((''x'' || left(md5(ROW(%s)::text), 15))'
            '::bit(60)::bigint), 0) AS n FROM %I.%I'
        ELSE 'SELECT count(*) AS n FROM %2$I.%3$I'
    END,
    string_agg(quote_ident(column_name), ', ' ORDER BY column_name), table_schema, table_name),
    false, false, '')))[1]
FROM information_schema.columns
WHERE table_schema = current_schema()
    AND table_name IN (
        'api_keys', 'deliveries', 'llm_batches', 'llm_calls', 'product_insights_cache',
        'product_insights_history', 'review_enrichments', 'review_verdicts', 'runs',
        'service_jobs', 'taxonomies', 'work_marks')
    AND position(',' || table_name || '.' || column_name || ',' IN :'known') > 0
GROUP BY table_schema, table_name
ORDER BY table_name;
