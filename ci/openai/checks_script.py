"""Scripts of answers, the log of requests, and answers that stay the same."""
import json, os, tempfile

import openai

import harness
from harness import check
from checks_chat import HELLO, MINI, obj, schema_format


def begin(own, path):
    global server, program
    server, program = own, path


class Scripted:
    def __init__(self, rules, **more):
        self.file = tempfile.NamedTemporaryFile("w", suffix=".json", delete=False)
        json.dump({"rules": rules, **more}, self.file)
        self.file.close()

    def __enter__(self):
        self.server = harness.Server(program, "--rules", self.file.name)
        return self

    def __exit__(self, *_):
        self.server.stop()
        os.unlink(self.file.name)

    def client(self, key="k", retries=0):
        return openai.OpenAI(api_key=key, base_url=self.server.url, max_retries=retries)

    def ask(self, text, key="k", retries=0, **more):
        return self.client(key, retries).chat.completions.create(
            model=MINI, messages=[{"role": "user", "content": text}], **more)

    def say(self, text, **more):
        return self.ask(text, **more).choices[0].message.content

    def finished(self, key=None):
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return self.server.call("GET", "/_fake/assert_finished", None, headers)


@check("script: answers by message, in sequence, then the model's own")
def _():
    with Scripted([{"name": "w", "match": {"message": "weather"},
                    "answers": [{"text": "Sun."}, {"text": "Rain.", "times": 2}]}]) as s:
        assert [s.say("The weather?") for _ in range(3)] == ["Sun.", "Rain.", "Rain."]
        assert s.say("The weather?") not in ["Sun.", "Rain."]


@check("script: by the schema's name, as JSON, again and again, streamed too")
def _():
    form = schema_format(obj({"a": {"type": "integer"}}), "report")
    with Scripted([{"match": {"schema": "report"}, "answers": [{"json": {"a": 7}}],
                    "repeat": True}]) as s:
        for _ in range(3):
            assert json.loads(s.say("x", response_format=form)) == {"a": 7}
        text = "".join(c.choices[0].delta.content or ""
                       for c in s.ask("x", response_format=form, stream=True))
        assert text == '{"a":7}' and s.finished()[0] == 200


@check("script: faults without headers of the client")
def _():
    with Scripted([{"answers": [{"fault": "status=429;retry_after_ms=5"}, {"fault": "disconnect"},
                                {"text": "third"}, {"refusal": "no"}]}]) as s:
        assert s.say("x", retries=2) == "third"
        assert s.ask("x").choices[0].message.refusal == "no"
        status, _, report = s.finished()
        assert status == 200 and report["finished"]


@check("script: unused rules and unmatched requests are shown")
def _():
    with Scripted([{"name": "never", "match": {"message": "zebra"},
                    "answers": [{"text": "x"}]}]) as s:
        s.say("horse")
        status, _, report = s.finished()
        assert status == 409 and not report["finished"]
        assert report["unused_rules"] == ["never"] and len(report["unmatched_requests"]) == 1
        status, _, log = s.server.call("GET", "/_fake/requests")
        assert status == 200 and log["unused_rules"] == ["never"]
        assert log["data"][0]["unmatched"] and log["data"][0]["body"]["model"] == MINI


@check("script: unmatched requests are refused where the script says so")
def _():
    with Scripted([{"match": {"message": "a"}, "answers": [{"text": "x"}]}],
                  unmatched="fail") as s:
        try:
            s.ask("b")
        except openai.BadRequestError as error:
            assert error.code == "fake_unmatched"
        else:
            raise AssertionError("answered")


@check("script: each key has its own place in it")
def _():
    with Scripted([{"answers": [{"text": "1"}, {"text": "2"}]}]) as s:
        assert [s.say("x", key="one"), s.say("x", key="two")] == ["1", "1"]
        assert s.say("x", key="one") == "2"
        assert s.finished("one")[0] == 200 and s.finished("two")[0] == 409


@check("script: tool calls")
def _():
    with Scripted([{"answers": [{"tool_calls": [{"name": "f", "arguments": {"a": 1}}]}]}]) as s:
        choice = s.ask("x").choices[0]
        assert choice.finish_reason == "tool_calls"
        assert json.loads(choice.message.tool_calls[0].function.arguments) == {"a": 1}


@check("script: one that cannot be read ends the program with a reason")
def _():
    import subprocess
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write('{"rules": [{"answer": []}]}')
        file.flush()
        result = subprocess.run([program, "fake-llm", "--port", "0", "--rules", file.name],
                                capture_output=True, text=True)
    assert result.returncode == 2 and "unknown member 'answer'" in result.stderr


@check("log: requests with ids, statuses and faults")
def _():
    own = harness.Server(program)
    try:
        client = openai.OpenAI(api_key="k", base_url=own.url, max_retries=0)
        raw = client.chat.completions.with_raw_response.create(
            model=MINI, messages=HELLO, extra_headers={"X-Client-Request-Id": "mine-1"})
        try:
            client.models.retrieve("nothing")
        except openai.NotFoundError:
            pass
        _, _, log = own.call("GET", "/_fake/requests")
        first, second = log["data"]
        assert first["request_id"] == raw.headers["x-request-id"]
        assert first["client_request_id"] == "mine-1" and first["status"] == 200
        assert second["path"] == "/v1/models/nothing" and second["status"] == 404
        assert "Bearer" not in json.dumps(log)
    finally:
        own.stop()


@check("behavior 1: the same seed gives the same bytes, another seed others")
def _():
    def take(seed):
        own = harness.Server(program, "--seed", seed, "--clock", "1796000000", "--behavior", "1")
        try:
            return [own.call("POST", "/v1/chat/completions", {"model": MINI, "messages": HELLO},
                             {"Authorization": "Bearer k"})[2] for _ in range(2)]
        finally:
            own.stop()
    assert take("1") == take("1") != take("2")
