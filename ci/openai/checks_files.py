"""Files and batches."""
import io, json, os, tempfile, time

import openai

import harness
from harness import check
from checks_chat import HELLO, KEY, MINI, obj, schema_format


def begin(own, path):
    global server, program, client, other
    server, program = own, path
    client = openai.OpenAI(api_key=KEY, base_url=server.url, max_retries=0)
    other = openai.OpenAI(api_key="sk-other-0123456789abcde", base_url=server.url, max_retries=0)


def line(custom_id, **more):
    body = {"model": MINI, "messages": HELLO, **more.pop("body", {})}
    return {"custom_id": custom_id, "method": "POST", "url": "/v1/chat/completions",
            "body": body, **more}


def upload(lines, own=None, name="in.jsonl"):
    text = "".join((l if isinstance(l, str) else json.dumps(l)) + "\n" for l in lines)
    return (own or client).files.create(file=(name, io.BytesIO(text.encode())), purpose="batch")


def begin_batch(lines, own=None, **more):
    own = own or client
    return own.batches.create(input_file_id=upload(lines, own).id, completion_window="24h",
                              endpoint="/v1/chat/completions", **more)


def wait(batch, own=None, until=("completed", "failed", "expired", "cancelled")):
    seen = [batch.status]
    for _ in range(600):
        batch = (own or client).batches.retrieve(batch.id)
        if batch.status != seen[-1]:
            seen.append(batch.status)
        if batch.status in until:
            return batch, seen
        time.sleep(0.02)
    raise AssertionError(f"still {batch.status}")


def lines_of(file_id, own=None):
    return [json.loads(l) for l in (own or client).files.content(file_id).text.splitlines()]


def fails(kind, function, *arguments, **named):
    try:
        function(*arguments, **named)
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__}")


@check("files: an upload has every member")
def _():
    file = upload([line("a")])
    assert file.id.startswith("file-") and file.object == "file" and file.purpose == "batch"
    assert file.filename == "in.jsonl" and file.status == "processed" and file.bytes > 100
    assert file.expires_at - file.created_at == 30 * 86400


@check("files: content comes back byte for byte")
def _():
    content = bytes(range(256)) * 999 + b"\r\n--boundary\r\n\r\n"
    file = client.files.create(file=("raw.bin", content), purpose="user_data")
    assert file.bytes == len(content) and file.expires_at is None
    assert client.files.content(file.id).read() == content


@check("files: retrieve, list with pages, delete")
def _():
    made = [upload([line(str(i))]) for i in range(3)]
    assert client.files.retrieve(made[0].id) == made[0]
    page = client.files.list(purpose="batch", limit=2)
    assert [f.id for f in page.data] == [made[2].id, made[1].id] and page.has_more
    assert made[0].id in [f.id for f in client.files.list(limit=2)]
    assert [f.id for f in client.files.list(order="asc", after=made[0].id, limit=1).data] \
        == [made[1].id]
    gone = client.files.delete(made[0].id)
    assert gone.deleted and gone.id == made[0].id
    fails(openai.NotFoundError, client.files.retrieve, made[0].id)
    fails(openai.NotFoundError, client.files.content, made[0].id)
    fails(openai.NotFoundError, client.files.delete, made[0].id)


@check("files: those of another key are not found")
def _():
    file = upload([line("a")])
    fails(openai.NotFoundError, other.files.retrieve, file.id)
    assert file.id not in [f.id for f in other.files.list()]


@check("files: purposes and names are checked")
def _():
    fails(openai.BadRequestError, client.files.create, file=("a.jsonl", b"x"), purpose="fun")
    error = fails(openai.BadRequestError, upload, [line("a")], name="a.txt")
    assert ".jsonl" in error.message


@check("files: expires_after is kept")
def _():
    file = client.files.create(file=("a.jsonl", b"{}"), purpose="batch",
                               expires_after={"anchor": "created_at", "seconds": 3600})
    assert file.expires_at - file.created_at == 3600
    fails(openai.BadRequestError, client.files.create, file=("a.jsonl", b"{}"), purpose="batch",
          expires_after={"anchor": "created_at", "seconds": 5})


class Hour:
    """A server whose clock stands still but for `advance`, and whose batches take an hour."""

    def __enter__(self):
        self.server = harness.Server(
            program, "--batch-seconds", "3600", "--clock", "1790000000")
        self.user = openai.OpenAI(api_key="k", base_url=self.server.url, max_retries=0)
        return self

    def __exit__(self, *_):
        self.server.stop()

    def advance(self, batch, seconds):
        """The batch so many seconds later."""
        self.server.call("POST", "/_fake/clock", {"advance": seconds})
        return self.user.batches.retrieve(batch.id)


