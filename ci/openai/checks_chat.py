"""Models and chat completions: plain, structured, streamed, many at once."""
import asyncio, json, re, threading
from enum import Enum
from typing import List, Optional, Union

import jsonschema, openai
from pydantic import BaseModel, Field

from harness import check

KEY = "sk-test-0123456789abcdef"
MINI, LUNA = "gpt-4o-mini", "gpt-6-luna"
HELLO = [{"role": "user", "content": "Hello there, how are you today?"}]


def begin(server, program):
    global client, base
    base = server.url
    client = openai.OpenAI(api_key=KEY, base_url=base, max_retries=0)


def ask(messages=HELLO, model=MINI, **more):
    return client.chat.completions.create(model=model, messages=messages, **more)


def schema_format(schema, name="answer", strict=True):
    return {"type": "json_schema", "json_schema": {"name": name, "strict": strict,
                                                   "schema": schema}}


def obj(properties, **more):
    return {"type": "object", "properties": properties, "required": list(properties),
            "additionalProperties": False, **more}


def conforming(schema, question="Describe a lamp.", **more):
    answer = ask([{"role": "user", "content": question}],
                 response_format=schema_format(schema), **more)
    assert answer.choices[0].finish_reason == "stop"
    value = json.loads(answer.choices[0].message.content)
    jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER).validate(value)
    return value


def joined(stream):
    chunks = list(stream)
    return chunks, "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)


@check("models: the list has ids, dates of creation and owners")
def _():
    models = list(client.models.list())
    assert {MINI, LUNA} <= {m.id for m in models}
    assert all(m.object == "model" and m.created > 0 and m.owned_by for m in models)


@check("models: gpt-4o-mini names its shutdown, gpt-6-luna has none")
def _():
    assert client.models.retrieve(MINI).shutdown_date == "2027-01-14"
    assert client.models.retrieve(LUNA).shutdown_date is None


@check("models: an unknown one is not found")
def _():
    try:
        client.models.retrieve("gpt-nothing")
    except openai.NotFoundError as error:
        assert error.code == "model_not_found" and error.param == "model"
    else:
        raise AssertionError("found")


@check("chat: a plain answer has every member")
def _():
    answer = ask()
    assert answer.id.startswith("chatcmpl-") and answer.object == "chat.completion"
    assert answer.model == MINI and answer.created > 0
    choice, = answer.choices
    assert choice.index == 0 and choice.finish_reason == "stop" and choice.logprobs is None
    assert choice.message.role == "assistant" and choice.message.content
    assert choice.message.refusal is None
    assert answer.system_fingerprint.startswith("fp_") and answer.service_tier == "default"


@check("chat: usage adds up and has its details")
def _():
    usage = ask().usage
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
    assert 8 <= usage.prompt_tokens <= 20 and usage.completion_tokens > 0
    assert usage.prompt_tokens_details.cached_tokens == 0
    assert usage.prompt_tokens_details.cache_write_tokens == 0
    assert usage.completion_tokens_details.reasoning_tokens == 0


@check("chat: the same request gets the same answer, another id")
def _():
    one, two = ask(), ask()
    assert one.choices == two.choices and one.usage == two.usage and one.id != two.id


@check("chat: another question gets another answer")
def _():
    assert ask().choices != ask([{"role": "user", "content": "What is a lamp?"}]).choices


@check("chat: what is demanded in quotes is said")
def _():
    text = ask([{"role": "user", "content": "Reply with exactly \"pong\"."}])
    assert text.choices[0].message.content == "pong"


@check("chat: several choices, with their indexes, counted in the usage")
def _():
    one, three = ask(), ask(n=3)
    assert [c.index for c in three.choices] == [0, 1, 2]
    assert three.choices[0].message.content == one.choices[0].message.content
    assert len({c.message.content for c in three.choices}) > 1
    assert three.usage.completion_tokens > one.usage.completion_tokens
    assert three.usage.prompt_tokens == one.usage.prompt_tokens


@check("chat: an answer is cut at max_tokens with finish reason length")
def _():
    answer = ask(max_tokens=5)
    assert answer.choices[0].finish_reason == "length" and answer.usage.completion_tokens == 5


@check("chat: max_completion_tokens works for gpt-4o-mini too")
def _():
    answer = ask(max_completion_tokens=4)
    assert answer.choices[0].finish_reason == "length" and answer.usage.completion_tokens == 4


@check("chat: a stop sequence ends the answer before itself")
def _():
    whole = ask().choices[0].message.content
    word = whole.split()[3]
    cut = ask(stop=[word]).choices[0]
    assert cut.finish_reason == "stop" and cut.message.content == whole[:whole.index(word)]


