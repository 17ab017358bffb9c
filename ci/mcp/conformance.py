"""The official client against `afterword mcp`: python conformance.py PROGRAM REPORT.xml"""
import asyncio, json, os, subprocess, sys, tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "openai"))
for name in [name for name in os.environ if name.startswith(("AFTERWORD_", "OPENAI_"))]:
    del os.environ[name]

import anyio
import jsonschema
from mcp import ClientSession, StdioServerParameters
from mcp.client.client import Client
from mcp.client.stdio import stdio_client
from mcp.shared.exceptions import MCPError

import harness
from harness import check

PROGRAM, REPORT = sys.argv[1], sys.argv[2]
FOLDER = tempfile.mkdtemp(prefix="afterword-mcp-")
STORE = os.path.join(FOLDER, "s.sqlite")
TOOLS = ["brands", "products", "themes", "reviews", "insight", "changes", "safety", "search",
         "inbox"]
CALLS = [
    ("brands", {}), ("products", {"brand": "Lumora", "limit": 3}), ("themes", {}),
    ("themes", {"side": "strengths", "as_of": 1}), ("reviews", {"theme": "leaks"}),
    ("reviews", {"product": "B0LUM2DESK", "deleted": True}), ("insight", {"brand": "Casa Verde"}),
    ("insight", {"product": "B0LUM2DESK"}), ("changes", {"brand": "Casa Verde"}),
    ("safety", {}), ("search", {"q": "the"}), ("inbox", {}), ("inbox", {"since": "0"}),
]


