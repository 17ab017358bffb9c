"""Reads texts with the files of the frozen model, as Swift does but plainly; writes the golden.

    python3 reference.py > golden.tsv

A line: stars, title, body, language, 47 scores, and the ids of what is read, dangers that are only
named left out. The texts are invented.
"""
import math
import os
import sys

import corpus
import dangers
import features as F
import languages as G
import model
from model import IDS, K, NORM

FOLDER = os.path.join(model.DATA, "reader2")


def weight_file(path):
    """Named values, buckets, and the bytes behind them."""
    with open(path, "rb") as file:
        data = file.read()
    end = data.index(b"\n\n")
    values = dict(line.split(": ", 1) for line in data[:end].decode().split("\n"))
    place, bucket, buckets = end + 2, -1, []
    for _ in range(int(values["rows"])):
        gap, shift = 0, 0
        while True:
            byte = data[place]
            place += 1
            gap += (byte & 63) << shift
            shift += 6
            if byte < 64:
                break
        bucket += gap
        buckets.append(bucket)
    return values, buckets, data[place:]


class Reader:
    def __init__(self, folder=FOLDER):
        values, buckets, data = weight_file(os.path.join(folder, "weights.txt"))
        self.values = values
        self.rows = {}
        for number, bucket in enumerate(buckets):
            row = data[number * K:(number + 1) * K]
            self.rows[bucket] = [
                byte if lane == NORM else self.weight(byte - 64) for lane, byte in enumerate(row)]
        self.bias = [[int(v) for v in values["bias %d" % s].split()] for s in range(6)]
        self.units = [int(v) for v in values["units"].split()]
        self.gate = int(values["gate"])
        self.limits = [[int(v) for v in values[n].split()] for n in ("limits low", "limits high")]
        phrases = {}
        for (section, key), value in model.sections(os.path.join(folder, "phrases.txt")).items():
            says = [(IDS.place[one[:-2]] * 3 + "-+?".index(one[-2])) * 4 + int(one[-1])
                    for one in value.split()]
            phrases[F.phrase_key([F.fnv(word) for word in key.split(" ")])] = says
        lists = model.word_lists()
        self.lists = F.Lists(lists.negations, lists.contrasts, phrases)
        self.dangers = dangers.Patterns(os.path.join(folder, "dangers.txt"))
        values, buckets, data = weight_file(os.path.join(folder, "languages.txt"))
        rows = {bucket: [byte - 64 for byte in data[n * G.WIDTH:(n + 1) * G.WIDTH]]
                for n, bucket in enumerate(buckets)}
        self.identifier = G.Identifier(rows, int(values["margin"]))

    @staticmethod
    def weight(code):
        value = (code * code * 255 + 1984) // 3969
        return -value if code < 0 else value

    def read(self, title, body, stars):
        """The places of the ids that are read: complaints and dangers."""
        if not any(F.words(field, self.lists) for field in (title, body) if field):
            return []
        scores = self.scores(title, body, stars)
        limits = self.limits[(stars or 0) > 3]
        found = {lane for lane in range(NORM) if scores[lane] > limits[lane]}
        if (stars or 0) > 3:
            first, is_open = self.strongest(scores)
            found = {lane for lane in found if is_open or lane >= IDS.aspects}
            found |= {first} if is_open else set()
        found |= self.stated_dangers(title, body, stars)
        unnamed = IDS.place["unsafe"]
        if any(lane >= IDS.aspects and lane != unnamed for lane in found):
            found.discard(unnamed)
        return sorted(found)

    def strongest(self, scores):
        """The complaint with the greatest score, and whether it and the next one together exceed
        the gate; in thousandths, towards 0."""
        own = []
        for lane in range(IDS.aspects):
            size = abs(scores[lane]) * 1000 // max(1, self.units[lane])
            own.append(-size if scores[lane] < 0 else size)
        first = max(range(IDS.aspects), key=lambda lane: (own[lane], -lane))
        return first, sum(sorted(own)[-2:]) > self.gate

    def stated_dangers(self, title, body, stars):
        """The dangers that patterns say."""
        fields = [field for field in (title, body) if field]
        told = self.language(title, body) or ""
        return {IDS.place[one[0]] for one in self.dangers.read(
            fields, stars or 0, self.lists, told)}

    def scores(self, title, body, stars):
        whole, best = [0] * K, None
        for field in (title, body):
            if field is None:
                continue
            for _, _, by_word in F.features(F.words(field, self.lists), self.lists):
                total = [0] * K
                for own in by_word:
                    for one in own:
                        row = self.rows.get(one & (1 << F.BITS) - 1)
                        if row:
                            total = [a + b for a, b in zip(total, row)]
                whole = [a + b for a, b in zip(whole, total)]
                own = self.scaled(total)
                best = own if best is None else [max(a, b) for a, b in zip(best, own)]
        return [a + (b >> 1) + c for a, b, c in zip(
            best or [0] * K, self.scaled(whole), self.bias[stars or 0])]

    @staticmethod
    def scaled(sums):
        root = math.isqrt(sums[NORM] << 8)
        factor = (1 << 28) // root if root else 0
        return [one * factor >> 16 for one in sums]

    def language(self, title, body):
        fields = [field for field in (title, body) if field is not None]
        return self.identifier.tell(fields, self.lists) if fields else None


