"""What the frozen reader sees in a text: letters, words, clauses, sentences and hashed features.

This file is the definition; `Sources/AfterwordCore/Insight/Frozen` repeats it in Swift, and a golden
compares both. All arithmetic is of whole numbers of 32 bits.

A scalar has a role: letters (L), letters of scripts without spaces (C), joining (J, left out),
sentence end (E), break of a clause (B) or gap (G). Letters are folded: lower case, without
diacritics. The roles and foldings are data: `letters.txt`, written by this file.
"""
import functools
import unicodedata

MASK32 = 0xFFFFFFFF
BITS = 20
LETTERS = 32  # of a word's letters, those behind are left out
WORDS = 20000  # of a review's words, those behind are left out
REACH = 6  # words behind a negation that it reaches

SPECIAL = {
    0xDF: "ss", 0x1E9E: "ss", 0xC6: "ae", 0xE6: "ae", 0x152: "oe", 0x153: "oe", 0xD8: "o", 0xF8: "o",
    0x131: "i", 0x130: "i", 0x110: "d", 0x111: "d", 0x141: "l", 0x142: "l", 0xD0: "d", 0xF0: "d",
    0xDE: "th", 0xFE: "th", 0x3C2: "σ",
}
JOINING = [0x27, 0x2019, 0x60, 0xB4, 0x2BC, 0x2018, 0x200B, 0x200C, 0x200D, 0xAD, 0xFE0F]
ENDS = ".!?;\n\r。！？…；"
BREAKS = ",:()[]{}\"“”„«»–—/|•、，：（）「」・<>*~_=+"
UNSPACED = [(0x3005, 0x3005), (0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xFF66, 0xFF9D)]
OWN = [
    (0x531, 0x587), (0x5D0, 0x5EA), (0x620, 0x64A), (0x66E, 0x6D3), (0x900, 0x963), (0xE01, 0xE4E),
    (0x10D0, 0x10FF), (0xAC00, 0xD7A3),
]


def within(scalar, ranges):
    return any(first <= scalar <= last for first, last in ranges)


@functools.lru_cache(None)
def role(scalar):
    """The role of a scalar, its folded letters, and its letter in lower case."""
    if scalar in JOINING or 0x300 <= scalar < 0x370:
        return "J", "", ""
    letter = chr(scalar)
    if letter in ENDS:
        return "E", "", ""
    if letter in BREAKS:
        return "B", "", ""
    if scalar < 0x80:
        if letter.isalnum():
            return "L", letter.lower(), letter.lower()
        return "G", "", ""
    if within(scalar, UNSPACED):
        return "C", letter, letter
    if within(scalar, OWN):
        return "L", letter, letter
    if 0xC0 <= scalar < 0x250 or 0x370 <= scalar < 0x530 or 0x1E00 <= scalar < 0x1F00:
        if letter.isalpha():
            lower = letter.lower()[0]
            folded = SPECIAL.get(scalar) or unicodedata.normalize("NFD", lower)[0]
            return "L", folded, lower
    return "G", "", ""


def mix(value):
    value ^= value >> 15
    value = value * 0x2C1B3C6D & MASK32
    value ^= value >> 12
    value = value * 0x297A2D39 & MASK32
    return value ^ value >> 15


def fnv(text, start=0x811C9DC5):
    for byte in text.encode("utf8"):
        start = (start ^ byte) * 0x01000193 & MASK32
    return start


class Word:
    """A word: folded and in lower case, its place in scalars, its sentence and clause."""

    __slots__ = ("text", "lower", "start", "end", "spaced", "sentence", "clause", "hash")

    def __init__(self, text, lower, start, spaced):
        self.text, self.lower, self.start, self.spaced = text, lower, start, spaced


def words(text, lists):
    """The words of a text. A word of a script without spaces is a run of at most 32 letters."""
    found, word, sentence, clause = [], None, 0, 0

    def finish(end):
        nonlocal word
        if word is not None and word.text:
            word.end, word.sentence, word.clause = end, sentence, clause
            word.text = word.text[:LETTERS]
            word.hash = fnv(word.text)
            found.append(word)
        word = None

    for index, letter in enumerate(text):
        kind, folded, lower = role(ord(letter))
        if kind in "LC":
            spaced = kind == "L"
            if word is not None and (word.spaced != spaced or not spaced and len(word.text) == LETTERS):
                finish(index)
            if word is None:
                word = Word("", "", index, spaced)
            if len(word.text) < LETTERS:
                word.text += folded
                word.lower += lower
        elif kind != "J":
            finish(index)
            digits = 0 < index < len(text) - 1 and text[index - 1] in "0123456789" and \
                text[index + 1] in "0123456789"
            if digits and letter in ".,:/":
                continue
            if kind == "E":
                sentence += 1
                clause += 1
            elif kind == "B" or letter == "-" and index > 0 and text[index - 1] == " ":
                clause += 1
    finish(len(text))
    before, shift = None, 0
    for one in found:
        own = one.clause
        if own == before and one.text in lists.contrasts:
            shift += 1
        one.clause = own + shift
        before = own
    return found[:WORDS]