@check("chat: contents in parts, system and developer messages are taken")
def _():
    answer = ask([{"role": "system", "content": "Be brief."},
                  {"role": "developer", "content": [{"type": "text", "text": "Be kind."}]},
                  {"role": "user", "name": "ada", "content": [
                      {"type": "text", "text": "What is this?"},
                      {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]}])
    assert answer.choices[0].message.content


@check("chat: logprobs list tokens that make up the content")
def _():
    answer = ask(logprobs=True, top_logprobs=3)
    tokens = answer.choices[0].logprobs.content
    assert "".join(t.token for t in tokens) == answer.choices[0].message.content
    assert all(t.logprob <= 0 and len(t.top_logprobs) == 3 for t in tokens)
    assert all(bytes(t.bytes).decode() == t.token for t in tokens)


@check("chat: metadata, user, store, seed and cache keys are taken")
def _():
    ask(metadata={"a": "b"}, user="u", store=True, seed=7, safety_identifier="x",
        prompt_cache_key="k")


@check("reasoning: gpt-6-luna reasons when nothing is said")
def _():
    answer = ask(model=LUNA)
    assert answer.usage.completion_tokens_details.reasoning_tokens > 0
    assert answer.usage.completion_tokens > answer.usage.completion_tokens_details.reasoning_tokens


@check("reasoning: with effort none it does not, and takes a temperature")
def _():
    answer = ask(model=LUNA, reasoning_effort="none", temperature=0.2, top_p=0.9)
    assert answer.usage.completion_tokens_details.reasoning_tokens == 0


@check("reasoning: a small limit may be used up by reasoning alone")
def _():
    answer = ask(model=LUNA, max_completion_tokens=16)
    assert answer.choices[0].finish_reason == "length"
    assert answer.choices[0].message.content == "" and answer.usage.completion_tokens == 16


@check("tier: an unset one and auto are default, flex and priority are named")
def _():
    for asked, named in [("auto", "default"), ("default", "default"), ("flex", "flex"),
                         ("priority", "priority"), ("fast", "priority")]:
        assert ask(model=LUNA, service_tier=asked).service_tier == named


@check("cache: a long beginning sent again is read from the cache")
def _():
    system = {"role": "system", "content": "Rules of the house. " * 800}
    first = ask([system, HELLO[0]], model=LUNA)
    second = ask([system, {"role": "user", "content": "And now?"}], model=LUNA)
    assert first.usage.prompt_tokens_details.cached_tokens == 0
    assert first.usage.prompt_tokens_details.cache_write_tokens >= 1024
    cached = second.usage.prompt_tokens_details.cached_tokens
    assert cached >= 1024 and cached % 128 == 0 and cached <= second.usage.prompt_tokens


@check("cache: mode explicit reads and writes nothing")
def _():
    system = {"role": "system", "content": "Other rules of the house. " * 800}
    for _ in range(2):
        answer = ask([system], model=LUNA,
                     extra_body={"prompt_cache_options": {"mode": "explicit"}})
        assert answer.usage.prompt_tokens_details.cached_tokens == 0
        assert answer.usage.prompt_tokens_details.cache_write_tokens == 0


@check("headers: request id, processing time, version")
def _():
    raw = client.chat.completions.with_raw_response.create(model=MINI, messages=HELLO)
    assert re.fullmatch(r"req_[0-9a-f]{32}", raw.headers["x-request-id"])
    assert int(raw.headers["openai-processing-ms"]) >= 0
    assert raw.headers["openai-version"] == "2020-10-01"
    assert raw.parse()._request_id == raw.headers["x-request-id"]


@check("headers: rate limits count requests and tokens")
def _():
    def left():
        raw = client.chat.completions.with_raw_response.create(model="gpt-4.1", messages=HELLO)
        names = ["limit", "remaining", "reset"]
        for name in names:
            assert raw.headers[f"x-ratelimit-{name}-requests"]
            assert raw.headers[f"x-ratelimit-{name}-tokens"]
        assert re.fullmatch(r"(\d+h)?(\d+m)?([\d.]+s|\d+ms)?",
                            raw.headers["x-ratelimit-reset-requests"])
        return (int(raw.headers["x-ratelimit-remaining-requests"]),
                int(raw.headers["x-ratelimit-remaining-tokens"]), raw.parse().usage.total_tokens)
    one, two = left(), left()
    assert two[0] == one[0] - 1 and two[1] == one[1] - two[2]


@check("stream: the pieces make up the plain answer")
def _():
    chunks, text = joined(ask(stream=True))
    assert text == ask().choices[0].message.content
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert len({c.id for c in chunks}) == 1
    assert all(c.object == "chat.completion.chunk" and c.usage is None for c in chunks)


@check("stream: with include_usage the last chunk has it and no choices")
def _():
    chunks, _ = joined(ask(stream=True, stream_options={"include_usage": True}))
    assert chunks[-1].choices == [] and chunks[-1].usage == ask().usage
    assert all(c.usage is None for c in chunks[:-1])


@check("stream: several choices take turns")
def _():
    texts = {0: "", 1: ""}
    for chunk in ask(stream=True, n=2):
        for choice in chunk.choices:
            texts[choice.index] += choice.delta.content or ""
    assert [texts[0], texts[1]] == [c.message.content for c in ask(n=2).choices]


@check("stream: the SDK's helper collects it")
def _():
    with client.chat.completions.stream(model=MINI, messages=HELLO) as stream:
        kinds = {event.type for event in stream}
        final = stream.get_final_completion()
    assert "content.delta" in kinds
    assert final.choices[0].message.content == ask().choices[0].message.content


@check("stream: raw bytes end with [DONE] and are server-sent events")
def _():
    with client.chat.completions.with_streaming_response.create(
            model=MINI, messages=HELLO, stream=True) as raw:
        assert raw.headers["content-type"].startswith("text/event-stream")
        lines = list(raw.iter_lines())
    assert [line for line in lines if line][-1] == "data: [DONE]"
    assert all(line == "" or line.startswith("data: ") for line in lines)


@check("json mode: the answer is an object, with the keys that are named")
def _():
    answer = ask([{"role": "user", "content": "Return JSON with keys name and age."}],
                 response_format={"type": "json_object"})
    value = json.loads(answer.choices[0].message.content)
    assert set(value) == {"name", "age"}


class Person(BaseModel):
    name: str
    age: int
    email: Optional[str]


@check("structured: parse gives a pydantic model, with facts of the question")
def _():
    answer = client.chat.completions.parse(
        model=MINI, response_format=Person,
        messages=[{"role": "user", "content": "Extract: Grace Hopper is 85 years old."}])
    person = answer.choices[0].message.parsed
    assert person.name == "Grace Hopper" and person.age == 85


class Mood(str, Enum):
    positive = "positive"
    negative = "negative"
    neutral = "neutral"


class Review(BaseModel):
    mood: Mood
    tags: List[str] = Field(min_length=2, max_length=4)
    stars: int = Field(ge=1, le=5)


@check("structured: an enum fits the question's mood, bounds are kept")
def _():
    answer = client.chat.completions.parse(
        model=MINI, response_format=Review,
        messages=[{"role": "user", "content": "The kettle is terrible, it leaks and broke."}])
    review = answer.choices[0].message.parsed
    assert review.mood == Mood.negative and 1 <= review.stars <= 5 and 2 <= len(review.tags) <= 4


class Node(BaseModel):
    value: str
    children: List["Node"]
    next: Optional["Node"]


@check("structured: a recursive pydantic model")
def _():
    for text in ["A tree.", "A list.", "A family.", "A folder.", "An outline."]:
        answer = client.chat.completions.parse(
            model=MINI, response_format=Node, messages=[{"role": "user", "content": text}])
        assert answer.choices[0].message.parsed is not None


class Circle(BaseModel):
    kind: str
    radius: float


class Square(BaseModel):
    side: float
    color: Optional[str]


class Drawing(BaseModel):
    shapes: List[Union[Circle, Square]]


@check("structured: a union of models")
def _():
    answer = client.chat.completions.parse(
        model=MINI, response_format=Drawing, messages=[{"role": "user", "content": "Draw."}])
    assert isinstance(answer.choices[0].message.parsed, Drawing)


@check("structured: members come in the order of the schema")
def _():
    value = conforming(obj({"z": {"type": "string"}, "a": {"type": "integer"},
                            "m": {"type": "boolean"}}))
    assert list(value) == ["z", "a", "m"]


@check("structured: numbers keep minimum, maximum, exclusive bounds and multipleOf")
def _():
    conforming(obj({
        "a": {"type": "integer", "minimum": 100, "maximum": 103},
        "b": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.5},
        "c": {"type": "integer", "multipleOf": 7, "minimum": 50},
        "d": {"type": "number", "multipleOf": 0.25, "maximum": -3},
        "e": {"type": "integer", "exclusiveMinimum": 5, "exclusiveMaximum": 7}}))


