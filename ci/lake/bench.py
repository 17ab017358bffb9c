"""A history to export, an object storage, and DuckDB, for the checks of ci/lake-check."""
import collections, json, logging, os, resource, subprocess, sys, tempfile, time

import boto3
import duckdb
from botocore.config import Config
from duckdb_extensions import import_extension
from moto.server import ThreadedMotoServer

PROGRAM = sys.argv[1]
LAKE = os.path.abspath("lake")


def surroundings(**more):
    keep = {name: os.environ[name] for name in ("TMPDIR", "LANG") if name in os.environ}
    return dict(
        keep, HOME=tempfile.gettempdir(), AFTERWORD_CONFIG="", PYTHONPATH=LAKE,
        PATH=os.path.dirname(sys.executable) + ":" + os.environ["PATH"],
        AWS_EC2_METADATA_DISABLED="true", **more)


def execute(*arguments, code=0, env=None):
    """What the program writes; fails where it exits otherwise."""
    done = subprocess.run(
        [PROGRAM, *arguments], env=env or Bench.env, capture_output=True, text=True, timeout=900)
    if done.returncode != code:
        raise AssertionError(
            f"{arguments}: exit {done.returncode}, not {code}\n{done.stdout}\n{done.stderr}")
    return done.stdout if code == 0 else done.stderr


def tree(folder, without=None):
    """The files below a folder, and their bytes."""
    found = {}
    for base, _, names in os.walk(folder):
        for name in names:
            path = os.path.relpath(os.path.join(base, name), folder)
            if without is None or without not in path:
                with open(os.path.join(base, name), "rb") as file:
                    found[path] = file.read()
    return found


def manifest(folder):
    with open(f"{folder}/manifest.json", encoding="utf-8") as file:
        return json.load(file)


Typed = collections.namedtuple("Typed", "columns rows")


class Bench:
    """Four dumps with edits, deletions, rejects and hostile texts, and where they go."""

    bucket = "afterword-lake"
    env = surroundings()

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(f"{folder}/bin")
        lake = f"{folder}/bin/afterword-lake"
        with open(lake, "w", encoding="utf-8") as file:
            file.write(f'#!/bin/sh\nexec {sys.executable} -m afterword_lake "$@"\n')
        os.chmod(lake, 0o755)
        logging.getLogger("werkzeug").setLevel(logging.ERROR)  # not a line for each request
        self.server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self.server.start()
        _, port = self.server.get_host_and_port()
        self.url = f"http://127.0.0.1:{port}"
        options = dict(
            endpoint_url=self.url, region_name="us-east-1", aws_access_key_id="made",
            aws_secret_access_key="made", config=Config(s3={"addressing_style": "path"}))
        self.s3 = boto3.client("s3", **options)
        self.s3.create_bucket(Bucket=self.bucket)
        self.aws = dict(
            AWS_ENDPOINT_URL_S3=self.url, AWS_ACCESS_KEY_ID="made", AWS_REGION="us-east-1",
            AWS_SECRET_ACCESS_KEY="made")
        Bench.env = surroundings(AFTERWORD_LAKE=lake, **self.aws)
        self.connection = duckdb.connect()
        import_extension("delta", con=self.connection)
        self.connection.execute("LOAD delta; SET TimeZone = 'UTC'")

    def stop(self):
        self.server.stop()

    def path(self, name):
        return os.path.join(self.folder, name)

    def load(self):
        """Loads the dumps, and publishes them to `lake`."""
        self.store, self.other = self.path("s.sqlite"), self.path("other.sqlite")
        write_dumps(self.path("dumps"), 400)
        execute("run", self.path("dumps"), "--complete", "products", "--accept-capped",
                "--accept-drift", "--max-rejects", "50", "--store", self.store)
        execute("insights", "make", "changed", "--store", self.store)
        text = execute("reviews", "P3", "--limit", "1", "--store", self.store, "--json")
        execute("safety", "judge", "P3", json.loads(text)["review_id"], "real", "--by", "me",
                "--why", "it burnt", "--store", self.store)
        execute("enrich", "--scope", "product:P3", "--store", self.store)
        runs = execute("runs", "--store", self.store, "--json").splitlines()
        self.runs = sorted(json.loads(line)["run"] for line in runs)
        write_dumps(self.path("more"), 50)
        execute("run", f"{self.path('more')}/2026-01-05", "--max-rejects", "50",
                "--store", self.other)
        execute("publish", "--to", self.path("lake"), "--store", self.store)

    def ask(self, sql, values=None, typed=False):
        """DuckDB's rows."""
        done = self.connection.execute(sql, values) if values else self.connection.execute(sql)
        if typed:
            return Typed([(name, str(kind)) for name, kind, *_ in done.description], [])
        return done.fetchall()

    def objects(self, prefix):
        """The objects below a prefix, and their bytes."""
        found = {}
        for page in self.s3.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=prefix):
            for one in page.get("Contents", []):
                body = self.s3.get_object(Bucket=self.bucket, Key=one["Key"])["Body"].read()
                found[one["Key"].removeprefix(prefix)] = body
        return found

    def measure(self, count):
        """CPU seconds of an export of a first load, beside DuckDB's own, and of a second dump."""
        store, folder = self.path("big.sqlite"), self.path("big")
        os.makedirs(folder)
        for day, shift in (("2026-01-05", 0), ("2026-01-12", 1)):
            write_reviews(f"{folder}/{day}.jsonl", count, shift)
        execute("run", f"{folder}/2026-01-05.jsonl", "--store", store)
        for name in ("history", "all"):
            tables = ["--tables", "review_history"] if name == "history" else []
            print(f"export of {count} reviews, {name}:", cpu(
                "export", "--to", self.path(f"big-{name}"), "--store", store, *tables))
        out = self.path("duck.parquet")
        code = f"""
import duckdb
from duckdb_extensions import import_extension
import_extension("sqlite_scanner")
duckdb.sql("LOAD sqlite_scanner; ATTACH '{store}' AS s (TYPE sqlite)")
duckdb.sql("COPY (SELECT * FROM s.product_reviews_history) TO '{out}' (COMPRESSION zstd)")
"""
        print("DuckDB's own:", spent([sys.executable, "-c", code]))
        execute("run", f"{folder}/2026-01-12.jsonl", "--store", store)
        print("second dump:", cpu(
            "export", "--to", self.path("big-history"), "--store", store))
        print("second dump, all:", cpu("export", "--to", self.path("big-all"), "--store", store))


