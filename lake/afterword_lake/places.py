"""Where an export lies: a folder, or an object storage."""
import ipaddress
import os
import re
import urllib.parse

from pyarrow import fs

SCHEME = "s3://"
# The program's patience: for a connection, and while nothing comes, in seconds; tries of a request.
CONNECT_SECONDS, IDLE_SECONDS, TRIES = 5, 30, 5
# For all tries of delta-rs: five silent ones, and the pauses between them.
RETRY_SECONDS = 180
# What delta-rs decodes, however often a URL encodes it: two folders would be one.
DECODED = re.compile("%[0-9A-Fa-f]{2}")


class Place:
    """The root of an export; names are below it, with slashes."""

    def __init__(self, target):
        """Raises ValueError where Delta tables cannot lie at the target."""
        self.is_remote = target[:len(SCHEME)].lower() == SCHEME
        if self.is_remote:
            self.root = target[len(SCHEME):].rstrip("/")
        else:
            if not target:
                raise ValueError("the target is empty: name a folder, or s3://BUCKET/PREFIX")
            # As the system follows links, `link/..` included.
            self.root = os.path.realpath(target)
        check(self.root, self.is_remote)
        self.options, self.files = None, fs.LocalFileSystem()
        if self.is_remote:
            bucket = self.root.partition("/")[0]
            self.options = storage_options(bucket)
            self.files = fs.S3FileSystem(**file_options(bucket))

    def uri(self, name):
        """The address of a folder as a URL, which delta-rs reads: `#`, `?` and the like are
        encoded."""
        path = urllib.parse.quote(f"{self.root}/{name}")
        return f"{SCHEME if self.is_remote else 'file://'}{path}"

    def require_own(self, name):
        """Raises ValueError where a link stands in place of a table's folder: what it leads to
        may be of another table."""
        if not self.is_remote and os.path.islink(f"{self.root}/{name}"):
            raise ValueError(f"{self.root}/{name} is a link, and no folder of a table")

    def open(self, name):
        """A file to read at any place."""
        return self.files.open_input_file(f"{self.root}/{name}")

    def read(self, name):
        """A file's bytes."""
        with self.open(name) as file:
            return file.read()


def check(root, is_remote):
    """Refuses what delta-rs would read as another place, by name."""
    parts = root.split("/") if is_remote else []
    if any(part in ("", ".", "..") for part in parts):
        reason = "an empty part, . or .. in an address"
    elif DECODED.search(root):
        reason = "% with two hexadecimal digits"
    elif "_delta_log" in root.split("/"):
        reason = "a folder named _delta_log"
    elif any(sign in root for sign in "\x85\u2028\u2029"):
        reason = "a character that ends a line"
    elif any(ord(sign) < 0x20 or ord(sign) == 0x7F for sign in root):
        reason = "a control character"
    elif "\\" in root and not is_remote:
        reason = "a backslash"
    else:
        return
    raise ValueError(f"Delta tables cannot lie at {root!r}: {reason} means another place to them")


def endpoint():
    """The server other than AWS, as the program reads it; None for AWS.

    Raises ValueError for plain http to another machine, unless it is allowed."""
    address = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    if not address:
        return None
    parts = urllib.parse.urlsplit(address.strip())
    if parts.scheme == "http" and os.environ.get("AFTERWORD_S3_PLAIN_HTTP") != "1" \
            and not is_loopback(parts.hostname or ""):
        raise ValueError(
            "the endpoint is plain http to another machine: use https, or allow it with "
            "AFTERWORD_S3_PLAIN_HTTP=1")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def is_loopback(host):
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_virtual(bucket):
    """Whether a server other than AWS has the bucket in its host's name, as the program decides it:
    no certificate fits a name with dots, and no host's name has capitals or `_`."""
    return os.environ.get("AFTERWORD_S3_ADDRESSING") == "virtual" \
        and "." not in bucket and "_" not in bucket and bucket == bucket.lower()


def region():
    return (os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
            or "us-east-1")


def keys():
    """The key that the environment holds: its id, its secret, its session or None; None without
    one, so that each client looks for its own."""
    found = [os.environ.get(name, "").strip() or None for name in (
        "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")]
    return found if found[0] and found[1] else None


def storage_options(bucket):
    """Settings of delta-rs for a bucket."""
    options = {
        "AWS_REGION": region(), "connect_timeout": f"{CONNECT_SECONDS}s",
        "timeout": f"{IDLE_SECONDS}s", "max_retries": str(TRIES - 1),
        "retry_timeout": f"{RETRY_SECONDS}s"}
    server, key = endpoint(), keys()
    if key:
        options["AWS_ACCESS_KEY_ID"], options["AWS_SECRET_ACCESS_KEY"] = key[:2]
        if key[2]:
            options["AWS_SESSION_TOKEN"] = key[2]
    if server:
        if is_virtual(bucket):
            # delta-rs takes the address of the bucket here, and adds no name to it.
            scheme, _, host = server.partition("://")
            server = f"{scheme}://{bucket}.{host}"
        options["AWS_ENDPOINT_URL"] = server
        options["AWS_VIRTUAL_HOSTED_STYLE_REQUEST"] = "true" if is_virtual(bucket) else "false"
        if server.startswith("http://"):
            options["AWS_ALLOW_HTTP"] = "true"
    # Of two commits of one version the storage takes the first (conditional PUT).
    options["aws_conditional_put"] = "etag"
    return options


def file_options(bucket):
    """Settings of pyarrow's client for a bucket."""
    options = {
        "region": region(), "connect_timeout": CONNECT_SECONDS, "request_timeout": IDLE_SECONDS,
        "retry_strategy": fs.AwsStandardS3RetryStrategy(max_attempts=TRIES)}
    server, key = endpoint(), keys()
    if key:
        options.update(access_key=key[0], secret_key=key[1], session_token=key[2])
    if server:
        scheme, _, host = server.partition("://")
        options.update(
            scheme=scheme, endpoint_override=host, force_virtual_addressing=is_virtual(bucket))
    return options
