"""Faults on request, as the SDK meets them."""
import contextlib, json, time, uuid
from unittest import mock

import openai

import harness
from harness import check
from checks_chat import HELLO, KEY, MINI, joined, obj, schema_format


def begin(own, path):
    global server, program
    server, program = own, path


def ask(fault, retries=0, timeout=10, own=None, **more):
    client = openai.OpenAI(api_key=KEY, base_url=(own or server).url, max_retries=retries,
                           timeout=timeout)
    return client.chat.completions.create(
        model=MINI, messages=HELLO, extra_headers={"X-Fake-Fault": fault}, **more)


def fails(kind, fault, **more):
    try:
        answer = ask(fault, **more)
        if more.get("stream"):
            list(answer)
    except kind as error:
        return error
    raise AssertionError(f"{fault}: no {kind.__name__}")


@contextlib.contextmanager
def counted():
    """A server, and how many chat requests came to it."""
    own = harness.Server(program)
    try:
        yield own, lambda: len(own.call("GET", "/_fake/requests")[2]["data"])
    finally:
        own.stop()


def nonce():
    return f"nonce={uuid.uuid4().hex}"


@check("faults: each status is the SDK's error of it")
def _():
    for status, kind in [(400, openai.BadRequestError), (401, openai.AuthenticationError),
                         (403, openai.PermissionDeniedError), (404, openai.NotFoundError),
                         (409, openai.ConflictError), (422, openai.UnprocessableEntityError),
                         (429, openai.RateLimitError), (500, openai.InternalServerError),
                         (503, openai.InternalServerError)]:
        error = fails(kind, f"status={status}")
        assert error.status_code == status
        assert set(error.body) == {"message", "type", "param", "code"}


@check("faults: two rate limits, then the answer, by the SDK's own retries")
def _():
    answer = ask(f"status=429;retry_after_ms=10;times=2;{nonce()}", retries=2)
    assert answer.choices[0].message.content
    fails(openai.RateLimitError, f"status=429;retry_after_ms=10;times=2;{nonce()}", retries=1)


@check("faults: retry-after in seconds is waited for")
def _():
    with counted() as (own, asked), mock.patch("time.sleep") as sleep:
        ask(f"status=429;retry_after=7;times=1;{nonce()}", retries=1, own=own)
        assert [call.args for call in sleep.call_args_list] == [(7,)]
        assert asked() == 2


@check("faults: x-should-retry false ends it")
def _():
    with counted() as (own, asked):
        error = fails(openai.RateLimitError, f"status=429;should_retry=false;times=1;{nonce()}",
                      retries=2, own=own)
        assert error.response.headers["x-should-retry"] == "false"
        assert asked() == 1


@check("faults: codes of spent money")
def _():
    for code in ["insufficient_quota", "credit_balance_exhausted",
                 "organization_spend_limit_exceeded", "project_spend_limit_exceeded",
                 "organization_usage_limit_exceeded"]:
        error = fails(openai.RateLimitError, f"code={code}")
        assert error.code == code and error.status_code == 429


@check("faults: overload, slow down, resource unavailable")
def _():
    for code, status in [("server_is_overloaded", 503), ("slow_down", 503),
                         ("resource_unavailable", 429)]:
        error = fails(openai.APIStatusError, f"status={status};code={code}")
        assert (error.status_code, error.code) == (status, code)


@check("faults: a disconnect is a connection error, and retried")
def _():
    fails(openai.APIConnectionError, "disconnect")
    assert ask(f"disconnect;times=1;{nonce()}", retries=1).choices


@check("faults: a cut body is a connection error")
def _():
    fails(openai.APIConnectionError, "cut")


@check("faults: a cut stream ends without [DONE]")
def _():
    try:
        list(ask("cut", stream=True))
    except Exception as error:
        assert "peer closed" in str(error) or isinstance(error, openai.APIError), repr(error)
    else:
        raise AssertionError("whole")


@check("faults: a malformed body cannot be read")
def _():
    client = openai.OpenAI(api_key=KEY, base_url=server.url, max_retries=0)
    raw = client.chat.completions.with_raw_response.create(
        model=MINI, messages=HELLO, extra_headers={"X-Fake-Fault": "malformed"})
    try:
        json.loads(raw.http_response.content)
    except ValueError:
        return
    raise AssertionError("read")


