"""The checks of ci/lake-check: exports and Delta tables, read by pyarrow, DuckDB and delta-rs.

usage: check.py PROGRAM JUNIT REVIEWS
"""
import glob, hashlib, json, os, sqlite3, subprocess, sys, tempfile, time, traceback, urllib.parse

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable

from answers import compare_answers
from at_once import (
    abandoned, answered, claimed, interrupted, kills, orphaned, overtaken, race, together, unread)
from bench import Bench, execute, manifest, tree

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from junit_report import Failure, write_junit


def arrow(bench):
    """pyarrow validates every Arrow file, and every file is as the manifest says."""
    out = bench.path("arrow")
    execute("export", "--to", out, "--format", "arrow", "--store", bench.store)
    tables = set()
    for run in manifest(out)["runs"]:
        for file in run["files"]:
            path = f"{out}/{file['path']}"
            table = pa.ipc.open_file(path).read_all()
            table.validate(full=True)
            assert table.num_rows == file["rows"], file
            with open(path, "rb") as data:
                bytes_ = data.read()
            assert len(bytes_) == file["bytes"], file
            assert hashlib.sha256(bytes_).hexdigest() == file["sha256"], file
            assert all(field.metadata[b"comment"] for field in table.schema), table.schema
            assert all(
                field.nullable or table[field.name].null_count == 0 for field in table.schema)
            tables.add(file["table"])
    assert tables == set(manifest(out)["tables"]) and len(tables) == 18, tables


def parquet(bench):
    """Parquet holds what Arrow holds, sorted, with statistics of the run."""
    for run in manifest(bench.path("lake"))["runs"]:
        for file in run["files"]:
            path = f"{bench.path('lake')}/{file['path']}"
            own = pq.ParquetFile(path)
            other = bench.path("arrow") + "/" + file["path"].replace(".parquet", ".arrow")
            table, expected = own.read(), pa.ipc.open_file(other).read_all()
            assert table.equals(expected, check_metadata=False), path
            schema = own.schema_arrow
            column = schema.get_field_index("run")
            for group in range(own.num_row_groups if column >= 0 else 0):
                stats = own.metadata.row_group(group).column(column).statistics
                assert stats.min == stats.max == run["run"], path
            if schema.names[0] == "product_id" and file["table"] != "rejects":
                ids = table["product_id"].to_pylist()
                assert ids == sorted(ids, key=lambda text: text.encode()), path
                assert own.metadata.num_rows == 0 or \
                    own.metadata.row_group(0).sorting_columns, path


def views(bench):
    """Each table holds as many rows as the store's view for analysts, in each run."""
    with sqlite3.connect(f"file:{bench.store}?mode=ro", uri=True) as store:
        filled = set()
        for name, run in (
                ("review_history", "run"), ("product_history", "run"), ("runs", "run"),
                ("files", "run"), ("insight_history", "made_run"), ("themes", "made_run"),
                ("theme_reviews", "made_run"), ("verdicts", "run"), ("review_links", "run"),
                ("review_enrichments", "made_run")):
            expected = dict(store.execute(
                f"SELECT {run}, count(*) FROM report_{name} GROUP BY 1").fetchall())
            found = {one["run"]: file["rows"] for one in manifest(bench.path("lake"))["runs"]
                     for file in one["files"] if file["table"] == name and file["rows"]}
            assert found == expected, (name, found, expected)
            filled |= {name} if found else set()
    assert len(filled) >= 9, filled


