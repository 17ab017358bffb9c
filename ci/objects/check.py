"""The checks of ci/objects-check: the program against moto, and against servers that fail.

usage: check.py PROGRAM JUNIT REVIEWS
"""
import glob, gzip, http.server, json, logging, os, resource, socket, sqlite3, subprocess
import sys, tempfile, threading, time, traceback, zipfile

import boto3
from botocore.config import Config
from moto import settings
from moto.server import ThreadedMotoServer

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from junit_report import Failure, write_junit

PROGRAM = sys.argv[1]
BUCKET = "afterword-check"


def environment(url, key, secret, **more):
    keep = {name: os.environ[name] for name in ("PATH", "TMPDIR", "LANG") if name in os.environ}
    return dict(
        keep, HOME=tempfile.gettempdir(), AWS_ENDPOINT_URL_S3=url, AWS_ACCESS_KEY_ID=key,
        AWS_SECRET_ACCESS_KEY=secret, AWS_EC2_METADATA_DISABLED="true", AFTERWORD_CONFIG="",
        **more)


def run(*arguments, env, code=0):
    """What the program writes; fails where it exits otherwise."""
    done = subprocess.run(
        [PROGRAM, *arguments], env=env, capture_output=True, text=True, timeout=600)
    if done.returncode != code:
        raise AssertionError(
            f"{arguments}: exit {done.returncode}, not {code}\n{done.stdout}\n{done.stderr}")
    return done.stdout if code == 0 else done.stderr


class Bench:
    """moto with a bucket, a user who may read it, and files to load."""

    def __init__(self, folder):
        self.folder = folder
        logging.getLogger("werkzeug").setLevel(logging.ERROR)  # not a line for each request
        self.server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self.server.start()
        _, port = self.server.get_host_and_port()
        self.url = f"http://127.0.0.1:{port}"
        config = Config(s3={"addressing_style": "path"})
        options = dict(
            endpoint_url=self.url, region_name="us-east-1", aws_access_key_id="made",
            aws_secret_access_key="made", config=config)
        self.s3 = boto3.client("s3", **options)
        self.s3.create_bucket(Bucket=BUCKET)
        iam = boto3.client("iam", **options)
        iam.create_user(UserName="loader")
        made = iam.create_access_key(UserName="loader")["AccessKey"]
        iam.put_user_policy(
            UserName="loader", PolicyName="all", PolicyDocument=json.dumps({
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}))
        self.key, self.secret = made["AccessKeyId"], made["SecretAccessKey"]
        self.env = environment(self.url, self.key, self.secret)

    def put(self, prefix, folder):
        for path in sorted(glob.glob(f"{folder}/**", recursive=True)):
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    key = prefix + os.path.relpath(path, folder)
                    self.s3.put_object(Bucket=BUCKET, Key=key, Body=file.read())

    def store(self, name):
        return os.path.join(self.folder, name + ".sqlite")


def made_reviews(path, count, start=0, every=1):
    with open(path, "w", encoding="utf-8") as file:
        for number in range(start, start + count * every, every):
            file.write(json.dumps({
                "PRODUCT_BRAND": f"Brand {number % 40}", "CUSTOMER_REVIEW_RATING": 1 + number % 5,
                "CUSTOMER_REVIEW_TITLE": f"Title {number}",
                "CUSTOMER_REVIEW_DESCRIPTION": f"The handle broke after {number} days, and the "
                f"lid leaks. I would buy it again at half of the price, number {number * 7919}.",
                "CHILD_ASIN": f"B{number // 40:09d}"}) + "\n")


def loads(bench):
    """A bucket loads as a folder does: series, gzip, odd names, twice."""
    local = os.path.join(bench.folder, "dumps")
    for day, start in (("2026-01-05", 0), ("2026-01-12", 40)):
        os.makedirs(f"{local}/{day}/UK & more")
        made_reviews(f"{local}/{day}/de 1.jsonl", 300, start)
        made_reviews(f"{local}/{day}/UK & more/ü+(1).json", 100, 5000 + start)
        made_reviews(f"{local}/{day}/b.jsonl", 200, 9000)
        with open(f"{local}/{day}/b.jsonl", "rb") as plain:
            with gzip.GzipFile(f"{local}/{day}/b.jsonl.gz", "wb", mtime=0) as packed:
                packed.write(plain.read())
        os.remove(f"{local}/{day}/b.jsonl")
        with open(f"{local}/{day}/notes.txt", "w", encoding="utf-8") as file:
            file.write("notes")
    bench.put("dumps/", local)
    options = ("--seed", "7", "--quiet")
    run("run", local, "--store", bench.store("disk"), *options, env=bench.env)
    address = f"s3://{BUCKET}/dumps"
    planned = run("plan", address, "--store", bench.store("bucket"), env=bench.env)
    assert "300" in planned or "600" in planned, planned
    run("run", address, "--store", bench.store("bucket"), *options, env=bench.env)
    disk, bucket = (answers(bench.store(name), bench.env) for name in ("disk", "bucket"))
    assert disk == bucket, difference(disk, bucket)
    run("audit", "--store", bench.store("bucket"), env=bench.env)
    again = json.loads(run(
        "run", address + "/2026-01-12/", "--store", bench.store("bucket"), "--seed", "7", "--json",
        env=bench.env).strip().split("\n")[-1])
    assert not again.get("inserted") and not again.get("updated"), again


