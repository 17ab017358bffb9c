"""Arrow streams as Parquet files."""
import os

import pyarrow as pa
import pyarrow.parquet as pq

# A row group is what a reader skips by its statistics, and what is held in memory.
GROUP_ROWS = 131_072
GROUP_BYTES = 64 << 20
# Columns whose values repeat: a dictionary of others is built and thrown away.
REPEATED = {
    "product_id", "operation", "changed_fields", "run", "observed_at", "rating", "verified",
    "variant", "country", "language", "created_origin", "updated_origin", "brand", "category",
    "family", "file", "shape", "month", "origin", "kind", "aspect", "field", "model", "reason",
}


def write_stream(stream, path, sorted_by=None):
    """Writes the rows of an Arrow stream to a Parquet file that is there, a row group at a time.

    `sorted_by` names the column by which the rows come sorted. Returns the number of rows.
    Raises `FileNotFoundError` where the file is gone: a later export has removed what a killed one
    left, and this program goes on for the killed one."""
    reader = pa.ipc.open_stream(stream)
    schema = reader.schema
    sorting = None
    if sorted_by == "product_id":
        sorting = pq.SortingColumn.from_ordering(schema, [(sorted_by, "ascending")])
    rows = 0
    with open(path, "wb", opener=lambda name, flags: os.open(name, flags & ~os.O_CREAT)) as file:
        with pq.ParquetWriter(
                file, schema, compression="zstd", compression_level=1, version="2.6",
                use_dictionary=[name for name in schema.names if name in REPEATED],
                sorting_columns=sorting, write_statistics=True) as writer:
            for group in groups(reader):
                table = pa.Table.from_batches(group, schema)
                rows += table.num_rows
                writer.write_table(table, row_group_size=GROUP_ROWS)
        file.flush()
        os.fsync(file.fileno())
    return rows


def groups(reader):
    """The batches of a stream in lists of at most a row group."""
    held, count, size = [], 0, 0
    for batch in reader:
        if held and (count + batch.num_rows > GROUP_ROWS or size + batch.nbytes > GROUP_BYTES):
            yield held
            held, count, size = [], 0, 0
        held.append(batch)
        count += batch.num_rows
        size += batch.nbytes
    if held:
        yield held
