#!/usr/bin/env python3
"""Prints a software bill of materials in CycloneDX format.

Reads the output of `swift package show-dependencies --format json` from standard input.
"""
import json
import sys


def flat(package, seen):
    for one in package.get("dependencies", []):
        key = one["identity"]
        entry = seen.setdefault(key, {"package": one, "on": set()})
        entry["on"] |= {inner["identity"] for inner in one.get("dependencies", [])}
        flat(one, seen)


def main():
    root = json.load(sys.stdin)
    seen = {}
    flat(root, seen)

    def reference(one):
        path = one["url"].split("://", 1)[-1].removesuffix(".git")
        return f"pkg:swift/{path}@{one['version']}"

    references = {key: reference(entry["package"]) for key, entry in seen.items()}
    system = [("zlib", "gzip"), ("libpq", "Postgres' protocol"), ("sqlite3", "SQLite")]
    document = {
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": {"component": {
            "type": "application", "name": root["name"], "bom-ref": root["name"]}},
        "components": [{
            "type": "library", "name": key, "version": entry["package"]["version"],
            "purl": references[key], "bom-ref": references[key],
        } for key, entry in sorted(seen.items())] + [{
            "type": "library", "name": name, "bom-ref": name,
            "description": f"of the system: {why}",
        } for name, why in system],
        "dependencies": [{
            "ref": root["name"],
            "dependsOn": sorted(references[one["identity"]] for one in root["dependencies"])
            + [name for name, _ in system],
        }] + [{
            "ref": references[key], "dependsOn": sorted(references[on] for on in entry["on"]),
        } for key, entry in sorted(seen.items())],
    }
    json.dump(document, sys.stdout, indent=1)
    print()
    if not document["components"]:
        sys.exit("no component found")


main()
