#!/usr/bin/env python3
"""Packs a program and its libraries as a wheel: wheel.py VERSION PROGRAM LIBRARIES OUT GLIBC EPOCH

`pip install` puts PROGRAM into bin/ and the files of the folder LIBRARIES into lib/afterword/,
where the program looks for them ($ORIGIN/../lib/afterword). GLIBC, as 2.34, becomes the platform
`manylinux_2_34`. `afterword-lake` (the folder lake/) comes along, for the extra `lake`. The same
input gives the same bytes. Prints the wheel's path.
"""
import base64
import hashlib
import os
import platform
import sys
import time
import zipfile

MODULE = '''"""Afterword's program, for Python that wants to start it."""
import os
import sysconfig

__version__ = "%s"


def program():
    """The path of the program that this package installed."""
    return os.path.join(sysconfig.get_path("scripts"), "afterword")
'''
MAIN = '''import os
import sys

from afterword import program

os.execv(program(), ["afterword", *sys.argv[1:]])
'''

ENTRIES = """[console_scripts]
afterword-lake = afterword_lake.__main__:main
"""


def metadata(version, glibc, readme):
    return f"""Metadata-Version: 2.1
Name: afterword
Version: {version}
Summary: Raw review dumps in; a replayable history, exact summaries and checked insights out.
License: Apache-2.0
Requires-Python: >=3.8
Provides-Extra: lake
Requires-Dist: pyarrow>=21; extra == "lake"
Requires-Dist: deltalake>=1.6; extra == "lake"
Description-Content-Type: text/markdown

This wheel carries the program `afterword` for Linux with glibc {glibc} or newer, with SQLite and
libpq; nothing else is needed. Parquet and Delta tables need `pip install afterword[lake]`.

{readme}"""


def entry(path, data, mode, epoch):
    """A file of the archive, with fixed time and owner."""
    info = zipfile.ZipInfo(path, time.gmtime(epoch)[:6])
    info.external_attr = (0o100000 | mode) << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    return info, data


def read(path):
    with open(path, "rb") as file:
        return file.read()


def contents(version, program, libraries, tag, glibc):
    """Every file of the wheel but RECORD: path, bytes, mode."""
    info = f"afterword-{version}.dist-info"
    data = f"afterword-{version}.data"
    wheel = ("Wheel-Version: 1.0\nGenerator: ci/release\nRoot-Is-Purelib: false\n"
             f"Tag: py3-none-{tag}\n")
    yield "afterword/__init__.py", (MODULE % version).encode(), 0o644
    yield "afterword/__main__.py", MAIN.encode(), 0o644
    for name in sorted(os.listdir("lake/afterword_lake")):
        if name.endswith(".py"):
            yield f"afterword_lake/{name}", read(f"lake/afterword_lake/{name}"), 0o644
    yield f"{info}/entry_points.txt", ENTRIES.encode(), 0o644
    yield f"{data}/scripts/afterword", read(program), 0o755
    for folder, _, names in sorted(os.walk(libraries)):
        for name in sorted(names):
            path = os.path.join(folder, name)
            inside = os.path.relpath(path, libraries)
            yield f"{data}/data/lib/afterword/{inside}", read(path), 0o644
    yield f"{info}/METADATA", metadata(version, glibc, read("README.md").decode()).encode(), 0o644
    yield f"{info}/WHEEL", wheel.encode(), 0o644
    yield f"{info}/licenses/LICENSE", read("LICENSE"), 0o644


def main():
    version, program, libraries, out, glibc, epoch = sys.argv[1:]
    tag = f"manylinux_{glibc.replace('.', '_')}_{platform.machine()}"
    path = os.path.join(out, f"afterword-{version}-py3-none-{tag}.whl")
    record, name = [], f"afterword-{version}.dist-info/RECORD"
    with zipfile.ZipFile(path, "w", compresslevel=9) as archive:
        for inside, data, mode in contents(version, program, libraries, tag, glibc):
            archive.writestr(*entry(inside, data, mode, int(epoch)))
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            record.append(f"{inside},sha256={digest},{len(data)}\n")
        record.append(f"{name},,\n")
        archive.writestr(*entry(name, "".join(record), 0o644, int(epoch)))
    print(path)


main()
