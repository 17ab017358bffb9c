"""Where an export lies: a folder, or an object storage."""
import os

from pyarrow import fs


class Place:
    """The root of an export; names are below it, with slashes."""

    def __init__(self, target):
        self.target = target.rstrip("/")
        self.is_remote = target.startswith("s3://")
        self.options = storage_options() if self.is_remote else None
        if self.is_remote:
            self.files = fs.S3FileSystem(**file_options())
            self.root = self.target.removeprefix("s3://")
        else:
            self.files = fs.LocalFileSystem()
            self.root = os.path.abspath(self.target)

    def uri(self, name):
        """The address of a folder, for Delta."""
        return f"{self.target}/{name}" if self.is_remote else f"{self.root}/{name}"

    def open(self, name):
        """A file to read at any place."""
        return self.files.open_input_file(f"{self.root}/{name}")

    def read(self, name):
        """A file's bytes."""
        with self.open(name) as file:
            return file.read()


def endpoint():
    """The server other than AWS, as the program reads it; None for AWS."""
    return os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")


def is_virtual():
    """Whether a server other than AWS has the bucket in its host's name."""
    return os.environ.get("AFTERWORD_S3_ADDRESSING") == "virtual"


def region():
    return (os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
            or "us-east-1")


def storage_options():
    """Settings of delta-rs beyond those that it takes from the environment."""
    options = {"AWS_REGION": region()}
    if endpoint():
        options["AWS_ENDPOINT_URL"] = endpoint()
        options["AWS_VIRTUAL_HOSTED_STYLE_REQUEST"] = "true" if is_virtual() else "false"
        if endpoint().startswith("http://"):
            options["AWS_ALLOW_HTTP"] = "true"
    # Of two commits of one version the storage takes the first (conditional PUT).
    options["aws_conditional_put"] = "etag"
    return options


def file_options():
    """Settings of pyarrow's client."""
    options = {"region": region()}
    if endpoint():
        scheme, _, host = endpoint().partition("://")
        options.update(scheme=scheme, endpoint_override=host.rstrip("/"),
                       force_virtual_addressing=is_virtual())
    return options
