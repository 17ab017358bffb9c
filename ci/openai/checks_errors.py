"""Errors: bodies, classes of the SDK, checks of requests, rules of models and schemas."""
import json, re

import openai

from harness import check
from checks_chat import HELLO, KEY, LUNA, MINI, obj, schema_format


def begin(own, program):
    global server, client
    server = own
    client = openai.OpenAI(api_key=KEY, base_url=server.url, max_retries=0)


def post(body, key=KEY, path="/v1/chat/completions"):
    return server.call("POST", path, body, {"Authorization": f"Bearer {key}"} if key else {})


def refused(status=400, param="?", code="?", words="", **body):
    """Sends a request that must be refused and checks its error."""
    request = {"model": MINI, "messages": HELLO, **body}
    got, headers, answer = post({k: v for k, v in request.items() if v is not ...})
    assert got == status, (got, answer)
    error = answer["error"]
    assert list(answer) == ["error"] and set(error) == {"message", "type", "param", "code"}, answer
    assert headers["x-request-id"].startswith("req_")
    assert param == "?" or error["param"] == param, error
    assert code == "?" or error["code"] == code, error
    assert words in error["message"], error
    return error


def schema_refused(schema, words, name="answer"):
    error = refused(param="response_format", code=None,
                    response_format=schema_format(schema, name))
    assert error["type"] == "invalid_request_error"
    assert error["message"] == f"Invalid schema for response_format '{name}': {words}", error


@check("errors: without a key 401, with all four members")
def _():
    status, _, answer = post({"model": MINI, "messages": HELLO}, key=None)
    assert status == 401 and set(answer["error"]) == {"message", "type", "param", "code"}


@check("errors: a wrong key is masked in the message")
def _():
    wrong = "sk-proj-THISisAVeryWrongKey-9876"
    own = openai.OpenAI(api_key=wrong, base_url=server.url, max_retries=0)
    try:
        own.models.list()
    except openai.AuthenticationError as error:
        assert error.code == "invalid_api_key" and error.status_code == 401
        assert wrong not in str(error) and "VeryWrong" not in str(error)
        assert "sk-proj-" in error.message and "9876" in error.message and "***" in error.message
    else:
        raise AssertionError("taken")


@check("errors: a short wrong key does not show either")
def _():
    for key in ["x", "abc", "sk-wrong", "wrong-key-1"]:
        _, _, answer = post({"model": MINI, "messages": HELLO}, key=key)
        assert key not in answer["error"]["message"].replace("API key", "").split("You can")[0]


@check("errors: a body that is no JSON, and one that is no object")
def _():
    status, _, answer = post(b"{\"model\": ")
    assert status == 400 and "could not parse the JSON body" in answer["error"]["message"]
    assert post([1])[0] == 400


@check("errors: an unknown address and a wrong method")
def _():
    status, _, answer = post({}, path="/v1/nothing")
    assert status == 404 and answer["error"]["message"] == "Invalid URL (POST /v1/nothing)"
    status, _, answer = server.call("GET", "/v1/chat/completions", None,
                                    {"Authorization": f"Bearer {KEY}"})
    assert status == 405 and set(answer["error"]) == {"message", "type", "param", "code"}


@check("errors: an unknown model is 404 model_not_found")
def _():
    error = refused(404, None, "model_not_found", "`gpt-nothing` does not exist",
                    model="gpt-nothing")
    assert error["type"] == "invalid_request_error"
    try:
        client.chat.completions.create(model="gpt-nothing", messages=HELLO)
    except openai.NotFoundError:
        return
    raise AssertionError("found")


@check("errors: missing model and messages")
def _():
    refused(words="you must provide a model parameter", model=...)
    refused(param="messages", code="missing_required_parameter", messages=...)


@check("errors: unknown members are named")
def _():
    refused(param=None, words="Unrecognized request argument supplied: foo", foo=1)
    refused(words="Unrecognized request arguments supplied: bar, foo", bar=1, foo=2)
    refused(param="messages[0].foo", code="unknown_parameter",
            messages=[{"role": "user", "content": "x", "foo": 1}])
    refused(param="stream_options.foo", code="unknown_parameter", stream=True,
            stream_options={"foo": True})


