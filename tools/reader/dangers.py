"""How dangers are said: groups of words in one sentence, as `dangers.txt` writes them.

This file is the definition, which `Sources/AfterwordCore/Insight/Frozen` repeats in Swift. It needs
no weights: a danger must not depend on what a model happened to learn.
"""
import collections
import os
import re

import features as F
import model

NEAR, FAR = 3, 8  # other words between two of a pattern, plainly and where `..` is written
BEFORE = 4  # words before a pattern in which a negation counts
BEHIND = 12  # words behind it in which "no problem" counts
RUN = 4  # letters of a script without spaces that a group's word may have

Slot = collections.namedtuple("Slot", "groups gap")
Pattern = collections.namedtuple("Pattern", "kind slots without mild language within")


def letters(word):
    """A word as the reader folds it."""
    return "".join(F.role(ord(letter))[1] for letter in word)


class Patterns:
    def __init__(self, path=None):
        values = model.sections(path or os.path.join(model.DATA, "reader2/dangers.txt"))
        self.groups = []
        self.exact, self.stems = collections.defaultdict(set), collections.defaultdict(set)
        self.place = {}
        for (section, name), value in values.items():
            part, _, language = section.partition(" ")
            if part == "words":
                self.add_group((name, language), value.split())
        self.patterns = []
        for (section, kind), value in values.items():
            part, _, language = section.partition(" ")
            if part in ("patterns", "mild"):
                for written in value.split("|"):
                    self.patterns += self.expanded(
                        kind.rstrip("?"), written.split(), part == "mild", language)
        self.fine = {self.place["noproblem", ""]}
        self.plain = {self.place["plain", ""]}
        self.takes_back = {self.place["prevent", ""], self.place["other", ""]}

    def add_group(self, name, written):
        place = self.place[name] = len(self.groups)
        self.groups.append(" ".join(name).strip())
        for word in written:
            table = self.stems if word.endswith("*") else self.exact
            table[letters(word.rstrip("*"))].add(place)

    def named(self, names):
        """The groups of these names: those of all languages, and by language those of it."""
        found = {"": frozenset(self.place[name, ""] for name in names if (name, "") in self.place)}
        for name, language in self.place:
            if language and name in names:
                found[language] = found.get(language, found[""]) | {self.place[name, language]}
        assert any(found.values()), names
        return found

    def expanded(self, kind, parts, mild, language):
        """A pattern, or two where either order is meant."""
        without = frozenset(self.place[one[1:], ""] for one in parts if one[0] == "!")
        within = frozenset(self.place[one[1:], ""] for one in parts if one[0] == "^")
        slots, gap, either = [], NEAR, False
        for one in parts:
            if one[0] in "!^":
                continue
            if one in ("+", "..", "~"):
                gap, either = {"+": 0, "..": FAR, "~": NEAR}[one], either or one == "~"
                continue
            slots.append(Slot(self.named(one.split("/")), gap))
            gap = NEAR
        found = [Pattern(kind, tuple(slots), without, mild, language, within)]
        if either:
            first, second = slots
            found.append(Pattern(
                kind, (Slot(second.groups, NEAR), Slot(first.groups, second.gap)), without, mild,
                language, within))
        return found

    def of_word(self, word):
        """The groups of a word; of a script without spaces those of all its runs of letters."""
        if not word.spaced:
            text = word.text
            return frozenset(
                group for start in range(len(text)) for length in range(1, RUN + 1)
                for group in self.exact.get(text[start:start + length], ()))
        found = set(self.exact.get(word.text, ()))
        for length in range(1, len(word.text) + 1):
            found |= self.stems.get(word.text[:length], set())
        return frozenset(found)

    def match(self, slots, groups, spaced):
        """The first and last word of the earliest place where the pattern stands, or None."""
        def follow(number, last):
            if number == len(slots):
                return last
            wanted, gap = slots[number]
            first = last if not spaced[last] else last + 1
            for place in range(first, min(len(groups), last + 2 + gap)):
                if groups[place] & wanted:
                    end = follow(number + 1, place)
                    if end is not None:
                        return end
            return None

        for start in range(len(groups)):
            if groups[start] & slots[0][0]:
                end = follow(1, start)
                if end is not None:
                    yield start, end

    def is_denied(self, words, groups, first, last, lists, within):
        clause = words[first].clause
        if any(clause <= word.clause <= words[last].clause and own & within
               for word, own in zip(words, groups)):
            return True
        for place in range(max(0, first - BEFORE), min(len(words), last + 2)):
            word = words[place]
            if place < first and word.clause != clause or place > last and \
                    word.clause != words[last].clause:
                continue
            if word.text in lists.negations and place not in (first, last) and not (
                    place + 1 < len(words) and groups[place + 1] & self.plain):
                return True
            if place < first and groups[place] & self.takes_back:
                return True
        for place in range(last + 1, min(len(words) - 1, last + 1 + BEHIND)):
            if words[place].clause != words[last].clause:
                break
            if words[place].text in lists.negations and any(
                    groups[next] & self.fine
                    for next in (place + 1, min(place + 2, len(words) - 1))):
                return True
        return False

    def read(self, fields, stars, lists, told=""):
        """The dangers that are said: (kind, field, first scalar, last scalar, pattern)."""
        found = []
        for field in fields:
            words = F.words(field, lists)
            start = 0
            while start < len(words):
                end = start
                while end < len(words) and words[end].sentence == words[start].sentence:
                    end += 1
                found += self.of_sentence(words[start:end], stars, lists, told)
                start = end
        return found

    def of_sentence(self, words, stars, lists, told):
        groups = [self.of_word(word) for word in words]
        known = frozenset().union(*groups)
        spaced = [word.spaced for word in words]
        found = []
        for pattern in self.patterns:
            if pattern.mild and stars > 3 or pattern.without & known:
                continue
            if pattern.language not in ("", told):
                continue
            slots = [(one.groups.get(told, one.groups[""]), one.gap) for one in pattern.slots]
            if not all(wanted & known for wanted, _ in slots):
                continue
            for first, last in self.match(slots, groups, spaced):
                if not self.is_denied(
                        words, groups, first, last, lists, pattern.within):
                    found.append((pattern.kind, words[first].start, words[last].end, pattern))
                    break
        return found