def cpu(*arguments):
    return spent([PROGRAM, *arguments])


def spent(command):
    """CPU seconds and the most memory of a command and those that it starts."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, env=Bench.env, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return f"{used:.1f} CPU s, {time.monotonic() - begun:.1f} s, {after.ru_maxrss >> 10} MiB"


def write_dumps(folder, count):
    """Four dumps of growing lists: a rating, a text or a helpful vote changes, some vanish."""
    for number, day in enumerate(("2026-01-05", "2026-01-12", "2026-01-19", "2026-01-26")):
        os.makedirs(f"{folder}/{day}")
        with open(f"{folder}/{day}/a.jsonl", "w", encoding="utf-8") as file:
            file.write('{"parent_asin": "P1", "rating": 3, "text": nonsense}\n')
            for place in range(number * 15, count + number * 60):
                file.write(json.dumps(review(place, number)) + "\n")
            file.write('{"parent_asin": "P1", "rating": 9999, "user_id": "u", "text": "x"}\n')


def review(place, number):
    hostile = ["=1+1", '"quoted", and', "new\nline", "\u202e\u0000 zero", "ünï — 漢字", ""]
    edited = place % 13 < number
    return {
        "rating": 1 + (place + edited) % 5, "title": hostile[place % 6],
        "text": f"The handle broke after {place} days.{' It leaks too.' * (edited and place % 2)}",
        "parent_asin": f"P{place // 7 % 60 + place % 3}", "asin": f"V{place % 5}",
        "user_id": f"u{place}", "timestamp": 1767000000000 + place * 60_000,
        "helpful_vote": place % 9 + number, "verified_purchase": place % 4 > 0}


def write_reviews(path, count, shift):
    with open(path, "w", encoding="utf-8") as file:
        for place in range(count):
            isEdited = shift and place % 100 == 0
            file.write(json.dumps({
                "rating": 1 + (place + isEdited) % 5, "title": f"Title {place}",
                "text": f"The handle broke after {place} days, and the lid leaks. I would buy it "
                f"again at half of the price, number {place * 7919}. It came late, too.",
                "parent_asin": f"B{place // 8:09d}", "user_id": f"u{place}",
                "timestamp": 1700000000000 + place * 1000, "verified_purchase": True}) + "\n")