def texts(bench):
    """CSV and JSON Lines hold the same rows."""
    for form in ("csv", "jsonl"):
        out = bench.path(form)
        more = ["--with-formulas"] if form == "csv" else []
        execute("export", "--to", out, "--format", form, "--store", bench.store, *more)
        read = "read_csv('{}', all_varchar = true, header = true)" if form == "csv" \
            else "read_json('{}', format = 'newline_delimited', maximum_depth = 1)"
        for name in ("review_history", "product_history", "runs", "month_history"):
            source = read.format(f"{out}/{name}/*/*.{form}")
            rows = bench.ask(
                f"SELECT * FROM read_parquet('{bench.path('lake')}/{name}/*/*.parquet', "
                "hive_partitioning = false)", typed=True)
            for column, kind in rows.columns:
                cast = f"CAST(trim(CAST({column} AS VARCHAR), '\"') AS {kind})" \
                    if form == "jsonl" and kind != "VARCHAR" else f"CAST({column} AS {kind})" \
                    if kind != "VARCHAR" else f"{column}->>'$'" if form == "jsonl" else column
                # An empty text of CSV reads as NULL here.
                fill = "coalesce({}, '')" if kind == "VARCHAR" else "{}"
                lake = bench.ask(
                    f"SELECT {fill.format(column)} x FROM read_parquet("
                    f"'{bench.path('lake')}/{name}/*/*.parquet', hive_partitioning = false) "
                    "ORDER BY ALL")
                text = bench.ask(
                    f"SELECT {fill.format(cast)} x FROM {source} ORDER BY ALL")
                assert lake == text, (form, name, column, kind)
    guarded = bench.path("guarded")
    execute("export", "--to", guarded, "--format", "csv", "--tables", "review_history",
            "--store", bench.store)
    with open(glob.glob(f"{guarded}/review_history/*1/*.csv")[0], encoding="utf-8") as file:
        text = file.read()
    assert '"\'=1+1' in text and '"=1+1' not in text


def answers(bench):
    """The queries of docs/lake.md answer as the program does, as of three runs."""
    for delta in (False, True):
        compare_answers(bench, delta)


def repeated(bench):
    """An export after each run is one at the end; a repeated one changes nothing."""
    steps = bench.path("steps")
    for run in bench.runs:
        execute("export", "--to", steps, "--store", bench.store, "--as-of", str(run))
    assert tree(steps) == tree(bench.path("lake"), without="_delta_log")
    before = tree(bench.path("lake"))
    report = json.loads(execute(
        "publish", "--to", bench.path("lake"), "--store", bench.store, "--json"))
    assert report["runs"] == [] and report["commits"] == 0, report
    assert tree(bench.path("lake")) == before


