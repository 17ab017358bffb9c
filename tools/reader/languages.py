"""The table by which the frozen reader tells languages: weights of runs of one to three letters.

The counts are those of the profiles of `langdetect` (Apache 2.0), which were made from Wikipedia;
`python3 languages.py` writes `languages.txt`. Scripts without spaces are told by their letters.
"""
import collections
import json
import math
import os
import sys

import features as F
import weightfile

SPACED = ["en", "de", "it", "fr", "es", "pt", "nl", "sv", "da", "no", "pl", "cs", "tr", "ru", "uk",
          "ro", "hu", "fi", "el", "ar", "he", "hi", "ko", "id", "vi", "bg"]
LANES = SPACED + ["ja", "zh"]
WIDTH = 32
BITS = 16
SEED = 0x811C9DC5 ^ 0x4C
KANA, HAN = 16, (5, 6)  # weights of a letter: kana for ja; an ideograph for ja and zh
SCALE, LIMIT = 8, 63
ROWS = 24000


def grams(lower):
    """The runs of one to three letters of `^word$` as features; not `^` and `$` alone."""
    marked = "^" + lower + "$"
    found = []
    for start in range(len(marked)):
        state = SEED
        for length in range(1, min(3, len(marked) - start) + 1):
            state = F.fnv(marked[start + length - 1], state)
            if length > 1 or 0 < start < len(marked) - 1:
                found.append(F.mix(state))
    return found


def profile(code):
    import langdetect
    folder = os.path.join(os.path.dirname(langdetect.__file__), "profiles")
    with open(os.path.join(folder, code), encoding="utf8") as file:
        counts = json.load(file)["freq"]
    merged = collections.Counter()
    for gram, count in counts.items():
        gram = ("^" if gram[0] == " " else gram[0].lower()[0]) + "".join(
            "$" if c == " " else c.lower()[0] for c in gram[1:])
        if gram not in ("^", "$") and "^" not in gram[1:]:
            merged[gram] += count
    return merged


def table():
    """Feature → weights by lane."""
    counts = {code: profile(code) for code in SPACED}
    kept = collections.Counter()
    for code in SPACED:
        totals = collections.Counter()
        for gram, count in counts[code].items():
            totals[len(gram)] += count
        counts[code] = {g: c / totals[len(g)] for g, c in counts[code].items()}
        for gram, share in counts[code].items():
            kept[gram] = max(kept[gram], share * (1, 1, 1)[len(gram) - 1])
    rows = {}
    floor = {1: 1e-5, 2: 1e-5, 3: 3e-6}
    for gram, _ in kept.most_common(ROWS):
        own = [math.log(counts[code].get(gram, 0) + floor[len(gram)]) for code in SPACED]
        mean = sum(own) / len(own)
        state = SEED
        for letter in gram:
            state = F.fnv(letter, state)
        weights = [max(-LIMIT, min(LIMIT, round(SCALE * (one - mean)))) for one in own]
        rows.setdefault(F.mix(state) & (1 << BITS) - 1, weights + [0] * (WIDTH - len(own)))
    return rows


class Identifier:
    """Tells the language of a text from the table."""

    def __init__(self, rows, margin):
        self.rows, self.margin = rows, margin
        self.memory = {}

    def word(self, lower, spaced):
        key = lower, spaced
        if key not in self.memory:
            sums = [0] * WIDTH
            if spaced:
                for one in grams(lower):
                    for lane, value in enumerate(self.rows.get(one & (1 << BITS) - 1, ())):
                        sums[lane] += value
            else:
                for letter in lower:
                    if 0x3040 <= ord(letter) <= 0x30FF or 0xFF66 <= ord(letter) <= 0xFF9D:
                        sums[LANES.index("ja")] += KANA * SCALE
                    else:
                        sums[LANES.index("ja")] += HAN[0] * SCALE
                        sums[LANES.index("zh")] += HAN[1] * SCALE
            self.memory[key] = sums
        return self.memory[key]

    def sums(self, fields, lists):
        total = [0] * WIDTH
        for field in fields:
            for word in F.words(field, lists):
                total = [a + b for a, b in zip(total, self.word(word.lower, word.spaced))]
        return total[:len(LANES)]

    def tell(self, fields, lists):
        """The code of the language; None where the next one is too near."""
        sums = self.sums(fields, lists)
        first, second = sorted(range(len(sums)), key=lambda lane: (-sums[lane], lane))[:2]
        return LANES[first] if sums[first] - sums[second] >= self.margin else None


MARGIN = 16


def main(path):
    rows = table()
    buckets = sorted(rows)
    weightfile.write(path, [
        ("languages", LANES), ("margin", [MARGIN]), ("letters", [KANA, *HAN]), ("scale", [SCALE]),
        ("rows", [len(buckets)]),
    ], buckets, [rows[bucket] for bucket in buckets])


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else os.path.join(
        os.path.dirname(os.path.abspath(__file__)),
        "../../Sources/CAfterwordData/data/reader2/languages.txt"))
