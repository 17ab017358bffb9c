#!/usr/bin/env python3
"""Scans for secrets, for violations of the project's rules, and for faults in the CI workflow.

usage: scan.py ROOT REPORTS      scans the files in ROOT that git does not ignore;
                                 writes security.xml and security.sarif to REPORTS
       scan.py --planted ROOT    checks that every planted fault is found

Exits 1 on a finding that ci/scan/allowed.txt does not list.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from junit_report import Failure, write_junit

HERE = os.path.dirname(os.path.abspath(__file__))
BIN = os.path.dirname(sys.executable)


def run(name, arguments, root, codes=(0, 1)):
    result = subprocess.run(
        [os.path.join(BIN, name)] + arguments, cwd=root, capture_output=True, text=True)
    if result.returncode not in codes:
        sys.exit(f"{name} failed ({result.returncode}): {result.stderr[-2000:]}")
    return result.stdout


def secrets(root, files):
    # Golden files are full of digests, whose entropy alone looks like a key's.
    golden = [f for f in files if re.match(r"Golden/[^/]+/expected/", f)]
    others = [f for f in files if f not in set(golden)]
    quiet = ["--disable-plugin", "HexHighEntropyString", "--disable-plugin", "Base64HighEntropyString"]
    for group, flags in ((others, []), (golden, quiet)):
        if not group:
            continue
        found = json.loads(run("detect-secrets", ["scan", "--no-verify"] + flags + group, root))
        for path, results in found["results"].items():
            for one in results:
                yield ("secrets", one["type"], path, one["line_number"], "looks like a secret")


def rules(root, files):
    out = run(
        "semgrep",
        ["scan", "--config", os.path.join(HERE, "rules.yml"), "--metrics=off",
         "--disable-version-check", "--quiet", "--json", "--no-git-ignore", "Sources"], root)
    for one in json.loads(out)["results"]:
        rule = one["check_id"].split(".")[-1]
        yield ("semgrep", rule, one["path"], one["start"]["line"], one["extra"]["message"].strip())


def workflow(root, files):
    for path in (".github/workflows/ci.yml", "action.yml"):
        if not os.path.isfile(os.path.join(root, path)):
            continue
        out = run("zizmor", ["--offline", "--format", "json", path], root, codes=range(0, 16))
        for one in json.loads(out or "[]"):
            location = one["locations"][0]
            line = location["concrete"]["location"]["start_point"]["row"] + 1
            yield ("zizmor", one["ident"], path, line, one["desc"])


def findings(root, files):
    for scan in (secrets, rules, workflow):
        yield from scan(root, files)


def allowed():
    with open(os.path.join(HERE, "allowed.txt"), encoding="utf-8") as file:
        lines = [line.strip() for line in file if line.strip() and not line.startswith("#")]
    return [tuple(part.strip() for part in line.split("|"))[:2] for line in lines]


def is_allowed(finding, entries):
    _, rule, path, _, _ = finding
    return any(path.startswith(where) and what in ("*", rule) for where, what in entries)


def write_cases(found, path):
    cases = []
    for kind in ("secrets", "semgrep", "zizmor"):
        own = [one for one in found if one[0] == kind]
        if not own:
            cases.append((f"security.{kind}", "nothing found", 0, None))
        for _, rule, where, line, text in own:
            failure = Failure(text, rule, f"{where}:{line}", text)
            cases.append((f"security.{kind}", f"{rule} in {where}:{line}", 0, failure))
    write_junit(path, "security", cases)


def write_sarif(found, path):
    runs = []
    for tool in ("secrets", "semgrep", "zizmor"):
        own = [one for one in found if one[0] == tool]
        runs.append({
            "tool": {"driver": {"name": tool, "rules": [
                {"id": rule} for rule in sorted({one[1] for one in own})]}},
            "results": [{
                "ruleId": one[1], "level": "error", "message": {"text": one[4]},
                "locations": [{"physicalLocation": {
                    "artifactLocation": {"uri": one[2]}, "region": {"startLine": one[3]}}}],
            } for one in own]})
    with open(path, "w", encoding="utf-8") as file:
        json.dump({
            "version": "2.1.0",
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "runs": runs}, file, indent=1)


def check_planted(root):
    """Checks that every line marked `finds: RULE` is found by that rule; exits 1 if not."""
    with tempfile.TemporaryDirectory() as folder:
        target = os.path.join(folder, "Sources", "Planted.swift")
        os.makedirs(os.path.dirname(target))
        shutil.copy(os.path.join(HERE, "planted", "Planted.swift.txt"), target)
        with open(target, encoding="utf-8") as file:
            wanted = {
                (match[1].strip(), number) for number, line in enumerate(file, 1)
                if (match := re.search(r"// finds: (.*)$", line))}
        found = {(one[1], one[3]) for one in findings(folder, ["Sources/Planted.swift"])}
        missed = wanted - found
        for rule, line in sorted(missed):
            print(f"the scan missed a planted fault: {rule}, line {line}", file=sys.stderr)
        if missed or not wanted:
            sys.exit(1)
        print(f"{len(wanted)} planted faults, all found")


def main():
    if sys.argv[1] == "--planted":
        return check_planted(sys.argv[2])
    root, reports = sys.argv[1:3]
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=root,
        capture_output=True, text=True, check=True).stdout
    files = [f for f in listed.split("\n") if f and os.path.isfile(os.path.join(root, f))]
    entries = allowed()
    found = [one for one in findings(root, files) if not is_allowed(one, entries)]
    os.makedirs(reports, exist_ok=True)
    write_cases(found, os.path.join(reports, "security.xml"))
    write_sarif(found, os.path.join(reports, "security.sarif"))
    for tool, rule, path, line, message in found:
        print(f"{path}:{line}: {rule} ({tool}): {message}", file=sys.stderr)
    print(f"{len(files)} files scanned, {len(found)} findings")
    sys.exit(1 if found else 0)


main()