STRANGE = [
    "", " ", "...", "a", "I", "'", "''' don't ''' it's", "😀😀 broke 😀", "A" * 100, "ß" * 40,
    "Größe STRASSE ŒUVRE Ærø ĲĲ", "לא עובד בכלל. נשבר אחרי יום", "لا يعمل أبدا، سيء جدا",
    "3.5 stars, 1,5 m - too short - really; v1.2/3:4", "x" * 31 + " " + "y" * 32 + " " + "z" * 33,
    "壊れました。カバーが合わない・・・最悪！", "品質が悪い" * 20, "iPhone用ケースMサイズ broke", "质量很差，用了两天就坏了。",
    "배송이 늦고 제품이 망가졌어요", "Не работает, сломался через неделю; ЁЖ ё", "Δεν λειτουργεί καθόλου, χάλασε",
    "e\u0301cran casse\u0301", "no\u200bthing\u00adworks", "\ufeffleaks", "100% polyester (cheap)!!!",
    "but but but it broke", "not not not good", "never\nnever\nnever", "do not buy - it leaks",
    "It broke. " * 50, "very " * 200 + "bad", "a-b-c -d- e", "ไม่ดีเลย แตกง่าย", "यह काम नहीं करता",
]

RISKY = [
    "It caught fire while charging", "It never caught fire", "My old one caught fire", "No smoke",
    "The plug gets really hot", "Gets hot, with the fan I had no problem, no issues", "it sparked",
    "Mit Schimmel hatte ich auch keinerlei Probleme.", "Habe mich in den Finger geschnitten",
    "Mi sono tagliato un dito", "Je me suis coupé le doigt", "Me corté el dedo", "Cortei o dedo",
    "Ik heb me in mijn vinger gesneden", "Jag skar mig i fingret", "Parzy, poparzyłem palce",
    "コードが発火しました。煙が出て焦げ臭い。", "かぶれた。肌が赤くなりました", "指を切った",
    "a brand new phone", "Det luktar bränt om laddaren", "Het ruikt naar brand, de stekker is heet",
    "ça sent le brûlé", "the colours exploded in popularity", "it could have hurt my son",
    "Prevents mould", "the battery is swelling up", "Sicherung ist rausgeflogen", "not safe",
]


def main():
    reader = Reader()
    texts = [one.text for one in corpus.invented()][::37] + STRANGE
    texts += [one.text for one in corpus.invented() if one.id in corpus.DANGERS][::27] + RISKY
    rows = [(1 + n % 5 if n % 6 else None, texts[n - 1] if n % 3 == 0 else None, text)
            for n, text in enumerate(texts)]
    for stars, title, body in rows:
        if title is not None:
            title = title.replace("\t", " ").replace("\n", " ")
        shown = [field.replace("\n", "\\n") if field is not None else "\\N"
                 for field in (title, body)]
        print("\t".join([str(stars or 0), *shown, reader.language(title, body) or "?",
                         " ".join(str(v) for v in reader.scores(title, body, stars)[:NORM]),
                         " ".join(IDS.all[one] for one in reader.read(title, body, stars))]))


if __name__ == "__main__":
    main()
