"""Starts the fake server, and collects named checks into a JUnit report."""
import json, os, subprocess, sys, time, traceback, urllib.error, urllib.request
from xml.sax.saxutils import escape, quoteattr

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
    cases, failed = [], 0
    begun = time.monotonic()
    for name, function in CHECKS:
        start = time.monotonic()
        failure = None
        try:
            function()
        except Exception:
            failure = traceback.format_exc()
        seconds = time.monotonic() - start
        print(("FAIL " if failure else "ok   ") + name)
        if failure:
            failed += 1
            print(failure, file=sys.stderr)
        cases.append((name, seconds, failure))
    total = time.monotonic() - begun
    with open(report, "w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n')
        file.write(f'<testsuites tests="{len(cases)}" failures="{failed}" time="{total:.3f}">\n')
        file.write(f'<testsuite name="{suite}" tests="{len(cases)}" failures="{failed}" '
                   f'errors="0" skipped="0" time="{total:.3f}">\n')
        for name, seconds, failure in cases:
            file.write(f'<testcase classname="{suite}" name={quoteattr(name)} '
                       f'time="{seconds:.3f}">')
            if failure:
                clean = "".join(c for c in failure if c >= " " or c in "\n\t")
                file.write(f'<failure message="failed">{escape(clean)}</failure>')
            file.write("</testcase>\n")
        file.write("</testsuite>\n</testsuites>\n")
    print(f"{len(cases)} checks, {failed} failed, {total:.1f} s")
    return failed