def answers(store, env):
    """Answers of a store that hold nothing of the clock."""
    return {
        command[0]: run(*command, "--json", "--store", store, env=env)
        for command in (("products",), ("brands",), ("themes",), ("inbox",),
                        ("changes", "--top", "10"), ("rejects",))
    }


def difference(left, right):
    return [name for name in left if left[name] != right[name]]


def single(bench):
    """One object, and the shape of it."""
    path = os.path.join(bench.folder, "one.jsonl")
    made_reviews(path, 50)
    with open(path, "rb") as file:
        bench.s3.put_object(Bucket=BUCKET, Key="one.jsonl", Body=file.read())
    address = f"s3://{BUCKET}/one.jsonl"
    assert run("shape", "detect", address, env=bench.env) == run(
        "shape", "detect", path, env=bench.env)
    run("run", address, "--store", bench.store("one"), "--quiet", env=bench.env)


def versions(bench):
    """The ledger says which version of an object was read."""
    bucket = "afterword-versions"
    bench.s3.create_bucket(Bucket=bucket)
    bench.s3.put_bucket_versioning(
        Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    store, put = bench.store("versions"), []
    for day, count in (("2026-05-04", 20), ("2026-05-11", 30)):
        path = os.path.join(bench.folder, "v.jsonl")
        made_reviews(path, count)
        with open(path, "rb") as file:
            put.append(bench.s3.put_object(Bucket=bucket, Key="d/a.jsonl", Body=file.read()))
        run("run", f"s3://{bucket}/d", "--observed-at", day, "--store", store, "--quiet",
            env=bench.env)
    lines = run("runs", "--json", "--store", store, env=bench.env).splitlines()
    runs = [json.loads(line) for line in lines]
    found = [file["version"] for one in runs for file in one["files"]]
    for version, answer in zip(found, put, strict=True):
        assert version["version_id"] == answer["VersionId"], (version, answer)
        assert version["etag"] == answer["ETag"].strip('"'), (version, answer)
        age = time.time() - version["modified_at_us"] / 1e6
        assert 0 <= age < 600, version
    rows = sqlite3.connect(store).execute(
        "SELECT version_id, etag, modified_at FROM report_files ORDER BY run").fetchall()
    assert [row[0] for row in rows] == [answer["VersionId"] for answer in put], rows
    run("audit", "--store", store, env=bench.env)
    said = run("runs", "--digests", "--store", store, env=bench.env)
    assert f"version {put[0]['VersionId']}" in said, said


def archives(bench):
    """A ZIP archive in a bucket loads as one on a disk."""
    local = os.path.join(bench.folder, "zip")
    os.makedirs(local)
    for day, start in (("2026-06-01", 0), ("2026-06-08", 400)):
        with zipfile.ZipFile(f"{local}/{day}.zip", "w") as archive:
            for part in range(12):
                path = os.path.join(bench.folder, "part.jsonl")
                made_reviews(path, 2_000, start + part * 2_000)
                how = zipfile.ZIP_STORED if part % 3 == 0 else zipfile.ZIP_DEFLATED
                archive.write(path, f"DE/part-{part:02}.jsonl", compress_type=how)
    bench.put("zip/", local)
    address = f"s3://{BUCKET}/zip"
    for name, place in (("zip-disk", local), ("zip-bucket", address)):
        run("run", place, "--store", bench.store(name), "--seed", "7", "--quiet", env=bench.env)
    disk, bucket = (answers(bench.store(name), bench.env) for name in ("zip-disk", "zip-bucket"))
    assert disk == bucket, difference(disk, bucket)
    run("audit", "--store", bench.store("zip-bucket"), env=bench.env)
    one = run("plan", address + "/2026-06-01.zip", "--files", "*-03.jsonl", "--store",
              bench.store("one-zip"), env=bench.env)
    assert "2,000" in one, one


def refusals(bench):
    """Wrong, expired and missing credentials, and what is not there."""
    store = bench.store("refused")
    address = f"s3://{BUCKET}/dumps"

    def refused(words, address=address, code=2, **changed):
        env = {k: v for k, v in dict(bench.env, **changed).items() if v is not None}
        said = run("run", address, "--store", store, env=env, code=code)
        assert words in said, f"{words!r} is not in {said!r}"
        assert bench.secret not in said
        assert not os.path.exists(store), "a store was made"

    refused("does not know the id", AWS_ACCESS_KEY_ID="AKIAIOSFODNN7EXAMPLE")
    refused("the secret does not belong", AWS_SECRET_ACCESS_KEY="wrong")
    refused("no credentials", AWS_ACCESS_KEY_ID=None)
    refused("AWS_SECRET_ACCESS_KEY is not set", AWS_SECRET_ACCESS_KEY=None)
    refused("there is no bucket", "s3://afterword-no-such-bucket/x")
    refused("there is no object", f"s3://{BUCKET}/nothing")
    refused("is no address", "s3://b/x")
    refused("AWS_ENDPOINT_URL_S3", AWS_ENDPOINT_URL_S3="http://example.com")
    refused("refused", AWS_ENDPOINT_URL_S3="http://127.0.0.1:1", code=3)


class Proxy:
    """Passes requests on to moto, and fails as `fail` decides: with a status, by cutting the
    answer, or by silence."""

    def __init__(self, target, fail):
        proxy = self
        self.asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                proxy.asked.append(self.path)
                how = fail(self, len(proxy.asked))
                if isinstance(how, tuple):
                    body = f"<Error><Code>{how[1]}</Code></Error>".encode()
                    self.send_response(how[0])
                    self.send_header("content-length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                    return
                upstream = socket.create_connection(target)
                # The host stays the proxy's, which is what was signed.
                lines = [f"GET {self.path} HTTP/1.1"]
                lines += [f"{name}: {value}" for name, value in self.headers.items()]
                lines.append("connection: close")
                upstream.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
                sent = 0
                while True:
                    data = upstream.recv(65536)
                    if not data:
                        break
                    if how == "cut" and sent + len(data) > 20_000:
                        self.wfile.write(data[:1000])
                        break
                    self.wfile.write(data)
                    sent += len(data)
                self.close_connection = True

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def faults(bench):
    """A server that is slow down, cuts answers, or changes an object meanwhile."""
    target = bench.server.get_host_and_port()
    path = os.path.join(bench.folder, "long.jsonl")
    made_reviews(path, 20_000)
    with open(path, "rb") as file:
        body = file.read()
    bench.s3.put_object(Bucket=BUCKET, Key="long/2026-02-02/a.jsonl", Body=body)
    address = f"s3://{BUCKET}/long"
    run("run", address, "--store", bench.store("whole"), "--quiet", env=bench.env)

    def by(fail, code=0, name="faults"):
        proxy = Proxy(target, fail)
        env = dict(bench.env, AWS_ENDPOINT_URL_S3=proxy.url)
        said = run(
            "run", address, "--store", bench.store(name), "--quiet", env=env, code=code)
        return said, proxy

    # Every second answer ends after 20,000 bytes.
    _, proxy = by(lambda _, number: "cut" if number % 2 == 0 else None, name="cut")
    assert len(proxy.asked) > 3, proxy.asked
    assert answers(bench.store("cut"), bench.env) == answers(bench.store("whole"), bench.env)
    _, proxy = by(lambda _, number: (503, "SlowDown") if number % 3 else None, name="slow")
    assert answers(bench.store("slow"), bench.env) == answers(bench.store("whole"), bench.env)
    said, _ = by(lambda *_: (503, "SlowDown"), code=3, name="down")
    assert "503 SlowDown" in said and not os.path.exists(bench.store("down")), said
    said, _ = by(lambda *_: (400, "ExpiredToken"), code=2, name="down")
    assert "have expired" in said, said

    def change(handler, number):
        if handler.headers.get("range", "").startswith("bytes=1048576"):
            bench.s3.put_object(
                Bucket=BUCKET, Key="long/2026-02-02/a.jsonl", Body=body[:-1] + b"\n")
            bench.s3.put_object(
                Bucket=BUCKET, Key="long/2026-02-02/a.jsonl", Body=body.replace(b"lid", b"cap"))
        return None

    said, _ = by(change, code=2, name="changed")
    assert "changed" in said, said
    store = bench.store("changed")
    if os.path.exists(store):
        count = sqlite3.connect(store).execute("SELECT count(*) FROM runs").fetchone()
        assert count == (0,), count


def signatures(bench):
    """moto checks each signature, of a list and of objects with odd names."""
    count = settings.INITIAL_NO_AUTH_ACTION_COUNT
    settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
    try:
        run("run", f"s3://{BUCKET}/dumps/", "--store", bench.store("signed"), "--quiet",
            env=bench.env)
        refusals(bench)
    finally:
        settings.INITIAL_NO_AUTH_ACTION_COUNT = count


def uploads(bench):
    """Reports, what a run changed and backups are objects, whole or not at all."""
    local, store = os.path.join(bench.folder, "up"), bench.store("up")
    os.makedirs(f"{local}/2026-04-06")
    made_reviews(f"{local}/2026-04-06/a.jsonl", 30_000)

    def read(key):
        return bench.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()

    address = f"s3://{BUCKET}/up/"
    run("run", local, "--store", store, "--quiet", "--changed", address + "c.jsonl",
        "--receipt", address + "receipt.jsonl", env=bench.env)
    assert read("up/receipt.jsonl").decode() == run(
        "runs", "--json", "--store", store, env=bench.env)
    changed = [json.loads(line) for line in read("up/c.jsonl").splitlines()]
    assert len(changed) == 750, len(changed)
    kinds = {"html": "text/html", "md": "text/markdown", "json": "application/json"}
    for form, kind in kinds.items():
        name = f"r {form}.{form}"
        options = ("report", "--store", store, "--since", "0", "--format", form, "--output")
        run(*options, address + name, env=bench.env)
        assert read("up/" + name).decode() == run(*options, "-", env=bench.env)
        head = bench.s3.head_object(Bucket=BUCKET, Key="up/" + name)
        assert head["ContentType"].startswith(kind), head["ContentType"]
    # More than one part: 8 MiB each.
    said = json.loads(run(
        "backup", address + "b.backup", "--store", store, "--json", env=bench.env))
    head = bench.s3.head_object(Bucket=BUCKET, Key="up/b.backup")
    assert said["is_audited"] and head["ContentLength"] == said["bytes"] > 16 << 20, said
    assert "-" in head["ETag"], head["ETag"]
    refused = run("backup", address + "b.backup", "--store", store, env=bench.env, code=2)
    assert "is there already" in refused, refused
    back = bench.store("back")
    run("restore", address + "b.backup", "--store", back, env=bench.env)
    assert answers(back, bench.env) == answers(store, bench.env)
    run("audit", "--store", back, env=bench.env)
    assert not bench.s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads")


def measure(bench, count):
    """CPU and time of a first load from disk and from the bucket."""
    folder = os.path.join(bench.folder, "many", "2026-03-02")
    os.makedirs(folder)
    for part in range(8):
        made_reviews(f"{folder}/part-{part}.jsonl", count // 8, part, 8)
    bench.put("many/2026-03-02/", folder)
    figures = {}
    for name, address in (("disk", folder), ("bucket", f"s3://{BUCKET}/many/2026-03-02")):
        before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        run("run", address, "--store", bench.store("m-" + name), "--quiet", env=bench.env)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        figures[name] = (
            after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
            time.monotonic() - begin)
    ratio = figures["bucket"][0] / figures["disk"][0]
    for name, (cpu, wall) in figures.items():
        print(f"objects: {count:,} reviews from {name}: {cpu:.2f} CPU s, {wall:.2f} s")
    print(f"objects: {ratio:.2f} times the CPU")
    assert ratio <= 1.25, f"{ratio:.2f} is more than 1.25 times the CPU"


def main():
    path, reviews = sys.argv[2], int(sys.argv[3])
    results = []
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(folder)
        checks = [loads, single, versions, archives, uploads, signatures, faults]
        if reviews:
            checks.append(lambda bench: measure(bench, reviews))
        for check in checks:
            name, begin, failure = check.__name__.strip("<>"), time.monotonic(), None
            try:
                check(bench)
            except Exception as error:
                failure = Failure.of(error)
                traceback.print_exc()
            seconds = time.monotonic() - begin
            print(f"objects: {name} {'ok' if failure is None else 'FAILED'} in {seconds:.1f} s")
            results.append(("objects", name, seconds, failure))
        bench.server.stop()
    sys.exit(1 if write_junit(path, "objects", results) else 0)


if __name__ == "__main__":
    main()
