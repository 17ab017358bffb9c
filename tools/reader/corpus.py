"""Labelled reviews, from references and the folder of texts; and invented sentences.

`labels/train.tsv` and `labels/held.tsv` hold a review a line: source, index, stars, ids. The texts
stay in their own files, which are not part of the project: pass their folder with --data.
"""
import collections
import glob
import hashlib
import json
import os
import random
import re

HERE = os.path.dirname(os.path.abspath(__file__))
DANGERS = ["fire", "shock", "injury", "choking", "mould", "poison", "skin", "unsafe"]
SELLERX = "sellerx/reviews_part_4.json"
PHONES = "mcauley2014-cellphones-truncated/Cell_Phones_and_Accessories_5.json"
FASHION = "mcauley2018-fashion-wrapped/AMAZON_FASHION_5.json"
KINDS = {SELLERX: "sellerx", PHONES: "phones", FASHION: "fashion"}
LARGE = ("kwmobile", "Navaris")


class Review:
    """A review with its labels. `unit` is its brand (sellerx) or its product (all others)."""

    def __init__(self, source, index, stars, ids, title, text, unit):
        self.source, self.index, self.stars, self.ids = source, index, stars, ids
        self.title, self.text, self.unit = clean(title), clean(text), str(unit)
        self.kind = KINDS.get(source) or os.path.basename(source).split(".")[0].replace(
            "steam", "games")

    @property
    def fields(self):
        return [field for field in (self.title, self.text) if field]


def clean(text):
    return re.sub("<br ?/?>", " ", str(text)) if text is not None else ""


def texts(data):
    """(source, index) → (title, text, unit) of all files."""
    rows = {}

    def read(path):
        with open(os.path.join(data, path), encoding="utf8", errors="replace") as file:
            return file.read()

    for i, r in enumerate(json.loads(read(SELLERX))):
        rows[SELLERX, i] = (
            r.get("CUSTOMER_REVIEW_TITLE"), r.get("CUSTOMER_REVIEW_DESCRIPTION"),
            str(r.get("PRODUCT_BRAND")))
    for i, line in enumerate(read(PHONES).splitlines()):
        line = line.strip().rstrip(",").lstrip("[").strip()
        try:
            r = json.loads(line)
        except ValueError:
            continue
        rows[PHONES, i] = (r.get("summary"), r.get("reviewText"), r["asin"])
    for i, r in enumerate(json.loads(read(FASHION))["productDetails"]):
        rows[FASHION, i] = (r.get("summary"), r.get("reviewText"), r["asin"])
    for kind in ("books", "electronics", "kitchen", "steam"):
        path = "multi-domain-low/%s.jsonl" % kind
        for i, line in enumerate(read(path).splitlines()):
            r = json.loads(line)
            rows[path, i] = (r.get("title"), r.get("text"), str(r["product_id"]))
    return rows


def references(name):
    """The lines of `labels/NAME.tsv`: source, index, stars, ids."""
    with open(os.path.join(HERE, "labels", name + ".tsv"), encoding="utf8") as file:
        for line in file:
            if not line.startswith("#"):
                source, index, stars, ids = line.rstrip("\n").split("\t")
                yield source, int(index), int(float(stars)), {
                    one for one in ids.split(",") if one not in ("", "nothing")}


def load(name, data):
    """The reviews of `labels/NAME.tsv`."""
    rows = texts(data)
    return [Review(source, index, stars, ids, *rows[source, index])
            for source, index, stars, ids in references(name)]


def fold(unit):
    """The part of seven in which a brand or product is left out; the two large brands alone."""
    if unit in LARGE:
        return 5 + LARGE.index(unit)
    return int(hashlib.sha256(("fold:" + unit).encode()).hexdigest(), 16) % 5


