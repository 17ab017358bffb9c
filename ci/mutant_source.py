"""Small faults in Swift source, and how many of them are compiled into one program.

A mutant is one change at one place. `wrapped` writes a function that has mutants so that a number
chooses the body that runs:

    { if activeMutant == 7 {
    the body with mutant 7
    } else if activeMutant == 9 {
    the body with mutant 9
    } else {
    the body as it is
    } }

The number is read once from the environment (`ACTIVE`). So one build serves all mutants.
"""
import collections, os, random, re

import swift_source as swift

Mutant = collections.namedtuple("Mutant", "path start end rule changed body was line")
# The lines of a written file that belong to a body; no mutant where it is the body as it is.
Span = collections.namedtuple("Span", "first last mutant body")

# Each module and the part of it that gets mutants.
MODULES = {"AfterwordCore": "", "AfterwordPipeline": "Load"}
# Data in Swift: words, prices and texts are not decisions. Tests compare their bytes.
DATA = re.compile(r"(lexicon|dangers|labels|prompt)\d\.swift|namedReferenceTable|ModelFacts")
# Lines whose change cannot be seen, or says only how a fault of ours is reported.
DEAD = re.compile(
    r"precondition|fatalError|assert|reserveCapacity|keepingCapacity|@inline|^\s*import |^\s*@|"
    r"description|^\s*case |#if|static let \w+ = ")
# Bodies inside the braces of a computed property or subscript that has several.
ACCESSOR = re.compile(
    r"\s*(?:@\w+(?:\([^)\n]*\))?\s+)*(?:(?:non)?mutating\s+)?"
    r"(?:get|set|willSet|didSet|_read|_modify|unsafeAddress|unsafeMutableAddress)\b"
    r"(?:\s*\(\w+\))?[\w\s()]*\{")
ACTIVE = """#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The number of the mutant whose body runs; 0 for none.
@usableFromInline let activeMutant =
    getenv("AFTERWORD_MUTANT").flatMap { Int(String(cString: $0)) } ?? 0
"""


def exchange(pattern, pairs):
    """A rule that replaces a match by its pair."""
    return re.compile(pattern), lambda match: pairs[match.group(0).strip()].join(
        re.match(r"(\s*).*?(\s*)$", match.group(0), re.S).groups())


RULES = {
    "comparison": exchange(
        r" (?:<=|>=|==|!=|<|>) ",
        {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}),
    "sum": exchange(r" (?:\+|-) (?=[\w(])", {"+": "-", "-": "+"}),
    "step": exchange(r" (?:\+=|-=) ", {"+=": "-=", "-=": "+="}),
    "logic": exchange(r" (?:&&|\|\|) ", {"&&": "||", "||": "&&"}),
    "condition": (
        re.compile(r"\b(if|while|guard) (?!let|var|case|#)([^{},]+?)(?= \{| else \{)"),
        lambda match: f"{match[1]} !({match[2]})"),
    "truth": exchange(r"\b(?:true|false)\b", {"true": "false", "false": "true"}),
    "number": (
        re.compile(r"(?<![\w.#$])[0-9][0-9_]*(?![\w.])"),
        lambda match: str(int(match[0].replace("_", "")) + 1)),
    "result": (re.compile(r"\breturn (?!nil\b)[^\n{}]+(?=\n)"), lambda match: "return nil"),
    "removal": (
        re.compile(r"(?m)^(?P<space> +)(?!return|throw|try|let|var|\}|\.|guard|if|for|while|defer|"
                   r"break|continue|switch|default|self\.init)[\w.\[\]]+(?: [+\-]?= [^{}\n]+|"
                   r"\([^{}\n]*\))$"),
        lambda match: match["space"] + "_ = ()"),
}


def bodies(code):
    """The braces of every body that can be wrapped; a function within another is part of it."""
    closing, found, last = swift.pairs(code), [], -1
    for start, end in sorted(one.body_range for one in swift.functions(code, closing)):
        if start < last:
            continue
        last, at = end, start + 1
        accessors = []
        while accessor := ACCESSOR.match(code, at, end):
            brace = accessor.end() - 1
            accessors.append((brace, closing[brace]))
            at = closing[brace] + 1
        found += accessors or [(start, end)]
    return found


def sites(path, text):
    """All places where a rule applies: in the bodies of functions, outside comments and texts."""
    code = swift.mask(text)
    found = bodies(code)
    for name, (pattern, change) in RULES.items():
        for match in pattern.finditer(code):
            start, end = match.span()
            line = text[text.rfind("\n", 0, start) + 1:text.find("\n", end)]
            body = next(((a, b) for a, b in found if a < start and end < b), None)
            # What was blanked is a comment or a text; a change must not touch it.
            if body is None or text[start:end] != code[start:end] or DEAD.search(line):
                continue
            # The first line of a statement of several lines is no statement.
            if any(match[0].count(a) != match[0].count(b) for a, b in ("()", "[]")):
                continue
            yield Mutant(path, start, end, name, change(match), body, text[start:end].strip(),
                swift.line_of(text, start))


def all_sites(root, only):
    """The sites of all modules, by rule; `only` is a part of their paths."""
    found = {}
    for module, part in MODULES.items():
        for base, _, files in sorted(os.walk(os.path.join(root, "Sources", module, part))):
            for file in sorted(files):
                path = os.path.relpath(os.path.join(base, file), root)
                if file.endswith(".swift") and not DATA.search(path) and only in path:
                    with open(os.path.join(root, path), encoding="utf-8") as source:
                        for site in sites(path, source.read()):
                            found.setdefault(site.rule, []).append(site)
    return found


def shuffled(found, seed):
    """Sites in random order, each rule as often as the others while it has any left."""
    chance = random.Random(seed)
    for rule in sorted(found):
        chance.shuffle(found[rule])
    order = []
    while any(found.values()):
        rules = [rule for rule in sorted(found) if found[rule]]
        chance.shuffle(rules)
        order += [found[rule].pop() for rule in rules]
    return order


def wrapped(text, mutants):
    """The text of a file with its mutants, which are given by number, and the spans of the bodies.
    """
    of_body = {}
    for number, mutant in sorted(mutants.items()):
        of_body.setdefault(mutant.body, []).append(number)
    parts, spans, line, at = [], [], 1, 0

    def put(piece):
        nonlocal line
        parts.append(piece)
        line += piece.count("\n")

    def put_body(piece, number, body):
        first = line + 1
        put("\n" + piece + "\n")
        spans.append(Span(first, line - 1 if number else line, number, body))

    for (start, end), numbers in sorted(of_body.items()):
        put(text[at:start] + "{ ")
        for number in numbers:
            one = mutants[number]
            put(f"if activeMutant == {number} {{")
            put_body(text[start + 1:one.start] + one.changed + text[one.end:end], number,
                (start, end))
            put("} else ")
        put("{")
        put_body(text[start + 1:end], None, (start, end))
        put("} }")
        at = end + 1
    put(text[at:])
    return "".join(parts), spans