@check("batch: from validating to completed, with its times")
def _():
    with Hour() as hour:
        batch = begin_batch([line(str(i)) for i in range(20)], hour.user, metadata={"a": "b"})
        assert batch.id.startswith("batch_") and batch.status == "validating"
        assert batch.expires_at - batch.created_at == 86400 and batch.metadata == {"a": "b"}
        seen = [hour.advance(batch, 0).status]
        for _ in range(12):
            batch = hour.advance(batch, 300)
            seen += [batch.status] if batch.status != seen[-1] else []
    assert seen == ["validating", "in_progress", "finalizing", "completed"], seen
    assert batch.request_counts.total == batch.request_counts.completed == 20
    assert batch.request_counts.failed == 0 and batch.error_file_id is None
    assert (batch.created_at <= batch.in_progress_at <= batch.finalizing_at
            <= batch.completed_at)
    assert batch.model == MINI and batch.usage.total_tokens > 0


@check("batch: the output has every request once, in another order")
def _():
    asked = [str(i) for i in range(50)]
    batch, _ = wait(begin_batch([line(i) for i in asked]))
    lines = lines_of(batch.output_file_id)
    got = [l["custom_id"] for l in lines]
    assert sorted(got) == sorted(asked) and got != asked
    first = lines[0]
    assert first["id"].startswith("batch_req_") and first["error"] is None
    assert first["response"]["status_code"] == 200 and first["response"]["request_id"]
    assert first["response"]["body"]["object"] == "chat.completion"
    assert client.files.retrieve(batch.output_file_id).purpose == "batch_output"


@check("batch: the same request answers as in chat")
def _():
    schema = obj({"name": {"type": "string"}, "n": {"type": "integer"}})
    bodies = [{}, {"n": 2}, {"max_tokens": 4}, {"response_format": schema_format(schema)}]
    batch, _ = wait(begin_batch([line(str(i), body=b) for i, b in enumerate(bodies)]))
    for answer in lines_of(batch.output_file_id):
        body = bodies[int(answer["custom_id"])]
        chat = client.chat.completions.create(model=MINI, messages=HELLO, **body)
        assert answer["response"]["body"]["choices"] == json.loads(
            chat.model_dump_json())["choices"] or [
                c["message"]["content"] for c in answer["response"]["body"]["choices"]] == [
                c.message.content for c in chat.choices]
        assert answer["response"]["body"]["usage"]["total_tokens"] == chat.usage.total_tokens


@check("batch: a refused request is a 4xx in the error file")
def _():
    batch, _ = wait(begin_batch([line("good"), line("bad", body={"temperature": 9})]))
    assert batch.status == "completed"
    assert (batch.request_counts.completed, batch.request_counts.failed) == (1, 1)
    bad, = lines_of(batch.error_file_id)
    assert bad["custom_id"] == "bad" and bad["response"]["status_code"] == 400
    assert bad["response"]["body"]["error"]["param"] == "temperature"
    good, = lines_of(batch.output_file_id)
    assert good["custom_id"] == "good"


@check("batch: where all are refused there is no output file")
def _():
    batch, _ = wait(begin_batch([line("bad", body={"n": 0})]))
    assert batch.status == "completed" and batch.output_file_id is None
    assert len(lines_of(batch.error_file_id)) == 1


def failed_codes(lines):
    batch, seen = wait(begin_batch(lines))
    assert batch.status == "failed" and batch.failed_at and batch.output_file_id is None, seen
    assert batch.errors.object == "list"
    return [(e.code, e.line) for e in batch.errors.data]


@check("batch: faults of lines fail it, each with its code and line")
def _():
    assert failed_codes([line("a"), "{not json", line("b")]) == [("invalid_json_line", 2)]
    assert failed_codes([line("a"), line("b"), line("a")]) == [("duplicate_custom_id", 3)]
    assert failed_codes([line("a", url="/v1/embeddings")]) == [("url_mismatch", 1)]
    assert failed_codes([line("a"), line("b", body={"model": "gpt-4o"})]) \
        == [("model_mismatch", 2)]
    assert failed_codes([{"method": "POST", "url": "/v1/chat/completions",
                          "body": {"model": MINI}}]) == [("missing_required_parameter", 1)]
    assert failed_codes([line("a", method="GET")])[0][1] == 1


@check("batch: an empty file, and too many requests")
def _():
    assert failed_codes([]) == [("empty_file", None)]
    text = json.dumps(line("x"))[:-1]
    many = [text.replace('"x"', f'"{i}"') + "}" for i in range(50001)]
    assert failed_codes(many)[0][0] == "too_many_tasks"