def invented_reviews():
    """Whole invented reviews of `invented/reviews`: language, stars, ids, title, text a line."""
    found = []
    for path in sorted(glob.glob(os.path.join(HERE, "invented", "reviews", "*.tsv"))):
        with open(path, encoding="utf8") as file:
            for number, line in enumerate(file):
                _, stars, ids, title, text = line.rstrip("\n").split("\t")
                ids = {one for one in ids.split(",") if one not in ("", "nothing")}
                found.append(Review(path, number, int(stars), ids, title, text, "invented"))
    return found


SLOT = re.compile(r"\[([^\[\]]*)\]")
Invented = collections.namedtuple("Invented", "language id sign text")


def invented(limit=60, seed=7):
    """Invented sentences: sign "-" complains of `id`, "+" praises it or denies, "?" is neither."""
    found = []
    for path in sorted(glob.glob(os.path.join(HERE, "invented", "*.txt"))):
        choice, slots = random.Random(seed), {}
        language = os.path.basename(path)[:-4]
        with open(path, encoding="utf8") as file:
            for line in file:
                line = line.rstrip("\n")
                if not line.strip() or line.startswith("#"):
                    continue
                key, value = line.split(": ", 1)
                if key.startswith("{"):
                    slots[key] = value.split("|")
                    continue
                sign = key[0] if key[0] in "+?" else "-"
                for text in expanded(value, slots, choice, limit):
                    found.append(Invented(language, key.lstrip("+?"), sign, text))
    return found


def expanded(value, slots, choice, limit):
    parts = SLOT.split(value)
    lists = [part.split("|") for part in parts[1::2]]
    widest = max(range(len(lists)), key=lambda place: len(lists[place]))
    size = 1
    for one in lists:
        size *= len(one)
    count = size if len(lists) == 1 else min(size, max(limit, 2 * len(lists[widest])))
    seen = []
    for i in range(2 * count):
        text = parts[0]
        for place, one in enumerate(lists):
            text += one[i % len(one)] if place == widest else choice.choice(one)
            text += parts[2 * place + 2]
        for slot in slots:
            while slot in text:
                text = text.replace(slot, choice.choice(slots[slot]), 1)
        text = re.sub(" +", " ", text).strip()
        if text not in seen:
            seen.append(text)
        if len(seen) >= count:
            break
    return seen


HAZARDS = {"fire_or_smoke": "fire", "choking": "choking", "injury": "injury", "dangerous": "unsafe",
           "mould": "mould", "toxic_or_allergic": "poison"}
SKIN = re.compile("rash|allerg|itch|irrit|ausschlag|juck|prurit|eruzion|démange|sarpull|picaz|"
                  "erup|uitslag|jeuk|coceira|かゆ|かぶれ|発疹")


def lexicon_phrases(folder):
    """The phrases of lexicon 1 as further sentences; gaps and stems are taken as written."""
    found = []
    for path in sorted(glob.glob(os.path.join(folder, "??.txt"))):
        section, key, values = None, None, {}
        with open(path, encoding="utf8") as file:
            for line in file:
                line = line.rstrip("\n")
                if line.startswith("#") or not line.strip():
                    continue
                if line.startswith("["):
                    section = line[1:-1]
                elif line.startswith(" "):
                    values[section, key] += " " + line.strip()
                else:
                    key, value = line.split(":", 1)
                    values[section, key] = value.strip()
        for (section, key), value in values.items():
            kind, _, name = section.partition(" ")
            id, sign = None, "-"
            if kind == "aspect" and key in ("negative", "positive"):
                id, sign = name, "-" if key == "negative" else "+"
            elif kind == "hazard" and key in ("events", "says", "alone", "but"):
                id, sign = HAZARDS[name], "?" if key in ("alone", "but") else "-"
            if id is None:
                continue
            for phrase in value.split("|"):
                text = re.sub(" +", " ", phrase.replace("..", " ").replace("*", "")).strip()
                if text and text != "gift":  # of two languages
                    skin = kind == "hazard" and id == "poison" and SKIN.search(text)
                    found.append(Invented(
                        os.path.basename(path)[:2], "skin" if skin else id, sign, text))
    return found