@check("structured: texts keep patterns")
def _():
    patterns = [r"^[A-Z]{2}\d{6}$", r"^(red|green)-\w+$", r"^\+?[1-9]\d{1,14}$",
                r"^@[a-zA-Z0-9_]+$", r"^[^\s]+@[^\s]+\.(com|org)$",
                r"^v\d+\.\d+\.\d+(-rc\.\d+)?$", r"^.{3,8}$"]
    conforming(obj({f"p{i}": {"type": "string", "pattern": p} for i, p in enumerate(patterns)}))


@check("structured: texts keep formats")
def _():
    formats = ["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"]
    conforming(obj({f.replace("-", "_"): {"type": "string", "format": f} for f in formats}))


@check("structured: lists keep minItems and maxItems")
def _():
    for count in range(0, 6):
        value = conforming(obj({"xs": {"type": "array", "items": {"type": "integer"},
                                       "minItems": count, "maxItems": count}}))
        assert len(value["xs"]) == count


@check("structured: types in lists, const and enums of numbers")
def _():
    conforming(obj({"a": {"type": ["string", "null"]}, "b": {"type": "string", "const": "x"},
                    "c": {"type": "integer", "enum": [3, 5]},
                    "d": {"type": ["string", "null"], "enum": ["a", None]}}))


