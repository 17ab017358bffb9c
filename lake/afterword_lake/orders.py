"""Orders of the program, a line of JSON each, answered by a line each.

`{"write": PATH, "table": NAME, "sorted_by": COLUMN}` is followed by an Arrow stream, which ends
itself, and answered by `{"rows": N}`. `{"publish": TARGET}` is answered by `{"commits": N, …}`. A
failure is answered by `{"error": REASON, "refused": BOOL}` and ends the program: refused where a
repeat fails again.
"""
import contextlib
import fcntl
import json
import os
import re
import select
import signal
import threading

# Colours of a terminal, which delta-rs writes into its errors.
ESCAPES = re.compile(r"\x1b\[[0-9;:?]*[ -/]*[@-~]")
# Words that stand in errors of object storages alone.
STORAGE = re.compile(r"AWS Error|S3|s3://|<Code>|reqwest|Generic|HTTP|error sending request")
# What codes of servers mean, as S3 writes them and as pyarrow does; the first one that fits counts.
MEANINGS = (
    (r"NoSuchBucket|NO_SUCH_BUCKET", "there is no such bucket", True),
    (r"InvalidAccessKeyId|INVALID_ACCESS_KEY_ID|INVALID_CLIENT_TOKEN_ID",
     "the server does not know the id of the key", True),
    (r"SignatureDoesNotMatch|SIGNATURE_DOES_NOT_MATCH|INVALID_SIGNATURE",
     "the server refuses the signature: the secret does not belong to the id of the key", True),
    (r"ExpiredToken|EXPIRED_TOKEN|REQUEST_EXPIRED|InvalidToken|TokenRefreshRequired",
     "the credentials have expired: get new ones, and publish again", True),
    (r"RequestTimeTooSkewed|REQUEST_TIME_TOO_SKEWED",
     "the clock of this machine and that of the server differ too much: set the clock", True),
    (r"PermanentRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraint",
     "the bucket is in another region: set AWS_REGION", True),
    (r"AccessDenied|ACCESS_DENIED|MISSING_AUTHENTICATION|[Ss]tatus:? 40[13]\b|HTTP status 40[13]\b"
     r"|lacked (the necessary privileges|valid authentication)",
     "the credentials may not do this: access denied", True),
    (r"SlowDown|SLOW_DOWN|InternalError|INTERNAL_FAILURE|ServiceUnavailable|SERVICE_UNAVAILABLE"
     r"|[Ss]tatus:? 5\d\d\b|HTTP status 5\d\d\b|[Ss]erver error",
     "the server failed at every try", False),
    (r"tcp connect error|dns error|NETWORK_CONNECTION.*curlCode: [67]\b",
     "the server cannot be reached", False),
    # delta-rs names its settings in each failure.
    (r"(?<!retry_)[Tt]imeout|timed out|REQUEST_TIMEOUT",
     "the server sent nothing in time, at every try", False),
    (r"NETWORK_CONNECTION|curlCode|[Cc]onnection|error sending request",
     "the server cannot be reached, or ends the connection", False),
)
SECRETS = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


def serve(orders, answers):
    """Answers orders until they end.

    Returns the exit status."""
    # An interrupt reaches the program too, which then closes the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for line in iter(orders.readline, b""):
        order = {}
        try:
            order = json.loads(line)
            answer = obey(order, orders)
        except ImportError as error:
            answer = {"error": f"{error}: pip install pyarrow deltalake (docs/lake.md)"}
        except Exception as error:  # every failure is the program's to report
            answer = {"error": words(error), "refused": "publish" in order and is_refused(error)}
        if not say(answer, answers) or "error" in answer:
            return 1
    return 0


def say(answer, answers):
    """Writes an answer. Returns whether there was someone to read it: a program that was killed
    asks for nothing more."""
    try:
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()
    except BrokenPipeError:
        # What is left in the buffer would fail again when Python ends.
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), answers.fileno())
        return False
    return True


@contextlib.contextmanager
def following(stream):
    """Meanwhile this program ends with the one that gives orders, also in the middle of a commit: a
    commit is there whole or not at all, and the next publisher goes on from it. Who gives orders
    writes none meanwhile."""
    flags, is_done = fcntl.fcntl(stream, fcntl.F_GETFL), threading.Event()
    if hasattr(signal, "SIGIO") and hasattr(os, "O_ASYNC"):
        # Linux ends it by this signal: delta-rs keeps threads of Python waiting while it waits.
        signal.signal(signal.SIGIO, signal.SIG_DFL)
        fcntl.fcntl(stream, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(stream, fcntl.F_SETFL, flags | os.O_ASYNC)
    watch = select.poll()
    watch.register(stream.fileno(), 0)  # the end of the pipe alone

    def end():
        watch.poll()
        if not is_done.is_set():
            os._exit(1)

    threading.Thread(target=end, daemon=True).start()
    try:
        yield
    finally:
        is_done.set()
        fcntl.fcntl(stream, fcntl.F_SETFL, flags)


def words(error):
    """A failure as one sentence, without colours and secrets."""
    kind = "" if type(error) is ValueError else f"{type(error).__name__}: "
    text = ESCAPES.sub("", f"{kind}{error}")
    for name in SECRETS:
        # A made one of a test may be a word of the message.
        secret = os.environ.get(name, "").strip()
        if len(secret) >= 8:
            text = text.replace(secret, "(secret)")
    return meaning(error)[0] or " ".join(text.split())[:500]


def is_refused(error):
    """Whether a repeat fails again: a place that cannot be, or credentials that do not do."""
    return type(error) is ValueError or meaning(error)[1]


def is_of_server(error):
    """Whether a server has failed or refused, at each of the tries that a request has."""
    return meaning(error)[0] is not None


def meaning(error):
    """What a failure at an object storage means, None where it is no known one; and whether a
    repeat fails again."""
    text = str(error)
    for pattern, sentence, refused in MEANINGS if STORAGE.search(text) else ():
        if re.search(pattern, text):
            return sentence, refused
    return None, False


def obey(order, stream):
    """Does what an order says."""
    if "publish" in order:
        from afterword_lake.delta import publish

        with following(stream):
            return publish(order["publish"])
    from afterword_lake.parquet import write_stream

    return {"rows": write_stream(stream, order["write"], order.get("sorted_by"))}
