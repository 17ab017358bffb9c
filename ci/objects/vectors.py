#!/usr/bin/env python3
"""Writes Tests/AfterwordObjectsTests/Vectors/sigv4.jsonl: requests, and how botocore signs them.

  .build/objects/bin/python ci/objects/vectors.py           compares the table with botocore
  .build/objects/bin/python ci/objects/vectors.py --write   writes the table anew

The keys are those of AWS's own examples.
"""
import datetime, json, os, sys
from unittest import mock

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

TABLE = "Tests/AfterwordObjectsTests/Vectors/sigv4.jsonl"
ID = "AKIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
UNRESERVED = set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~")

KEYS = [
    "a.jsonl", "dumps/2026-01-05/de.jsonl.gz", "with space/and+plus.json", "a//b///c.json",
    "../up/./here/..", ".", "..", "percent%25/%2F/%zz", "ümlaut/日本語/emoji-😀.json",
    "q?uestion&amp=er#hash;semi:colon", "tab\tand\nline", "(paren)[bracket]{brace}'quote\"!*",
    "~tilde-_.", "trailing/", "@at$dollar,comma", "\\back|pipe^caret`tick", "é-composed",
    "e\u0301-decomposed", "x" * 300, " leading and trailing ",
]
QUERIES = [
    [], [["list-type", "2"]],
    [["list-type", "2"], ["prefix", "dumps/2026 01/"], ["max-keys", "1000"],
     ["encoding-type", "url"]],
    [["prefix", "ü/日本"], ["continuation-token", "1a/b+c=="], ["list-type", "2"]],
    [["uploads", ""]], [["partNumber", "10"], ["uploadId", "a+b/c=~_-."]],
    [["b", "2"], ["a", "1"], ["B", "3"], ["a", "0"], ["a-", "x"], ["a%", "y"], ["A", ""]],
    [["prefix", "%2F?&=#"], ["delimiter", "/"]],
]
HEADERS = [
    [], [["range", "bytes=0-1048575"]],
    [["if-match", "\"0123456789abcdef0123456789abcdef\""], ["range", "bytes=5-"]],
    [["x-amz-meta-note", "two  spaces   inside"], ["content-type", "text/plain; charset=utf-8"]],
]
PLACES = [
    ("s3.eu-central-1.amazonaws.com", "eu-central-1"), ("bucket.s3.us-east-1.amazonaws.com",
     "us-east-1"), ("127.0.0.1:9000", "us-east-1"), ("minio.example:9443", "auto"),
]


def encoded(text):
    return "".join(
        chr(byte) if byte in UNRESERVED or byte == 0x2F else f"%{byte:02X}"
        for byte in text.encode())


def query_encoded(text):
    return encoded(text).replace("/", "%2F")


def cases():
    """Every key, query, set of headers and place comes in several combinations, and methods,
    bodies and tokens in turn."""
    count = max(len(KEYS), len(QUERIES)) * 4
    for number in range(count):
        host, region = PLACES[number % len(PLACES)]
        # A token is only digits, so that none looks like a real one.
        token = [None, "0123456789" * 30][number // 3 % 2]
        yield {
            "method": ["GET", "HEAD", "PUT", "POST", "DELETE"][number % 5], "host": host,
            "region": region, "path": "/" + encoded(KEYS[number % len(KEYS)]),
            "query": QUERIES[number // 2 % len(QUERIES)], "headers": HEADERS[number % len(HEADERS)],
            "body": ["", "hello", "{\"ü\": 1}"][number % 3], "token": token,
            "seconds": 1_767_600_000 + 86_399 * number,
        }


def signed(case):
    url = f"https://{case['host']}{case['path']}"
    if case["query"]:
        url += "?" + "&".join(
            f"{query_encoded(name)}={query_encoded(value)}" for name, value in case["query"])
    request = AWSRequest(
        method=case["method"], url=url, data=case["body"].encode(), headers=dict(case["headers"]))
    request.context["payload_signing_enabled"] = True
    now = datetime.datetime.fromtimestamp(case["seconds"], datetime.timezone.utc)
    credentials = Credentials(ID, SECRET, case["token"])
    with mock.patch("botocore.auth.get_current_datetime", return_value=now.replace(tzinfo=None)):
        botocore.auth.S3SigV4Auth(credentials, "s3", case["region"]).add_auth(request)
    return dict(case, id=ID, secret=SECRET, authorization=request.headers["Authorization"])


def main():
    lines = "".join(
        json.dumps(signed(case), sort_keys=True, ensure_ascii=True) + "\n" for case in cases())
    if "--write" in sys.argv:
        with open(TABLE, "w", encoding="utf-8") as file:
            file.write(lines)
        return
    with open(TABLE, encoding="utf-8") as file:
        if file.read() != lines:
            sys.exit(f"objects: {TABLE} is not what botocore signs; look, then --write")
    print(f"objects: botocore signs all {lines.count(chr(10))} requests as {TABLE} has them")


if __name__ == "__main__":
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
    main()
