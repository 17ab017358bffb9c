"""Exports as Delta tables: the Parquet files stay where they are, and each run is a commit.

A table's log lies beside its files, in `TABLE/_delta_log`. A commit carries the application
transaction `afterword` with the number of the run: a run is committed once, whichever of several
publishers was first, and however often one is killed. The ledger `runs` comes last, so that a
reader that joins it sees only runs that are whole.
"""
import json
import random
import time

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable, Schema, Transaction
from deltalake.exceptions import DeltaError
from deltalake.transaction import AddAction

from afterword_lake.orders import is_of_server
from afterword_lake.places import Place

APPLICATION = "afterword"
LEDGER = "runs"
TRIES = 20


def publish(target):
    """Commits every run of an export that its tables do not have yet.

    Returns the runs, and how many commits were made."""
    place = Place(target)
    try:
        manifest = json.loads(place.read("manifest.json"))
    except FileNotFoundError:
        raise ValueError(f"there is no export at {target}: manifest.json is missing") from None
    if manifest.get("afterword_export") != 1 or manifest["format"] != "parquet":
        raise ValueError("manifest.json is not of a Parquet export of this version")
    commits, tables = 0, {}
    for run in manifest["runs"]:
        # A stable order with the ledger last.
        for file in sorted(run["files"], key=lambda file: file["table"] == LEDGER):
            name = file["table"]
            if name not in tables:
                tables[name] = PublishedTable(place, name)
            commits += tables[name].commit(run["run"], file, run["recorded_at_us"])
    return {"runs": len(manifest["runs"]), "commits": commits}


class PublishedTable:
    """A Delta table whose files lie in a folder of an export."""

    def __init__(self, place, name):
        place.require_own(name)
        self.place, self.name = place, name
        self.table = self.open()

    def open(self):
        """The table as it is now; None before its first commit."""
        uri = self.place.uri(self.name)
        if not DeltaTable.is_deltatable(uri, self.place.options):
            return None
        return DeltaTable(uri, storage_options=self.place.options)

    def newest(self):
        """The newest run that the table has; 0 before the first."""
        return (self.table and self.table.transaction_version(APPLICATION)) or 0

    def commit(self, run, file, recorded_at_us):
        """Adds the file of a run, unless the table has the run. Returns the commits made."""
        for number in range(1, TRIES + 1):
            if self.newest() >= run:
                return 0
            try:
                done = self.add(run, file, recorded_at_us)
                self.table = self.open()
                return done
            except DeltaError as error:
                if number == TRIES or is_of_server(error):
                    raise
                # Another publisher was faster: look again at what it did.
                time.sleep(random.uniform(0, number / 10))
                self.table = self.open()

    def add(self, run, file, recorded_at_us):
        path = file["path"].removeprefix(self.name + "/")
        with self.place.open(file["path"]) as source:
            parquet = pq.ParquetFile(source)
            schema = parquet.schema_arrow
            stats = statistics(parquet.metadata, schema)
        action = AddAction(
            path=path, size=file["bytes"], partition_values={},
            modification_time=recorded_at_us // 1000, data_change=True, stats=json.dumps(stats))
        properties = CommitProperties(
            app_transactions=[Transaction(APPLICATION, run)],
            custom_metadata={"afterword_run": str(run)})
        delta = Schema.from_arrow(schema)
        if self.table is None:
            # Without rows: of two that make a table at once both may succeed, and rows would be
            # there twice.
            DeltaTable.create(
                self.place.uri(self.name), schema=delta, mode="ignore", name=self.name,
                storage_options=self.place.options)
            self.table = self.open()
            if self.newest() >= run:
                return 0
        self.table.create_write_transaction(
            [action], mode="append", schema=delta, partition_by=[],
            commit_properties=properties)
        return 1


# How values are written in statistics.
KINDS = {
    pa.int64(): int,
    pa.string(): str,
    pa.timestamp("us", tz="UTC"): lambda time: time.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
}
# Texts longer than this are left out of the statistics, as Delta's writers cut them.
TEXT_LIMIT = 32


def statistics(metadata, schema):
    """Rows, and the least and greatest value of columns of numbers, times and short texts."""
    least, greatest, nulls = {}, {}, {}
    for place, field in enumerate(schema):
        groups = [
            metadata.row_group(group).column(place).statistics
            for group in range(metadata.num_row_groups)
        ]
        groups = [group for group in groups if group is not None]
        if len(groups) != metadata.num_row_groups:
            continue
        if all(group.has_null_count for group in groups):
            nulls[field.name] = sum(group.null_count for group in groups)
        known = [group for group in groups if group.has_min_max]
        if not known or field.type not in KINDS:
            continue
        low, high = min(group.min for group in known), max(group.max for group in known)
        if isinstance(low, str) and max(len(low), len(high)) > TEXT_LIMIT:
            continue
        least[field.name], greatest[field.name] = KINDS[field.type](low), KINDS[field.type](high)
    return {
        "numRecords": metadata.num_rows, "minValues": least, "maxValues": greatest,
        "nullCount": nulls,
    }