def objects(bench):
    """To an object storage goes the same; what fails there says so, and nothing is half there."""
    url = f"s3://{bench.bucket}/lake"
    execute("publish", "--to", url, "--store", bench.store, "--as-of", "2")
    execute("publish", "--to", url, "--store", bench.store)
    objects_ = bench.objects("lake/")
    expected = tree(bench.path("lake"), without="_delta_log")
    assert {k: v for k, v in objects_.items() if "_delta_log" not in k} == expected
    from afterword_lake.places import storage_options
    os.environ.update(bench.aws)
    table = DeltaTable(f"{url}/review_history", storage_options=storage_options(bench.bucket))
    assert table.to_pyarrow_table().num_rows == sum(
        file["rows"] for run in manifest(bench.path("lake"))["runs"]
        for file in run["files"] if file["table"] == "review_history")
    for name, address, more, code in (
            ("no bucket", "s3://afterword-no-bucket/x", {}, 2),
            ("wrong secret", url, {"AWS_SECRET_ACCESS_KEY": "wrong"}, 2),
            ("no credentials", url, {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, 2),
            ("no server", url, {"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9"}, 3)):
        words = execute("export", "--to", address, "--store", bench.store, "--format", "csv",
                        code=code, env={**bench.env, **more})
        assert "afterword:" in words, (name, words)
    assert bench.objects("lake/") == objects_


ODD_NAMES = ("a#b", "a?b", "a%b", "a b", "ä+漢", "a[b];'c", 'a"<b>')


def addresses(bench):
    """A target is one place, whatever its name: each table's log lies beside its files."""
    execute("publish", "--to", bench.path("plain"), "--store", bench.store, "--tables", "runs")
    expected = tree(bench.path("plain"), without="_delta_log")
    logs = len(tree(bench.path("plain"))) - len(expected)
    os.makedirs(bench.path("odd"))
    for name in ODD_NAMES:
        folder, url = bench.path(f"odd/{name}/lake"), f"s3://{bench.bucket}/odd/{name}/lake"
        for target in (folder, f"{url}//"):
            execute("publish", "--to", target, "--store", bench.store, "--tables", "runs")
        for found in (tree(folder), bench.objects(f"odd/{name}/lake/")):
            own = {path: data for path, data in found.items() if "_delta_log" not in path}
            assert own == expected, (name, sorted(own))
            assert len(found) - len(own) == logs, (name, sorted(found))
        table = DeltaTable("file://" + urllib.parse.quote(f"{folder}/runs"))
        assert table.to_pyarrow_table().num_rows == len(bench.runs), name
    assert sorted(os.listdir(bench.path("odd"))) == sorted(ODD_NAMES)
    os.rename(bench.path("plain/runs"), bench.path("runs-elsewhere"))
    os.symlink(bench.path("runs-elsewhere"), bench.path("plain/runs"))
    words = execute("publish", "--to", bench.path("plain"), "--store", bench.store, code=2)
    assert "is a link" in words, words
    done = subprocess.run(
        [sys.executable, "-m", "afterword_lake", "publish", bench.path("plain")],
        env=bench.env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and "is a link" in done.stderr, done
    before = bench.objects("")
    for target in (bench.path("odd/a%41b"), bench.path("odd/a\\b"), bench.path("odd/a\tb"),
                   f"s3://{bench.bucket}/a%41b", f"s3://{bench.bucket}//a",
                   f"s3://{bench.bucket}/a/../b", f"s3://{bench.bucket}/a//b"):
        words = execute("publish", "--to", target, "--store", bench.store, code=2)
        assert "Delta tables cannot lie" in words or "is no address" in words, words
    assert sorted(os.listdir(bench.path("odd"))) == sorted(ODD_NAMES)
    assert bench.objects("") == before
    for target in (f"s3://{bench.bucket}//a", "/none/a%41b", ""):
        done = subprocess.run(
            [sys.executable, "-m", "afterword_lake", "publish", target],
            env=bench.env, capture_output=True, text=True, timeout=60)
        assert done.returncode == 2 and "ValueError" not in done.stderr, done.stderr


def credentials(bench):
    """Delta gets the key that the program found, by each source, and its server and region."""
    keyless = {name: value for name, value in bench.env.items()
               if name not in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION")}
    aws = bench.path("bin/aws")
    with open(aws, "w", encoding="utf-8") as file:
        file.write("#!/bin/sh\necho '" + json.dumps({
            "Version": 1, "AccessKeyId": "made", "SecretAccessKey": "made",
            "SessionToken": "token"}) + "'\n")
    os.chmod(aws, 0o755)
    shown, real = bench.path("shown"), keyless["AFTERWORD_LAKE"]
    lake = bench.path("bin/seen-lake")
    with open(lake, "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\nenv > {shown}\necho "$@" >> {shown}\nexec {real} "$@"\n')
    os.chmod(lake, 0o755)
    env = dict(keyless, AWS_PROFILE="made", PATH=bench.path("bin") + ":" + keyless["PATH"],
               AFTERWORD_LAKE=lake, AWS_ROLE_ARN="arn:aws:iam::1:role/left-out",
               # Each would lead the commits elsewhere.
               HTTP_PROXY="http://127.0.0.1:9", http_proxy="http://127.0.0.1:9",
               AWS_SKIP_SIGNATURE="true", AWS_ENDPOINT="http://127.0.0.1:9")
    url = f"s3://{bench.bucket}/profile"
    said = execute("publish", "--to", url, "--store", bench.store, "--tables", "runs", env=env)
    assert "commit" in said, said
    with open(shown, encoding="utf-8") as file:
        lines = file.read().splitlines()
    for line in ("AWS_ACCESS_KEY_ID=made", "AWS_SESSION_TOKEN=token", "AWS_REGION=us-east-1",
                 "AWS_EC2_METADATA_DISABLED=true", "serve"):
        assert line in lines, (line, lines)
    assert not [line for line in lines if line.startswith((
        "AWS_PROFILE", "AWS_ROLE", "HTTP_PROXY", "http_proxy", "AWS_SKIP", "AWS_ENDPOINT="))], lines
    failing = bench.path("bin/failing-lake")
    with open(failing, "w", encoding="utf-8") as file:
        file.write(
            f'#!/bin/sh\nAWS_ENDPOINT_URL_S3=http://127.0.0.1:9 exec {real} "$@"\n')
    os.chmod(failing, 0o755)
    more = dict(bench.env, AFTERWORD_LAKE=failing)
    words = execute("publish", "--to", f"s3://{bench.bucket}/failed", "--store", bench.store,
                    "--tables", "runs", env=more, code=3)
    assert "committed to Delta" in words and "\x1b" not in words and "[31m" not in words, words


def refusals(bench):
    """What cannot be done is said, with the code of its kind."""
    lake = bench.path("lake")
    for words, code, arguments in (
            ("there is no program", 3, ["--to", bench.path("x"), "--lake", "no-such-program"]),
            ("another run 1", 2, ["--to", lake, "--store", bench.other]),
            ("the format parquet", 2, ["--to", lake, "--format", "csv"]),
            ("there is no table", 2, ["--to", bench.path("y"), "--tables", "review"]),
            ("there is no run 99", 2, ["--to", bench.path("z"), "--as-of", "99"]),
            ("cannot write", 2, ["--to", "/proc/nowhere", "--format", "csv"])):
        if "--store" not in arguments:
            arguments += ["--store", bench.store]
        said = execute("export", *arguments, code=code)
        assert words in said, (words, said)


def meanings(bench):
    """What fails where runs are committed has the program's codes, in a sentence."""
    from afterword_lake.orders import meaning
    for text, words, refused in (
            ("Generic S3 error: status code: 403 <Code>ExpiredToken</Code>", "expired", True),
            ("AWS Error ACCESS_DENIED during HeadObject operation: No body", "may not", True),
            ("Generic S3 error: error sending request for url (x)", "be reached", False),
            ("AWS Error NETWORK_CONNECTION during HeadObject: curlCode: 7", "be reached", False),
            ("AWS Error SLOW_DOWN during GetObject operation", "at every try", False),
            ("Generic S3 error: operation timed out", "nothing in time", False),
            ("Generic S3 error, after 4 retries, max_retries: 4, retry_timeout: 180s - HTTP error: "
             "error sending request: operation timed out", "nothing in time", False),
            ("Generic S3 error, retry_timeout: 180s - HTTP error: error sending request: client "
             "error (Connect): tcp connect error: Connection refused", "cannot be reached", False),
            ("Generic S3 error, retry_timeout: 180s - HTTP error: client error (Connect): tcp "
             "connect error: deadline has elapsed", "cannot be reached", False)):
        found = meaning(OSError(text))
        assert words in found[0] and found[1] == refused, (text, found)
    assert meaning(OSError("no space, Connection x")) == (None, False)
    for more, target, code in (
            ({"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9"}, f"s3://{bench.bucket}/x", 3),
            ({}, f"s3://{bench.bucket}/no-export", 2), ({}, bench.path("no-export"), 2)):
        done = subprocess.run(
            [sys.executable, "-m", "afterword_lake", "publish", target],
            env={**bench.env, **more}, capture_output=True, text=True, timeout=240)
        assert done.returncode == code and done.stderr.count("\n") == 1, (target, done)


def hosts(_):
    """A bucket is in the host's name where the program has it there, and nowhere else."""
    from afterword_lake.places import file_options, storage_options
    os.environ.update(
        AFTERWORD_S3_ADDRESSING="virtual", AWS_ENDPOINT_URL_S3="https://store.example:9000")
    try:
        for bucket, host, said in (
                ("reviews", "reviews.store.example", "true"),
                ("my.reviews", "store.example", "false"), ("my_reviews", "store.example", "false"),
                ("Reviews", "store.example", "false")):
            options = storage_options(bucket)
            assert options["AWS_ENDPOINT_URL"] == f"https://{host}:9000", options
            assert options["AWS_VIRTUAL_HOSTED_STYLE_REQUEST"] == said, options
            options = file_options(bucket)
            assert options["force_virtual_addressing"] == (said == "true"), options
            assert options["endpoint_override"] == "store.example:9000", options
    finally:
        for name in ("AFTERWORD_S3_ADDRESSING", "AWS_ENDPOINT_URL_S3"):
            del os.environ[name]


CHECKS = [arrow, parquet, views, texts, answers, repeated, kills, orphaned, interrupted, race,
          together, overtaken, claimed, unread, abandoned, answered, objects, addresses, hosts,
          meanings, credentials, refusals]


def main():
    results = []
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(folder)
        try:
            bench.load()
            for check in CHECKS:
                begun, failure = time.monotonic(), None
                try:
                    check(bench)
                except Exception as error:
                    failure = Failure.of(error)
                    traceback.print_exc()
                seconds = time.monotonic() - begun
                results.append(("lake", check.__doc__, seconds, failure))
                print("FAILED" if failure else "ok", check.__doc__, f"({seconds:.1f} s)",
                      flush=True)
            if int(sys.argv[3]):
                bench.measure(int(sys.argv[3]))
        finally:
            bench.stop()
    sys.exit(1 if write_junit(sys.argv[2], "lake", results) else 0)


if __name__ == "__main__":
    main()
