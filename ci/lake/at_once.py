"""Exports and publishers that are killed, and several at once."""
import concurrent.futures, http.server, json, os, signal, subprocess, sys, threading, time

from deltalake import DeltaTable

from bench import PROGRAM, execute, manifest, tree


def delta_state(folder):
    """Of each table the files and the commits that brought a run."""
    state = {}
    for name in sorted(os.listdir(folder)):
        if os.path.isdir(f"{folder}/{name}/_delta_log"):
            table = DeltaTable(f"{folder}/{name}")
            # The first commit makes the table, without rows.
            runs = [int(entry["afterword_run"]) for entry in table.history()
                    if "afterword_run" in entry]
            assert len(set(runs)) == len(runs), (name, runs)
            state[name] = (sorted(table.file_uris()), sorted(runs))
    return str(state).replace(folder, "")


def kills(bench):
    """Publishers killed at ten moments leave only whole runs, and are taken up again."""
    expected_files = tree(bench.path("lake"), without="_delta_log")
    expected_tables = delta_state(bench.path("lake"))
    execute("publish", "--to", bench.path("whole"), "--store", bench.store)
    whole, killed = len(tree(bench.path("whole"))), 0
    for number in range(1, 11):
        folder = bench.path(f"killed{number}")
        process = subprocess.Popen(
            [PROGRAM, "publish", "--to", folder, "--store", bench.store], env=bench.env,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        # By what it has written, not by the clock.
        while process.poll() is None and files(folder) < whole * number // 11:
            time.sleep(0.005)
        if process.poll() is None:
            killed += 1
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
        if os.path.exists(f"{folder}/runs/_delta_log"):
            check_committed(folder)
        execute("publish", "--to", folder, "--store", bench.store)
        assert tree(folder, without="_delta_log") == expected_files, number
        assert delta_state(folder) == expected_tables, number
    assert killed >= 7, killed


def files(folder):
    """How many files lie below a folder."""
    return sum(len(names) for _, _, names in os.walk(folder))


def check_committed(folder):
    """Each run that the ledger has is there in every table that the manifest names of it."""
    ledger = DeltaTable(f"{folder}/runs")
    done = ledger.transaction_version("afterword") or 0
    for run in manifest(folder)["runs"]:
        for file in run["files"] if run["run"] <= done else []:
            table = DeltaTable(f"{folder}/{file['table']}")
            assert any(uri.endswith(file["path"]) for uri in table.file_uris()), file


def race(bench):
    """Six publishers at once commit each run once."""
    folder = bench.path("race")
    execute("export", "--to", folder, "--store", bench.store)
    code = [sys.executable, "-m", "afterword_lake", "publish", folder]
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        done = list(pool.map(lambda _: subprocess.run(
            code, capture_output=True, text=True, timeout=600), range(6)))
    assert all(one.returncode == 0 for one in done), [one.stderr[-400:] for one in done]
    expected = sum(len(run["files"]) for run in manifest(folder)["runs"])
    assert sum(json.loads(one.stdout)["commits"] for one in done) == expected
    assert delta_state(folder) == delta_state(bench.path("lake"))


def together(bench):
    """Six exports at once to one place give what one gives."""
    expected = tree(bench.path("lake"), without="_delta_log")
    folder, url = bench.path("together"), f"s3://{bench.bucket}/together"
    for target in (folder, url):
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            list(pool.map(lambda _: execute(
                "export", "--to", target, "--store", bench.store), range(6)))
    assert tree(folder) == expected
    assert bench.objects("together/") == expected


def stalled(bench, name):
    """A program `afterword-lake` that stops at each order of a name.

    Returns its path, the file that it makes then, and the one that it waits for."""
    lake, begun, go = (bench.path(f"bin/{name}-{part}") for part in ("lake", "begun", "go"))
    code = bench.path(f"bin/{name}.py")
    for mark in (begun, go):
        if os.path.exists(mark):  # of an earlier check
            os.remove(mark)
    with open(code, "w", encoding="utf-8") as file:
        file.write(f"""import os, sys, time
from afterword_lake import orders
real = orders.obey
def obey(order, stream):
    if {name!r} in order:
        if {name!r} == "publish":
            orders.following(stream).__enter__()
        open({begun!r}, "w").write(str(os.getpid()))
        while not os.path.exists({go!r}):
            time.sleep(0.05)
    return real(order, stream)
orders.obey = obey
sys.exit(orders.serve(sys.stdin.buffer, sys.stdout.buffer))
""")
    with open(lake, "w", encoding="utf-8") as file:
        file.write(f"#!/bin/sh\nexec {sys.executable} {code}\n")
    os.chmod(lake, 0o755)
    return lake, begun, go


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "nothing came of it"
        time.sleep(0.05)


def overtaken(bench):
    """An export of the past that a whole one overtakes takes none of its runs away."""
    lake, begun, go = stalled(bench, "write")
    url = f"s3://{bench.bucket}/overtaken"
    process = subprocess.Popen(
        [PROGRAM, "export", "--to", url, "--store", bench.store, "--as-of", "2", "--lake", lake],
        env=bench.env, stdout=subprocess.DEVNULL)
    try:
        wait_for(lambda: os.path.exists(begun))
        execute("export", "--to", url, "--store", bench.store)
    finally:
        with open(go, "w", encoding="utf-8"):
            pass
    assert process.wait(timeout=120) == 0
    expected = tree(bench.path("lake"), without="_delta_log")
    assert bench.objects("overtaken/") == expected


def claimed(bench):
    """Of two stores that begin one place at once the second writes nothing, and the first goes on.
    """
    lake, begun, go = stalled(bench, "write")
    address, folder = f"s3://{bench.bucket}/claimed", bench.path("claimed")
    expected = tree(bench.path("lake"), without="_delta_log")
    process = subprocess.Popen(
        [PROGRAM, "export", "--to", address, "--store", bench.store, "--lake", lake],
        env=bench.env, stdout=subprocess.DEVNULL)
    try:
        wait_for(lambda: os.path.exists(begun))
        before = bench.objects("claimed/")
        assert list(before) == ["manifest.json"], sorted(before)
        assert json.loads(before["manifest.json"])["runs"] == []
        said = execute("export", "--to", address, "--store", bench.other, code=2)
        assert "another store" in said, said
        assert bench.objects("claimed/") == before
    finally:
        with open(go, "w", encoding="utf-8"):
            pass
    assert process.wait(timeout=120) == 0
    assert bench.objects("claimed/") == expected
    os.makedirs(folder)
    with open(f"{folder}/manifest.json", "wb") as file:
        file.write(before["manifest.json"])
    execute("export", "--to", folder, "--store", bench.other, code=2)
    assert os.listdir(folder) == ["manifest.json"]
    execute("publish", "--to", folder, "--store", bench.store)
    assert tree(folder, without="_delta_log") == expected


def has_ended(number):
    """Whether a process is gone, or waits only for its parent to ask."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(number)], capture_output=True).stdout
    return not state.strip() or state.startswith(b"Z")


def orphaned(bench):
    """What writes for a killed export makes no file that a later export has removed."""
    lake, begun, go = stalled(bench, "write")
    folder = bench.path("orphaned")
    process = subprocess.Popen(
        [PROGRAM, "export", "--to", folder, "--store", bench.store, "--lake", lake],
        env=bench.env, stdout=subprocess.DEVNULL)
    try:
        wait_for(lambda: os.path.exists(begun))
        process.kill()
        process.wait()
        execute("export", "--to", folder, "--store", bench.store)
    finally:
        with open(go, "w", encoding="utf-8"):
            pass
    with open(begun, encoding="utf-8") as file:
        writer = int(file.read())
    wait_for(lambda: has_ended(writer))
    assert tree(folder) == tree(bench.path("lake"), without="_delta_log")


def interrupted(bench):
    """A signal ends a publisher that waits for commits, and the next one commits what is missing.
    """
    expected_files = tree(bench.path("lake"), without="_delta_log")
    lake, begun, _ = stalled(bench, "publish")
    folder = bench.path("interrupted")
    for sign in (signal.SIGTERM, signal.SIGINT):
        process = subprocess.Popen(
            [PROGRAM, "publish", "--to", folder, "--store", bench.store, "--lake", lake],
            env=bench.env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            wait_for(lambda: os.path.exists(begun) and os.path.getsize(begun))
            process.send_signal(sign)
            _, words = process.communicate(timeout=30)
        finally:
            process.kill()
        assert process.returncode == 130, (process.returncode, words)
        assert "interrupted; the export is there" in words, words
        with open(begun, encoding="utf-8") as file:
            committer = int(file.read())
        os.remove(begun)
        wait_for(lambda: has_ended(committer))
        assert tree(folder) == expected_files
    execute("publish", "--to", folder, "--store", bench.store)
    assert tree(folder, without="_delta_log") == expected_files
    assert delta_state(folder) == delta_state(bench.path("lake"))


def unread(_):
    """What writes for an export that is gone ends without a trace of calls."""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "afterword_lake", "serve"], input=b'{"write": "/none/x"}\n',
        stdout=writer, stderr=subprocess.PIPE, timeout=60)
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, b""), done


class Silent(http.server.BaseHTTPRequestHandler):
    """A bucket with an export of one run, which never answers a question about a Delta table."""

    manifest = json.dumps({"afterword_export": 1, "format": "parquet", "runs": [{
        "run": 1, "recorded_at_us": 1, "files": [{"table": "runs", "path": "runs/x"}]}]}).encode()
    asked = threading.Event()

    def do_GET(self):
        if "manifest.json" not in self.path:
            self.asked.set()
            time.sleep(600)
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.manifest)))
        self.send_header("ETag", '"e"')
        self.send_header("Last-Modified", "Mon, 05 Jan 2026 00:00:00 GMT")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(self.manifest)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


def abandoned(bench):
    """What commits ends with the program that asked for it, also while a server is silent."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Silent)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    more = {"AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{server.server_address[1]}"}
    committer = subprocess.Popen(
        [sys.executable, "-m", "afterword_lake", "serve"], env={**bench.env, **more},
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        committer.stdin.write(b'{"publish": "s3://b/x"}\n')
        committer.stdin.flush()
        assert Silent.asked.wait(60)
        time.sleep(0.5)
        assert committer.poll() is None
        committer.stdin.close()
        assert committer.wait(timeout=10) != 0
    finally:
        committer.kill()
        server.shutdown()


def answered(bench):
    """What commits takes orders after a commit too, and ends well when there are no more."""
    folder = bench.path("lake")
    order = json.dumps({"publish": folder}).encode() + b"\n"
    done = subprocess.Popen(
        [sys.executable, "-m", "afterword_lake", "serve"], env=bench.env, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE)
    for _ in range(2):
        done.stdin.write(order)
        done.stdin.flush()
        assert json.loads(done.stdout.readline())["commits"] == 0
    done.communicate()
    assert done.returncode == 0, done.returncode
