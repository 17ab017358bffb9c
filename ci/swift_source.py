"""Reads Swift source for the checks of ci/: what is code, and where functions and types are.

No parser: comments and string literals are blanked, then braces and parentheses are matched.
"""
import collections, re

Function = collections.namedtuple("Function", "name line length parameters body_range body")
Type = collections.namedtuple("Type", "name line is_private start end kind")

LITERAL = re.compile(r'(#*)("""|")')
NOT_CODE = re.compile(r'//|/\*|#*"')
NOT_A_BREAK = re.compile(r"[^\n]")
BRACKET = re.compile(r"[(){}\[\]]")
FUNCTION = re.compile(
    r"(?<![.\w`])(?:func\s+(?P<name>`?[A-Za-z_]\w*`?|[^\s\w(]+)|(?P<other>init|deinit|subscript)"
    r"(?=[?!\s(<{]))")
COMPUTED = re.compile(r"(?<![.\w])var\s+(`?\w+`?)\s*:\s*[^={}\n]*\{")
TYPE = re.compile(
    r"^(?P<head>[^\S\n]*(?:(?:@\w+(?:\([^)\n]*\))?|\w+(?:\(\w+\))?)[^\S\n]+)*?)"
    r"(?P<kind>struct|class|enum|protocol|actor|extension)[^\S\n]+(?P<name>[A-Za-z_`][\w`.]*)",
    re.M)


def mask(text):
    """The text with comments and string literals blanked; line breaks and offsets stay."""
    parts, at = [], 0
    while match := NOT_CODE.search(text, at):
        start = match.start()
        if match[0] == "//":
            end = text.find("\n", start)
            end = len(text) if end < 0 else end
        elif match[0] == "/*":
            end = comment_end(text, start)
        else:
            end = string_end(text, LITERAL.match(text, start))
        parts += [text[at:start], NOT_A_BREAK.sub(" ", text[start:end])]
        at = end
    return "".join(parts) + text[at:]


def comment_end(text, at):
    depth = 0
    while at < len(text):
        if text.startswith("/*", at):
            depth, at = depth + 1, at + 2
        elif text.startswith("*/", at):
            depth, at = depth - 1, at + 2
            if depth == 0:
                return at
        else:
            at += 1
    return at


def string_end(text, opening):
    """The end of a literal; an interpolation may hold literals of its own."""
    hashes, quotes = opening.group(1), opening.group(2)
    at = opening.end()
    marks = re.compile(re.escape(quotes + hashes) + "|" + re.escape("\\" + hashes))
    while match := marks.search(text, at):
        at = match.start()
        if text.startswith(quotes + hashes, at):
            return at + len(quotes) + len(hashes)
        if text.startswith("\\" + hashes + "(", at):
            at = interpolation_end(text, at + len(hashes) + 2)
        else:
            at += len(hashes) + 2
    return len(text)


def interpolation_end(text, at):
    depth = 1
    while at < len(text) and depth:
        if match := LITERAL.match(text, at):
            at = string_end(text, match)
            continue
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        at += 1
    return at


def pairs(code):
    """The place of the closing bracket of each opening one."""
    closing, stack = {}, []
    for match in BRACKET.finditer(code):
        if match[0] in "({[":
            stack.append(match.start())
        elif stack:
            closing[stack.pop()] = match.start()
    return closing


def line_of(code, at):
    return code.count("\n", 0, at) + 1


def types(code, closing):
    """Types and extensions, outermost first; private where a type around it is."""
    found = []
    for match in TYPE.finditer(code):
        kind, name = match.group("kind"), match.group("name")
        brace = code.find("{", match.end())
        # "class func" and "class var" are members.
        if brace < 0 or brace not in closing or name in ("func", "var", "let"):
            continue
        around = [one for one in found if one.start < match.start() < one.end]
        is_private = bool(re.search(r"\b(?:file)?private\b", match.group("head"))) or any(
            one.is_private for one in around)
        place = match.start("kind")
        found.append(Type(name, line_of(code, place), is_private, brace, closing[brace], kind))
    return found


def functions(code, closing=None, found_types=None):
    """Functions, initialisers, subscripts and computed properties that have a body."""
    closing = pairs(code) if closing is None else closing
    found_types = types(code, closing) if found_types is None else found_types
    protocols = [(one.start, one.end) for one in found_types if one.kind == "protocol"]
    found = []

    def take(name, start, parameters, brace):
        if brace is None or brace not in closing or any(a < start < b for a, b in protocols):
            return
        first, last = line_of(code, start), line_of(code, closing[brace])
        found.append(
            Function(name, first, last - first + 1, parameters, (brace, closing[brace]),
                code[brace + 1:closing[brace]]))

    for match in FUNCTION.finditer(code):
        name = (match.group("name") or match.group("other")).strip("`")
        at = after_generics(code, match.end())
        if name == "deinit":
            take(name, match.start(), [], code.find("{", at))
        elif at < len(code) and code[at] == "(" and at in closing:
            body = body_start(code, closing[at] + 1, closing)
            take(name, match.start(), parameters_of(code[at + 1:closing[at]]), body)
    for match in COMPUTED.finditer(code):
        take(match.group(1).strip("`"), match.start(), [], match.end() - 1)
    return sorted(found, key=lambda one: one.line)


def after_generics(code, at):
    while at < len(code) and code[at] in " \n?!":
        at += 1
    if at < len(code) and code[at] == "<":
        depth = 0
        while at < len(code):
            if code[at] == "<":
                depth += 1
            elif code[at] == ">" and code[at - 1] != "-":
                depth -= 1
                if depth == 0:
                    return after_generics(code, at + 1)
            at += 1
    return at


def body_start(code, at, closing):
    """The opening brace of a body, past a result type in parentheses or brackets."""
    while at < len(code):
        if code[at] == "{":
            return at
        if code[at] == "}":
            return None
        at = closing.get(at, at) + 1
    return None


def parameters_of(text):
    """The parameters of a list, as written, split at its own commas."""
    found, depth, start = [], 0, 0
    for at, character in enumerate(text):
        if character in "([{<":
            depth += 1
        elif character in ")]}" or (character == ">" and text[at - 1] != "-"):
            depth -= 1
        elif character == "," and depth == 0:
            found.append(text[start:at])
            start = at + 1
    found.append(text[start:])
    return [one.strip() for one in found if one.strip()]