@check("structured: references into $defs, to the root, and through anyOf")
def _():
    schema = obj({"head": {"$ref": "#/$defs/node"}, "again": {
        "anyOf": [{"$ref": "#"}, {"type": "null"}]}}, **{"$defs": {"node": obj({
            "value": {"type": "number"},
            "next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]}})}})
    for question in ["one", "two", "three", "four"]:
        conforming(schema, question)


@check("structured: ten levels, and a hundred properties")
def _():
    schema = {"type": "string"}
    for _ in range(9):
        schema = obj({"a": schema})
    conforming(schema)
    conforming(obj({f"property_{i}": {"type": "string"} for i in range(100)}))


@check("structured: the stream says the same as the plain answer")
def _():
    schema = obj({"name": {"type": "string"}, "count": {"type": "integer"}})
    _, text = joined(ask(stream=True, response_format=schema_format(schema)))
    assert text == ask(response_format=schema_format(schema)).choices[0].message.content


@check("structured: without strict any schema is taken")
def _():
    schema = {"type": "object", "properties": {"a": {"type": "string", "minLength": 40},
                                               "b": {"allOf": [{"type": "integer"}]}}}
    answer = ask(response_format=schema_format(schema, strict=False))
    assert isinstance(json.loads(answer.choices[0].message.content), dict)


WEATHER = {"type": "function", "function": {
    "name": "get_weather", "strict": True, "parameters": obj({
        "city": {"type": "string"}, "unit": {"type": "string", "enum": ["C", "F"]}})}}


@check("tools: a required one is called with arguments of its schema")
def _():
    answer = ask(tools=[WEATHER], tool_choice="required")
    choice = answer.choices[0]
    assert choice.finish_reason == "tool_calls" and choice.message.content is None
    call, = choice.message.tool_calls
    assert call.id.startswith("call_") and call.function.name == "get_weather"
    jsonschema.validate(json.loads(call.function.arguments),
                        WEATHER["function"]["parameters"])


@check("tools: auto calls one that the question names, and answers after its result")
def _():
    messages = [{"role": "user", "content": "What is the weather in Paris?"}]
    call = ask(messages, tools=[WEATHER]).choices[0].message.tool_calls[0]
    assert json.loads(call.function.arguments)["city"] == "Paris"
    messages += [{"role": "assistant", "content": None, "tool_calls": [call.model_dump()]},
                 {"role": "tool", "tool_call_id": call.id, "content": "Rain."}]
    assert ask(messages, tools=[WEATHER]).choices[0].message.content


@check("tools: the stream's pieces make up the call")
def _():
    call = ask(tools=[WEATHER], tool_choice="required").choices[0].message.tool_calls[0]
    arguments, name = "", None
    for chunk in ask(stream=True, tools=[WEATHER], tool_choice="required"):
        for piece in chunk.choices[0].delta.tool_calls or []:
            name = name or piece.function.name
            arguments += piece.function.arguments or ""
    assert (name, arguments) == (call.function.name, call.function.arguments)


@check("many: 32 threads at once get right answers")
def _():
    expected = {i: ask([{"role": "user", "content": f"Question {i}"}]).choices for i in range(32)}
    wrong = []

    def work(i):
        own = openai.OpenAI(api_key=KEY, base_url=base, max_retries=0)
        for _ in range(10):
            answer = own.chat.completions.create(
                model=MINI, messages=[{"role": "user", "content": f"Question {i}"}])
            if answer.choices != expected[i]:
                wrong.append(i)
    threads = [threading.Thread(target=work, args=(i,)) for i in range(32)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert not wrong


@check("many: 32 asynchronous streams at once")
def _():
    async def main():
        async with openai.AsyncOpenAI(api_key=KEY, base_url=base, max_retries=0) as own:
            async def one(i):
                text = ""
                stream = await own.chat.completions.create(
                    model=MINI, stream=True,
                    messages=[{"role": "user", "content": f"Question {i}"}])
                async for chunk in stream:
                    text += chunk.choices[0].delta.content or ""
                return text
            return await asyncio.gather(*[one(i) for i in range(32)])
    texts = asyncio.run(main())
    assert all(text == ask([{"role": "user", "content": f"Question {i}"}])
               .choices[0].message.content for i, text in enumerate(texts))