class Lists:
    """Words that negate, words that begin a clause of their own, and phrases of up to five words,
    each with what it says as numbers; folded."""

    def __init__(self, negations, contrasts, phrases=None):
        self.negations, self.contrasts = frozenset(negations), frozenset(contrasts)
        self.phrases = phrases or {}


SEEDS = {
    "gram": 0x811C9DC5 ^ 0x63, "word": 0x57, "negated": 0x4E000000, "pair": 0x0000B000,
    "phrase": 0x50000000,
}
PHRASE_WORDS = 5
NEAR = 3  # words before a phrase in which a negation counts


def phrase_key(hashes):
    """The number of a phrase, from those of its words."""
    state = 0x50
    for one in hashes:
        state = (state * 31 + one) & MASK32
    return mix(state)


@functools.lru_cache(300000)
def word_features(text):
    """The features of a word by itself: the word, and its runs of 3 to 5 letters."""
    features = [mix(fnv(text) ^ SEEDS["word"])]
    marked = "^" + text + "$"
    for start in range(len(marked)):
        state = SEEDS["gram"]
        for length in range(1, min(5, len(marked) - start) + 1):
            state = fnv(marked[start + length - 1], state)
            if length >= 3 and length < len(marked):
                features.append(mix(state))
    return features


@functools.lru_cache(300000)
def unspaced_features(text):
    """The features of a run without spaces: its runs of 1 to 4 letters."""
    features = []
    for start in range(len(text)):
        state = 0x811C9DC5
        for length in range(1, min(4, len(text) - start) + 1):
            state = fnv(text[start + length - 1], state)
            features.append(mix(state ^ SEEDS["word"]))
    return features


def phrase_features(clause, lists):
    """The features of the phrases that end with the last word of a clause."""
    own = []
    for length in range(1, min(PHRASE_WORDS, len(clause)) + 1):
        says = lists.phrases.get(phrase_key(h for h, _ in clause[-length:]))
        if says:
            start = len(clause) - length
            negated = any(negates for _, negates in clause[max(0, start - NEAR):start])
            own += [mix(SEEDS["phrase"] + 2 * one + negated) for one in says]
    return own


def features(found, lists):
    """For each sentence, its place in scalars and its features by word: [(first, last, [[…]])]."""
    sentences = []
    previous, scope, clause = None, 0, []
    for one in found:
        if previous is None or one.sentence != previous.sentence:
            sentences.append([one.start, one.end, []])
        if previous is None or one.clause != previous.clause or one.sentence != previous.sentence:
            before, scope, clause = None, 0, []
        else:
            before = previous if previous.spaced else None
        sentences[-1][1] = one.end
        if not one.spaced:
            clause = []
            sentences[-1][2].append(unspaced_features(one.text))
            previous = one
            continue
        own = list(word_features(one.text))
        negates = one.text in lists.negations
        if scope > 0 and not negates:
            own.append(mix(one.hash ^ SEEDS["negated"]))
        if before is not None:
            own.append(mix((before.hash * 31 + one.hash & MASK32) ^ SEEDS["pair"]))
        clause.append((one.hash, negates))
        own += phrase_features(clause, lists)
        sentences[-1][2].append(own)
        scope = REACH if negates else max(0, scope - 1)
        previous = one
    return sentences


def letters_file():
    """The data file of roles and foldings."""
    lines = [
        "# The roles of scalars and how letters are folded, written by tools/reader/features.py.",
        "# [letters] holds scalars by their number: folded, then in lower case.", "",
        "[roles]",
        "joining: " + " ".join("%04X" % s for s in JOINING) + " 0300-036F",
        "ends: " + " ".join("%04X" % ord(c) for c in ENDS),
        "breaks: " + " ".join("%04X" % ord(c) for c in BREAKS),
        "unspaced: " + " ".join("%04X-%04X" % r for r in UNSPACED),
        "own: " + " ".join("%04X-%04X" % r for r in OWN), "", "[letters]",
    ]
    for scalar in range(0x80, 0x1F00):
        kind, folded, lower = role(scalar)
        if kind == "L" and not within(scalar, OWN):
            lines.append("%04X: %s %s" % (scalar, folded, lower))
    return "\n".join(lines) + "\n"
