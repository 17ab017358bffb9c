"""Orders of the program, a line of JSON each, answered by a line each.

`{"write": PATH, "table": NAME, "sorted_by": COLUMN}` is followed by an Arrow stream, which ends
itself, and answered by `{"rows": N}`. `{"publish": TARGET}` is answered by `{"commits": N, …}`. A
failure is answered by `{"error": REASON}` and ends the program.
"""
import json
import os
import re
import signal

# Colours of a terminal, which delta-rs writes into its errors.
ESCAPES = re.compile(r"\x1b\[[0-9;:?]*[ -/]*[@-~]")
SECRETS = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


def serve(orders, answers):
    """Answers orders until they end.

    Returns the exit status."""
    # An interrupt reaches the program too, which then closes the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for line in iter(orders.readline, b""):
        try:
            answer = obey(json.loads(line), orders)
        except ImportError as error:
            answer = {"error": f"{error}: pip install pyarrow deltalake (docs/lake.md)"}
        except Exception as error:  # every failure is the program's to report
            answer = {"error": words(error)}
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()
        if "error" in answer:
            return 1
    return 0


def words(error):
    """A failure in one line, without colours and secrets."""
    text = ESCAPES.sub("", f"{type(error).__name__}: {error}")
    for name in SECRETS:
        # A made one of a test may be a word of the message.
        secret = os.environ.get(name, "").strip()
        if len(secret) >= 8:
            text = text.replace(secret, "(secret)")
    return " ".join(text.split())[:500]


def obey(order, stream):
    """Does what an order says."""
    if "publish" in order:
        from afterword_lake.delta import publish

        return publish(order["publish"])
    from afterword_lake.parquet import write_stream

    return {"rows": write_stream(stream, order["write"], order.get("sorted_by"))}