def afterword(*arguments):
    return subprocess.run([PROGRAM, *arguments, "--store", STORE], check=True, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def server(*options, **environment):
    return StdioServerParameters(
        command=PROGRAM, args=["mcp", "--store", STORE, *options], env=environment or None)


def with_client(work, parameters=None, mode="auto"):
    """Runs `work` with a connected client."""
    async def run():
        with anyio.fail_after(25):
            async with Client(parameters or server(), mode=mode) as client:
                return await work(client)
    return asyncio.run(run())


def text_of(result):
    assert [part.type for part in result.content] == ["text"]
    return result.content[0].text


@check("A client that first looks for the newest revision falls back to the handshake")
def automatic():
    async def work(client):
        assert client.session.protocol_version == "2025-11-25", client.session.protocol_version
        assert client.session.server_info.name == "afterword"
        assert "as_of" in client.session.instructions
        assert client.session.server_capabilities.resources is None
        return [tool.name for tool in (await client.list_tools()).tools]
    assert with_client(work) == TOOLS


@check("A session with the handshake alone: initialize, ping, list, call")
def handshake():
    async def run():
        with anyio.fail_after(25):
            async with stdio_client(server()) as (read, write), ClientSession(read, write) as own:
                result = await own.initialize()
                assert result.protocol_version == "2025-11-25"
                await own.send_ping()
                return (await own.call_tool("brands", {})).structured_content["total"]
    assert asyncio.run(run()) > 2


@check("Schemas are schemas; every tool is read-only and takes as_of")
def schemas():
    async def work(client):
        return (await client.list_tools()).tools
    for tool in with_client(work):
        for schema in [tool.input_schema, tool.output_schema]:
            jsonschema.Draft202012Validator.check_schema(schema)
        assert "as_of" in tool.input_schema["properties"], tool.name
        assert tool.annotations.read_only_hint and not tool.annotations.open_world_hint


@check("Every tool answers by its schema, as the client checks it too; quotes can be cited")
def answers():
    async def work(client):
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        quotes = 0
        for name, arguments in CALLS:
            jsonschema.validate(arguments, tools[name].input_schema)
            result = await client.call_tool(name, arguments)
            assert not result.is_error, (name, arguments, text_of(result))
            answer = result.structured_content
            jsonschema.validate(answer, tools[name].output_schema)
            assert json.loads(text_of(result)) == answer
            for quote in objects(answer):
                if "review_id" in quote:
                    quotes += 1
                    assert quote["version"] >= 0 and quote["link"].startswith("/reviews/"), quote
        return quotes
    assert with_client(work) > 40


def objects(value):
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value \
            if isinstance(value, list) else []:
        yield from objects(inner)


@check("The past stays: an answer as of a run is that of the command as of that run")
def past():
    async def work(client):
        now = (await client.call_tool("brands", {})).structured_content
        then = (await client.call_tool("brands", {"as_of": 1})).structured_content
        return now, then
    now, then = with_client(work)
    assert then["as_of"]["run"] == 1 and now["as_of"]["run"] > 1
    rows = [json.loads(line)
            for line in afterword("brands", "--as-of", "1", "--json").splitlines()]
    assert [row["brand"] for row in rows] == [row["brand"] for row in then["items"]]
    assert [row["review_count"] for row in rows] == [row["review_count"] for row in then["items"]]
    assert with_client(work, server("--as-of", "1"))[0] == then


@check("A list is walked through by its cursors")
def pages():
    async def work(client):
        whole = (await client.call_tool("search", {"q": "the", "limit": 200})).structured_content
        found, cursor = [], None
        while True:
            page = (await client.call_tool(
                "search", {"q": "the", "limit": 2, "cursor": cursor})).structured_content
            found += page["items"]
            cursor = page["next"]
            if cursor is None:
                return whole["items"], found
    whole, found = with_client(work)
    assert len(whole) > 4 and found == whole


@check("Faults of arguments are errors of the tool; unknown tools are errors of the protocol")
def faults():
    async def work(client):
        result = await client.call_tool("insight", {})
        assert result.is_error and "one of brand and product" in text_of(result)
        result = await client.call_tool("changes", {"brand": "Nobody"})
        assert result.is_error and "Nobody" in text_of(result)
        try:
            await client.call_tool("delete_everything", {})
        except MCPError as error:
            return error.code
    assert with_client(work) == -32602


@check("Many calls at once are all answered")
def many():
    async def work(client):
        results = []

        async def one(index):
            results.append((await client.call_tool(*CALLS[index % len(CALLS)])).is_error)
        async with anyio.create_task_group() as group:
            for index in range(50):
                group.start_soon(one, index)
        return results
    assert with_client(work) == [False] * 50


@check("A call that the client gives up is cancelled, and the next is answered")
def cancelled():
    async def work(client):
        with anyio.move_on_after(0.001):
            await client.call_tool("themes", {})
        return (await client.call_tool("brands", {})).is_error
    assert with_client(work) is False


@check("A key limits what is seen to its brands; a wrong one ends the program")
def keys():
    key = afterword("key", "create", "own", "--brand", "Lumora").strip().split()[-1]

    async def work(client):
        brands = (await client.call_tool("brands", {})).structured_content["items"]
        other = await client.call_tool("changes", {"brand": "Casa Verde"})
        return [brand["brand"] for brand in brands], other.is_error
    assert with_client(work, server(AFTERWORD_API_KEY=key)) == (["Lumora"], True)
    unknown = "aw_none"
    for options, environment in [([], {"AFTERWORD_API_KEY": unknown}), (["--keys"], {})]:
        ended = subprocess.run([PROGRAM, "mcp", "--store", STORE, *options], input="", text=True,
                               capture_output=True, env={**os.environ, **environment})
        assert ended.returncode == 2 and ended.stdout == "", ended
        assert "AFTERWORD_API_KEY" in ended.stderr and "aw_none" not in ended.stderr


@check("Standard output holds messages only, whatever is sent")
def output():
    lines = ["", "nonsense", "[1]", '{"jsonrpc":"2.0","id":1,"method":"ping"}', "x" * 2_000_000,
             '{"jsonrpc":"2.0","id":2,"method":"ping"}']
    ended = subprocess.run([PROGRAM, "mcp", "--store", STORE], input="\n".join(lines), text=True,
                           capture_output=True)
    messages = [json.loads(line) for line in ended.stdout.splitlines()]
    assert ended.returncode == 0 and ended.stderr == "", ended.stderr
    assert [message["id"] for message in messages] == [None, None, 1, None, 2], messages


for day in ["2026-03-02", "2026-03-09"]:
    afterword("run", "Sample/" + day, "--complete", "products", "--insights", "top:3")
sys.exit(1 if harness.run(REPORT, "mcp-sdk") else 0)
