"""peers.py sqlite|duckdb|postgres|copy DATABASE FOLDER first|second: what else one would write for the same work, as plain SQL in one
transaction: the lines kept, clean rows, a history of versions, sums of every product. The second dump is complete: what it does not
name is gone. No mock times, no digests, no checks of the input, no run to undo.
"""
import glob
import subprocess
import sys

kind, database, folder, step = sys.argv[1:5]
dump = 1 if step == "first" else 2
files = sorted(glob.glob(folder + "/*.jsonl"))
FIELDS = ["review_id", "product_id", "user_id", "rating", "title", "body", "verified", "helpful_votes", "created_at"]
KEYS = ["review_id", "parent_asin", "user_id", "rating", "title", "text", "verified_purchase", "helpful_vote", "timestamp"]
COLUMNS = ", ".join(FIELDS)
TYPES = "review_id text, product_id text, user_id text, rating int, title text, body text, verified {flag}, helpful_votes int, created_at bigint"

SUMS = """create table product_summary as select product_id, count(*) as review_count, avg(rating) as mean,
    sum(case when rating = 1 then 1 else 0 end) as star_1, sum(case when rating = 5 then 1 else 0 end) as star_5,
    min(created_at) as first_at, max(created_at) as last_at from clean group by product_id"""


def first(select):
    return [
        f"insert into clean {select}",
        f"insert into history select 1, 'insert', {COLUMNS} from clean",
        "create unique index history_key on history (review_id, version)",
        SUMS,
    ]


def second(select, differs, temporary):
    changed = " or ".join(f"s.{field} {differs} c.{field}" for field in FIELDS[1:])
    return [
        f"create {temporary} table stage as {select}",
        "create unique index stage_key on stage (review_id)",
        f"""create {temporary} table delta as select case when c.review_id is null then 'insert' else 'update' end as operation, s.*
            from stage s left join clean c on c.review_id = s.review_id where c.review_id is null or {changed}""",
        """insert into delta select 'delete', c.* from clean c
            where not exists (select 1 from stage s where s.review_id = c.review_id)""",
        f"""insert into history select coalesce((select max(version) from history h where h.review_id = d.review_id), 0) + 1,
            operation, {COLUMNS} from delta d""",
        "delete from clean where review_id in (select review_id from delta)",
        f"insert into clean select {COLUMNS} from delta where operation <> 'delete'",
        "drop table product_summary",
        SUMS,
    ]


def sqlite():
    import sqlite3
    connection = sqlite3.connect(database, isolation_level=None)
    run = connection.execute
    run("pragma journal_mode = wal")
    run("pragma synchronous = full")
    run("pragma cache_size = -262144")
    run("begin")
    if dump == 1:
        run("create table bronze (dump int, line text)")
        run(f"create table clean ({TYPES.format(flag='int').replace('review_id text', 'review_id text primary key')})")
        run(f"create table history (version int, operation text, {TYPES.format(flag='int')})")
    def lines():
        for file in files:
            with open(file, encoding="utf-8") as text:
                for line in text:
                    yield (line,)
    connection.executemany(f"insert into bronze values ({dump}, ?)", lines())
    select = "select " + ", ".join(f"line ->> '{key}' as {field}" for key, field in zip(KEYS, FIELDS)) + f" from bronze where dump = {dump}"
    for sql in first(select) if dump == 1 else second(select, "is not", "temporary"):
        run(sql)
    run("commit")


def duckdb():
    import duckdb as engine
    connection = engine.connect(database)
    run = connection.execute
    run("begin")
    if dump == 1:
        run("create table bronze (dump int, line json)")
        run(f"create table clean ({TYPES.format(flag='boolean')})")
        run(f"create table history (version int, operation text, {TYPES.format(flag='boolean')})")
    run(f"insert into bronze select {dump}, json from read_json_objects('{folder}/*.jsonl', format = 'newline_delimited')")
    casts = ["text", "text", "text", "double", "text", "text", "boolean", "int", "bigint"]
    select = "select " + ", ".join(f"cast(line ->> '{key}' as {cast}) as {field}" for key, cast, field in zip(KEYS, casts, FIELDS))
    select += f" from bronze where dump = {dump}"
    for sql in first(select) if dump == 1 else second(select, "is distinct from", "temporary"):
        run(sql)
    run("commit")


def postgres():
    casts = ["text", "text", "text", "numeric", "text", "text", "boolean", "int", "bigint"]
    select = "select " + ", ".join(
        f"(line ->> '{key}')::{cast}{'::int' if cast == 'numeric' else ''} as {field}" for key, cast, field in zip(KEYS, casts, FIELDS))
    select += f" from bronze where dump = {dump}"
    script = ["begin"]
    if dump == 1:
        script.append("create table bronze (dump int, line jsonb)")
        script.append(f"create table clean ({TYPES.format(flag='boolean').replace('review_id text', 'review_id text primary key')})")
        script.append(f"create table history (version int, operation text, {TYPES.format(flag='boolean')})")
    script.append(f"alter table bronze alter dump set default {dump}")
    text = ";\n".join(script) + ";\n"
    for file in files:
        text += f"\\copy bronze (line) from '{file}' with (format csv, quote e'\\x01', delimiter e'\\x02')\n"
    after = first(select) if dump == 1 else second(select, "is distinct from", "temporary")
    if dump == 2:
        after.insert(2, "analyze stage")
    text += ";\n".join(after + ["commit"]) + ";\n"
    subprocess.run(["psql", database, "-Xq", "-v", "ON_ERROR_STOP=1"], input=text, text=True, check=True)


def copy():
    text = f"create table lines_{dump} (line text);\nbegin;\n"
    for file in files:
        text += f"\\copy lines_{dump} from '{file}' with (format csv, quote e'\\x01', delimiter e'\\x02')\n"
    subprocess.run(["psql", database, "-Xq", "-v", "ON_ERROR_STOP=1"], input=text + "commit;\n", text=True, check=True)


{"sqlite": sqlite, "duckdb": duckdb, "postgres": postgres, "copy": copy}[kind]()