@check("faults: a stall runs into the client's time limit, or goes on")
def _():
    fails(openai.APITimeoutError, "stall=5", timeout=0.4)
    begun = time.monotonic()
    assert ask("stall=0.4").choices[0].message.content
    assert time.monotonic() - begun >= 0.4


@check("faults: a delay comes before the answer")
def _():
    begun = time.monotonic()
    assert ask("delay=0.3").choices and time.monotonic() - begun >= 0.3


@check("faults: a refusal has no content, also in a schema and a stream")
def _():
    for more in [{}, {"response_format": schema_format(obj({"a": {"type": "string"}}))}]:
        message = ask("refusal", **more).choices[0].message
        assert message.content is None and message.refusal
    chunks = [c.choices[0].delta for c in ask("refusal", stream=True) if c.choices]
    assert "".join(d.refusal or "" for d in chunks) and not any(d.content for d in chunks)


@check("faults: the content filter and the length limit are finish reasons")
def _():
    assert ask("content_filter").choices[0].finish_reason == "content_filter"
    assert ask("content-filter").choices[0].finish_reason == "content_filter"
    assert ask("length").choices[0].finish_reason == "length"
    chunks, _ = joined(ask("content_filter", stream=True))
    assert chunks[-1].choices[0].finish_reason == "content_filter"


@check("faults: usage that is wrong, zero, negative or missing")
def _():
    right = ask("delay=0").usage
    assert ask("wrong_usage").usage.prompt_tokens == 100 * right.prompt_tokens
    assert ask("usage=zero").usage.total_tokens == 0
    assert ask("usage=negative").usage.completion_tokens < 0
    assert ask("usage=missing").usage is None


@check("faults: an error in the middle of a stream")
def _():
    fails(openai.APIError, "stream_error", stream=True)


@check("faults: an order that is not understood is an error")
def _():
    error = fails(openai.BadRequestError, "earthquake")
    assert error.code == "fake_fault"


@check("faults: a schedule is the same for the same seed, and retries go well")
def _():
    def run(seed):
        own = harness.Server(program, "--faults", "30% status=500", "--seed", seed)
        try:
            client = openai.OpenAI(api_key="k", base_url=own.url, max_retries=0)
            outcome = []
            for i in range(60):
                try:
                    client.chat.completions.create(
                        model=MINI, messages=[{"role": "user", "content": str(i)}])
                    outcome.append(1)
                except openai.InternalServerError:
                    outcome.append(0)
            patient = openai.OpenAI(api_key="k", base_url=own.url, max_retries=9)
            for i in range(3):
                patient.chat.completions.create(
                    model=MINI, messages=[{"role": "user", "content": f"again {i}"}])
            return outcome
        finally:
            own.stop()
    one, two, three = run("1"), run("1"), run("2")
    assert one == two != three and 25 <= sum(one) <= 55


@check("limits: beyond --rpm comes 429 with retry-after, and the SDK waits")
def _():
    own = harness.Server(program, "--rpm", "3", "--clock", "1790000000")
    try:
        client = openai.OpenAI(api_key="k", base_url=own.url, max_retries=0)
        for _ in range(3):
            client.chat.completions.create(model=MINI, messages=HELLO)
        try:
            client.chat.completions.create(model=MINI, messages=HELLO)
            raise AssertionError("taken")
        except openai.RateLimitError as error:
            assert error.code == "rate_limit_exceeded" and error.type == "requests"
            assert error.response.headers["retry-after"] == "60"
            assert error.response.headers["x-ratelimit-remaining-requests"] == "0"
            assert error.response.headers["x-ratelimit-reset-requests"] == "1m0s"
        own.call("POST", "/_fake/clock", {"advance": 61})
        client.chat.completions.create(model=MINI, messages=HELLO)
    finally:
        own.stop()


@check("shutdown: after 2027-01-14 gpt-4o-mini is gone")
def _():
    own = harness.Server(program, "--clock", "1799884799")
    try:
        client = openai.OpenAI(api_key="k", base_url=own.url, max_retries=0)
        client.chat.completions.create(model=MINI, messages=HELLO)
        own.call("POST", "/_fake/clock", {"advance": 86400})
        try:
            client.chat.completions.create(model=MINI, messages=HELLO)
            raise AssertionError("answered")
        except openai.NotFoundError as error:
            assert error.code == "model_not_found"
        assert MINI not in [m.id for m in client.models.list()]
    finally:
        own.stop()
