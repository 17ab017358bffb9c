#!/usr/bin/env python3
"""Writes the man page from the parser's own description: manual.py VERSION DATE < HELP

HELP is what `afterword --experimental-dump-help` prints.
"""
import json
import sys


def escape(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join("\\&" + line if line[:1] in ".'" else line for line in text.split("\n"))


def names(argument):
    dashes = {"long": "--", "short": "-", "longWithSingleDash": "-"}
    written = ", ".join(dashes[one["kind"]] + one["name"] for one in argument.get("names", []))
    value = argument.get("valueName", "value")
    if argument["kind"] == "positional":
        return value.upper()
    return written if argument["kind"] == "flag" else f"{written} {value.upper()}"


def arguments(command):
    for argument in command.get("arguments", []):
        if argument.get("shouldDisplay", True) and names(argument) != "-h, --help":
            default = argument.get("defaultValue")
            text = argument.get("abstract", "") + (f" (default: {default})" if default else "")
            yield f".TP\n.B {escape(names(argument))}\n{escape(text)}"


def commands(command, path):
    for one in command.get("subcommands", []):
        if one["commandName"] == "help" or not one.get("shouldDisplay", True):
            continue
        here = f"{path} {one['commandName']}"
        yield f".SS {escape(here)}\n{escape(one.get('abstract', ''))}"
        if one.get("discussion"):
            yield f".PP\n{escape(one['discussion'])}"
        yield from arguments(one)
        yield from commands(one, here)


def main():
    version, date = sys.argv[1:]
    root = json.load(sys.stdin)["command"]
    print(f'.TH AFTERWORD 1 {date} "afterword {version}" "User Commands"')
    print(f".SH NAME\nafterword \\- {escape(root['abstract'])}")
    print(".SH SYNOPSIS\n.B afterword\n.I command\n[options]")
    print(f".SH DESCRIPTION\n{escape(root.get('discussion', ''))}")
    print(".SH COMMANDS")
    print("\n".join(commands(root, "afterword")))


main()
