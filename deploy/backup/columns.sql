-- The columns of the store, as ',table.column,table.column,': what written.sql compares of them.
SELECT ',' || string_agg(table_name || '.' || column_name, ',') || ','
FROM information_schema.columns
WHERE table_schema = current_schema() AND column_name <> 'row_checksum';