@check("errors: empty messages, wrong roles, missing contents")
def _():
    refused(param="messages", code="empty_array", messages=[])
    refused(param="messages", code="invalid_type", messages="hello")
    refused(param="messages[0].role", code="invalid_value", words="'robot'",
            messages=[{"role": "robot", "content": "x"}])
    refused(param="messages[0].role", code="missing_required_parameter",
            messages=[{"content": "x"}])
    refused(param="messages[0].content", messages=[{"role": "user"}])
    refused(param="messages[0].content", messages=[{"role": "user", "content": None}])
    refused(param="messages[0].content", code="invalid_type",
            messages=[{"role": "user", "content": 5}])
    refused(param="messages[0].content[0].type",
            messages=[{"role": "user", "content": [{"type": "smell"}]}])


@check("errors: a tool's answer needs a call before it")
def _():
    refused(words="'tool' must be a response to a preceeding message",
            messages=HELLO + [{"role": "tool", "tool_call_id": "call_1", "content": "x"}])


@check("errors: ranges of temperature, top_p, penalties")
def _():
    refused(param="temperature", code="decimal_above_max_value", temperature=2.5,
            words="Expected a value <= 2, but got 2.5 instead.")
    refused(param="temperature", code="decimal_below_min_value", temperature=-1)
    refused(param="top_p", code="decimal_above_max_value", top_p=1.1)
    refused(param="presence_penalty", code="decimal_below_min_value", presence_penalty=-3)
    refused(param="frequency_penalty", code="decimal_above_max_value", frequency_penalty=3)


@check("errors: ranges of n, max_tokens, top_logprobs")
def _():
    refused(param="n", code="integer_below_min_value", n=0)
    refused(param="n", code="integer_above_max_value", n=129)
    refused(param="max_tokens", code="integer_below_min_value", max_tokens=0)
    refused(param="max_tokens", words="max_tokens is too large: 100000", max_tokens=100000)
    refused(param="top_logprobs", code="integer_above_max_value", logprobs=True, top_logprobs=21)
    refused(param="top_logprobs", top_logprobs=2)


@check("errors: types of members")
def _():
    refused(param="temperature", code="invalid_type", temperature="hot",
            words="expected a decimal, but got a string instead")
    refused(param="stream", code="invalid_type", stream="yes")
    refused(param="n", code="invalid_type", n=1.5)
    refused(param="model", code="invalid_type", model=5)
    refused(param="stop", stop=["a", "b", "c", "d", "e"])
    refused(param="service_tier", code="invalid_value", service_tier="gold")


@check("errors: metadata of more than 16 pairs, or with long values")
def _():
    refused(param="metadata", metadata={str(i): "x" for i in range(17)})
    refused(param="metadata.a", metadata={"a": "x" * 513})
    refused(param="metadata.a", code="invalid_type", metadata={"a": 1})


@check("errors: stream_options without stream")
def _():
    refused(param="stream_options", stream_options={"include_usage": True})


@check("models' rules: max_tokens is refused by gpt-6-luna, both at once by gpt-4o-mini")
def _():
    refused(param="max_tokens", code="unsupported_parameter", model=LUNA, max_tokens=5,
            words="Use 'max_completion_tokens' instead.")
    refused(code="invalid_parameter_combination", max_tokens=5, max_completion_tokens=5)


@check("models' rules: a temperature other than 1 only with effort none")
def _():
    for name in ["temperature", "top_p"]:
        refused(param=name, code="unsupported_value", model=LUNA, **{name: 0})
        refused(param=name, code="unsupported_value", model=LUNA, reasoning_effort="low",
                **{name: 0.5})
    refused(param="logprobs", code="unsupported_parameter", model=LUNA, logprobs=True)
    assert post({"model": LUNA, "messages": HELLO, "temperature": 1})[0] == 200
    assert post({"model": LUNA, "messages": HELLO, "temperature": 0,
                 "reasoning_effort": "none"})[0] == 200


@check("models' rules: gpt-6.2-sol and -astra refuse effort none, minimal and any temperature")
def _():
    for model in ["gpt-6.2-sol", "gpt-6.2-astra"]:
        for effort in ["none", "minimal"]:
            refused(param="reasoning_effort", code="unsupported_value", model=model,
                    reasoning_effort=effort, words="Supported values are: 'low'")
        refused(param="temperature", code="unsupported_value", model=model, temperature=0.5,
                reasoning_effort="low")
        assert post({"model": model, "messages": HELLO, "reasoning_effort": "low"})[0] == 200