@check("batch: unknown files, endpoints and windows are refused at once")
def _():
    make = client.batches.create
    file = upload([line("a")]).id
    fails(openai.NotFoundError, make, input_file_id="file-none", completion_window="24h",
          endpoint="/v1/chat/completions")
    fails(openai.BadRequestError, make, input_file_id=file, completion_window="48h",
          endpoint="/v1/chat/completions")
    fails(openai.BadRequestError, make, input_file_id=file, completion_window="24h",
          endpoint="/v1/nothing")
    fails(openai.NotFoundError, client.batches.retrieve, "batch_none")


@check("batch: cancelled ones keep what was done; the rest is named")
def _():
    with Hour() as hour:
        batch = begin_batch([line(str(i)) for i in range(100)], hour.user)
        batch = hour.advance(batch, 1500)
        begun = batch.request_counts.completed
        assert batch.status == "in_progress" and 10 <= begun < 100
        batch = hour.user.batches.cancel(batch.id)
        assert batch.status == "cancelling" and batch.cancelling_at
        batch = hour.advance(batch, 3600)
        assert batch.status == "cancelled" and batch.cancelled_at
        done = lines_of(batch.output_file_id, hour.user)
        rest = lines_of(batch.error_file_id, hour.user)
        assert len(done) + len(rest) == 100
        assert begun <= len(done) == batch.request_counts.completed < 100
        assert {r["error"]["code"] for r in rest} == {"batch_cancelled"}
        error = fails(openai.APIStatusError, hour.user.batches.cancel, batch.id)
        assert error.status_code == 409


@check("batch: expired ones keep what was done, when the clock is moved a day")
def _():
    own = harness.Server(program)
    try:
        user = openai.OpenAI(api_key="k", base_url=own.url, max_retries=0)
        file = upload([line(str(i)) for i in range(10)], user)
        batch = user.batches.create(
            input_file_id=file.id, completion_window="24h", endpoint="/v1/chat/completions",
            extra_headers={"X-Fake-Fault": "batch=expire;done=0.3"})
        own.call("POST", "/_fake/clock", {"advance": 3600})
        assert user.batches.retrieve(batch.id).status == "in_progress"
        own.call("POST", "/_fake/clock", {"advance": 86400})
        batch = user.batches.retrieve(batch.id)
        assert batch.status == "expired" and batch.expired_at == batch.expires_at
        assert len(lines_of(batch.output_file_id, user)) == 3
        rest = lines_of(batch.error_file_id, user)
        assert len(rest) == 7 and {r["error"]["code"] for r in rest} == {"batch_expired"}
        assert all(r["response"] is None for r in rest)
        own.call("POST", "/_fake/clock", {"advance": 31 * 86400})
        fails(openai.NotFoundError, user.files.retrieve, file.id)
    finally:
        own.stop()


@check("batch: output_expires_after is kept, lists have pages, other keys see none")
def _():
    first, second = begin_batch([line("a")]), begin_batch(
        [line("a")], output_expires_after={"anchor": "created_at", "seconds": 7200})
    page = client.batches.list(limit=1)
    assert page.data[0].id == second.id and page.has_more
    assert {first.id, second.id} <= {b.id for b in client.batches.list(limit=50)}
    assert not other.batches.list().data
    fails(openai.NotFoundError, other.batches.retrieve, first.id)
    batch, _ = wait(second)
    file = client.files.retrieve(batch.output_file_id)
    assert file.expires_at - file.created_at == 7200


@check("state: a batch that is killed at five moments ends as if nothing had happened")
def _():
    def start(folder):
        own = harness.Server(program, "--state", folder, "--batch-seconds", "3600",
                             "--clock", "1796000000")
        return own, openai.OpenAI(api_key="k", base_url=own.url, max_retries=0)

    def kill(own):
        own.process.kill()
        own.process.wait()
        own.process.stdout.close()

    outputs = set()
    for moment, status in [(0, "validating"), (1000, "in_progress"), (2000, "in_progress"),
                           (3000, "finalizing"), (3600, "completed")]:
        with tempfile.TemporaryDirectory() as folder:
            own, user = start(folder)
            batch = begin_batch([line("a"), line("b"), line("c", body={"n": 0})], user)
            if moment:
                own.call("POST", "/_fake/clock", {"advance": moment})
            assert user.batches.retrieve(batch.id).status == status
            kill(own)
            own, user = start(folder)
            try:
                assert user.batches.retrieve(batch.id).status == status
                own.call("POST", "/_fake/clock", {"advance": 3600})
                done = user.batches.retrieve(batch.id)
                assert done.status == "completed"
                outputs.add(user.files.content(done.output_file_id).text
                            + user.files.content(done.error_file_id).text)
                modes = {os.stat(os.path.join(folder, n)).st_mode & 0o077
                         for n in os.listdir(folder)}
                assert modes == {0}
            finally:
                own.stop()
    assert len(outputs) == 1
