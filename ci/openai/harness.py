"""Starts the fake server, and collects named checks into a JUnit report."""
import json, os, subprocess, sys, time, traceback, urllib.error, urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from junit_report import Failure, write_junit

CHECKS = []


def check(name):
    """Registers a function as a named check; it fails by raising."""
    def register(function):
        CHECKS.append((name, function))
        return function
    return register


class Server:
    """A process of `afterword fake-llm` on a free port."""

    def __init__(self, program, *options):
        self.process = subprocess.Popen(
            [program, "fake-llm", "--port", "0", *options], stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if "serves on" not in line:
            raise RuntimeError(f"fake-llm did not start: {line!r}")
        self.url = line.split("serves on ")[1].strip()
        self.root = self.url.removesuffix("/v1")

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
        self.process.stdout.close()

    def call(self, method, path, body=None, headers=None):
        """A plain request: status, headers and body (parsed where it is JSON)."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.root + path, data=data, method=method,
            headers={"Content-Type": "application/json", **(headers or {})})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                status, head, content = answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            status, head, content = error.code, error.headers, error.read()
        try:
            return status, head, json.loads(content)
        except ValueError:
            return status, head, content


def run(report, suite="openai-sdk"):
    """Runs all checks, writes the report, and returns the number of failures."""
    cases = []
    begun = time.monotonic()
    for name, function in CHECKS:
        start = time.monotonic()
        failure = None
        try:
            function()
        except Exception as error:
            failure = Failure.of(error)
            traceback.print_exc()
        print(("FAIL " if failure else "ok   ") + name)
        cases.append((suite, name, time.monotonic() - start, failure))
    failed = write_junit(report, suite, cases)
    print(f"{len(cases)} checks, {failed} failed, {time.monotonic() - begun:.1f} s")
    return failed