@check("models' rules: gpt-4o-mini knows no effort and no cache options")
def _():
    refused(words="Unrecognized request argument supplied: reasoning_effort",
            reasoning_effort="low")
    refused(param="prompt_cache_options", prompt_cache_options={"mode": "explicit"})
    refused(param="reasoning_effort", code="invalid_value", model=LUNA, reasoning_effort="huge")


@check("errors: a prompt longer than the context")
def _():
    refused(param="messages", code="context_length_exceeded",
            words="maximum context length is 128000 tokens",
            messages=[{"role": "user", "content": "word " * 130000}])


@check("formats: json_object needs the word json in a message")
def _():
    refused(param="messages", response_format={"type": "json_object"},
            words="'messages' must contain the word 'json' in some form")


@check("formats: unknown types and missing parts")
def _():
    refused(param="response_format.type", code="invalid_value", response_format={"type": "xml"})
    refused(param="response_format.json_schema", code="missing_required_parameter",
            response_format={"type": "json_schema"})
    refused(param="response_format.json_schema.name", code="missing_required_parameter",
            response_format={"type": "json_schema", "json_schema": {"schema": {}}})
    refused(param="response_format.json_schema.schema",
            response_format={"type": "json_schema", "json_schema": {"name": "a", "strict": True}})


@check("formats: names of schemas")
def _():
    refused(param="response_format.json_schema.name", code="invalid_value",
            response_format=schema_format(obj({}), "no spaces"))
    refused(param="response_format.json_schema.name", code="string_above_max_length",
            response_format=schema_format(obj({}), "x" * 65))


@check("schemas: additionalProperties must be false, with the words of the API")
def _():
    words = "In context=(), 'additionalProperties' is required to be supplied and to be false."
    schema_refused({"type": "object", "properties": {}, "required": []}, words, "NAME")
    schema_refused({"type": "object", "properties": {}, "required": [],
                    "additionalProperties": True}, words)


@check("schemas: every property is required")
def _():
    schema_refused(
        {"type": "object", "properties": {"a": {"type": "string"}}, "required": [],
         "additionalProperties": False},
        "In context=(), 'required' is required to be supplied and to be an array including every "
        "key in properties. Missing 'a'.")


@check("schemas: the place of an offence is named")
def _():
    schema_refused(obj({"a": {"type": "array", "items": {"type": "object", "properties": {}}}}),
                   "In context=('properties', 'a', 'items'), 'additionalProperties' is required to "
                   "be supplied and to be false.")
    schema_refused(obj({"a": {"$ref": "#/$defs/d"}}, **{"$defs": {"d": {
        "type": "object", "properties": {}}}}),
        "In context=('$defs', 'd'), 'additionalProperties' is required to be supplied and to be "
        "false.")


@check("schemas: the root is an object and no anyOf")
def _():
    schema_refused({"type": "array", "items": {"type": "string"}},
                   "schema must be a JSON Schema of 'type: \"object\"', got 'type: \"array\"'.")
    refused(param="response_format", response_format=schema_format(
        {"anyOf": [obj({}), obj({"a": {"type": "string"}})]}))


@check("schemas: allOf, not, oneOf, if, dependentRequired are not permitted")
def _():
    for key, value in [("allOf", []), ("not", {}), ("oneOf", []), ("if", {}),
                       ("dependentRequired", {}), ("patternProperties", {})]:
        schema_refused(obj({"a": {"type": "string", key: value}}),
                       f"In context=('properties', 'a'), '{key}' is not permitted.")


@check("schemas: more than ten levels, and more than a thousand enum values")
def _():
    schema = {"type": "string"}
    for _ in range(11):
        schema = obj({"a": schema})
    refused(param="response_format", response_format=schema_format(schema),
            words="11 levels of nesting exceeds limit of 10")
    refused(param="response_format", words="at most 1000 enum values",
            response_format=schema_format(obj({"a": {
                "type": "string", "enum": [f"v{i}" for i in range(1001)]}})))


@check("tools: a strict function's schema is checked, a choice must be among the tools")
def _():
    tool = {"type": "function", "function": {"name": "f", "strict": True, "parameters": {
        "type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}}}
    error = refused(code="invalid_function_parameters", tools=[tool])
    assert "Invalid schema for function 'f': In context=()" in error["message"]
    refused(param="tool_choice", tool_choice="auto")


@check("errors: they come before a stream begins")
def _():
    try:
        client.chat.completions.create(model=MINI, messages=[], stream=True)
    except openai.BadRequestError as error:
        assert error.code == "empty_array"
        return
    raise AssertionError("streamed")
