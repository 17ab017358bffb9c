"""Writes JUnit XML as ci/junit-check wants it; for the checks that are Python scripts."""
import re
import traceback
from xml.sax.saxutils import escape, quoteattr

FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Failure:
    """Why a case failed: a message of one line, its type, and a text that begins with its place."""

    def __init__(self, message, kind, place, text):
        self.message = (message.strip() or kind).split("\n")[0][:300]
        self.kind, self.place, self.text = kind, place, text

    @classmethod
    def of(cls, error):
        """The failure that an exception is; its place is where it was raised."""
        last = traceback.extract_tb(error.__traceback__)[-1]
        text = "".join(traceback.format_exception(error))
        return cls(str(error), type(error).__name__, f"{last.filename}:{last.lineno}", text)


def write_junit(path, suite, cases):
    """Writes one suite. A case is (classname, name, seconds, Failure or None)."""
    failed = sum(1 for case in cases if case[3])
    seconds = sum(case[2] for case in cases)
    counts = (f'name={quoteattr(suite)} tests="{len(cases)}" failures="{failed}" errors="0" '
              f'skipped="0" time="{seconds:.3f}"')
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites {counts}>",
             f"<testsuite {counts}>"]
    for classname, name, taken, failure in cases:
        lines.append(f"<testcase classname={quoteattr(classname)} name={quoteattr(clean(name))} "
                     f'time="{taken:.3f}">')
        if failure:
            lines.append(
                f"<failure message={quoteattr(clean(failure.message))} "
                f"type={quoteattr(failure.kind)}>{escape(failure.place)}\n"
                f"{escape(clean(failure.text))}</failure>")
        lines.append("</testcase>")
    lines += ["</testsuite>", "</testsuites>", ""]
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines))
    return failed


def clean(text):
    """The text without characters that XML 1.0 does not have."""
    return FORBIDDEN.sub("\ufffd", text)
