"""The linear model: data for its training, training, and its form of whole numbers."""
import collections
import ctypes
import functools
import os
import re
import subprocess
import tempfile

import numpy
import scipy.sparse

import corpus
import features as F

K = 48
NORM = 47  # the lane behind the ids: the square of a feature's weight by rarity
SIZE = 1 << F.BITS
DOCUMENT = 0.5  # weight of the whole review beside its strongest sentence
RATE = 0.7
EARLY, LATE = 4, 6  # rounds with the invented reviews, then without
STARS = 6  # biases by stars, from 0 for none; as many again for invented reviews, then left out
DANGER = 3.0  # weight of a danger that is there
HERE = corpus.HERE
DATA = os.path.join(HERE, "../../Sources/CAfterwordData/data")


def sections(path):
    """The values of a data file: (section, name) → text."""
    values, section, key = {}, None, None
    with open(path, encoding="utf8") as file:
        for line in file:
            line = line.rstrip("\n")
            if line.startswith("#") or not line:
                continue
            if line.startswith("["):
                section = line[1:-1]
            elif line.startswith(" "):
                values[section, key] += " " + line.strip()
            else:
                key, _, value = line.partition(":")
                values[section, key] = value.strip()
    return values


def word_lists():
    values = sections(os.path.join(DATA, "reader2/words.txt"))
    return F.Lists(values["negations", "words"].split(), values["contrasts", "words"].split())


class Ids:
    """Aspects, then dangers, in the order of the lanes."""

    def __init__(self):
        self.all = []
        with open(os.path.join(HERE, "ids.md"), encoding="utf8") as file:
            for line in file:
                cells = [cell.strip() for cell in line.split("|")]
                if len(cells) > 4 and cells[1] in ("product", "listing", "fulfilment", "service"):
                    self.all.append(cells[2])
        self.aspects = len(self.all)
        self.all += corpus.DANGERS
        self.place = {id: place for place, id in enumerate(self.all)}


IDS = Ids()
assert len(IDS.all) == NORM


def phrases_of(sentences, lists):
    """Phrases of one to five words in one clause, by what they say: {words: {meaning}}.

    A meaning is three times the place of the id, plus 0 for a complaint, 1 for praise, 2 for
    neither. A single short word, or one that says more than two things, is no phrase.
    """
    found = collections.defaultdict(set)
    for one in sentences:
        if one.id not in IDS.place:
            continue
        words = F.words(one.text, lists)
        if not 1 <= len(words) <= F.PHRASE_WORDS or not all(word.spaced for word in words):
            continue
        if words[0].clause != words[-1].clause:
            continue
        found[tuple(word.text for word in words)].add(
            IDS.place[one.id] * 3 + "-+?".index(one.sign))
    return {words: sorted(says) for words, says in found.items()
            if not (len(words) == 1 and (len(says) > 2 or len(words[0]) < 4))}


class Corpus:
    """Reviews, invented sentences and invented reviews as bags of features: the whole text, then
    each sentence."""

    def __init__(self, reviews, sentences, invented=()):
        self.reviews, self.sentences, self.invented = reviews, sentences, list(invented)
        self.lists = word_lists()
        phrases = phrases_of(sentences, self.lists)
        # Markers stand for a phrase with a meaning, negated or not, until its precision is known.
        self.markers = []
        self.by_marker = {}
        table = {}
        for words in sorted(phrases):
            key = F.phrase_key([F.fnv(word) for word in words])
            own = table.setdefault(key, [])
            for says in phrases[words]:
                own.append(len(self.markers))
                self.markers.append((key, says))
        self.table = table
        marked = F.Lists(self.lists.negations, self.lists.contrasts, table)
        base = F.SEEDS["phrase"]
        self.marker_of = {}
        for place in range(len(self.markers)):
            for negated in (0, 1):
                self.marker_of[F.mix(base + 2 * place + negated)] = SIZE + 2 * place + negated
        documents = [self.bags(review.fields, marked) for review in reviews]
        documents += [self.bags([one.text], marked) for one in sentences]
        documents += [self.bags(review.fields, marked) for review in self.invented]
        self.stars = numpy.array(
            [r.stars for r in reviews] + [0] * len(sentences) + [r.stars for r in self.invented],
            numpy.int32)
        self.count = len(documents)
        self.docptr = numpy.cumsum([0] + [len(d) for d in documents]).astype(numpy.int64)
        self.bagptr = numpy.cumsum([0] + [len(b) for d in documents for b in d]).astype(numpy.int64)
        self.index = numpy.concatenate(
            [numpy.array(b, numpy.int32) for d in documents for b in d])
        self.targets = numpy.full((self.count, K), 2, numpy.uint8)
        self.targets[:, :len(IDS.all)] = 0
        places = list(range(len(reviews))) + list(range(len(reviews) + len(sentences), self.count))
        for place, review in zip(places, reviews + self.invented):
            for id in review.ids:
                if id in IDS.place:
                    self.targets[place, IDS.place[id]] = 1
        for place, one in enumerate(sentences, len(reviews)):
            if one.sign == "-" and one.id in IDS.place:
                self.targets[place, IDS.place[one.id]] = 1
            if one.sign == "?" and one.id in corpus.DANGERS:
                self.targets[place, IDS.aspects:NORM] = 2  # a word of dangers, alone
        # `unsafe` learns every danger: kinds are rare, and one that is not known by its kind counts.
        dangers = self.targets[:, IDS.aspects:NORM]
        self.targets[:, IDS.place["unsafe"]] = numpy.where(
            (dangers == 2).any(1), 2, dangers.max(1))
        pairs = [numpy.unique(self.index[self.bagptr[b]:self.bagptr[b + 1]])
                 for b in self.docptr[:-1]]
        self.pair_document = numpy.repeat(numpy.arange(self.count), [len(p) for p in pairs])
        self.pair_feature = numpy.concatenate(pairs)

    def bags(self, fields, lists):
        bags = []
        for field in fields:
            for _, _, by_word in F.features(F.words(field, lists), lists):
                bag = [self.marker_of.get(f, f & SIZE - 1) for own in by_word for f in own]
                bags.append(bag)
        return [[f for bag in bags for f in bag]] + bags

    def bins(self, train):
        """How sure each phrase with a meaning is, on the reviews of the training part alone:
        0 seldom seen, then below 0.3, below 0.6 (of dangers 0.5), and above."""
        inside = numpy.zeros(self.count, bool)
        inside[train] = True
        inside[len(self.reviews):] = False
        chosen = inside[self.pair_document] & (self.pair_feature >= SIZE)
        markers = (self.pair_feature[chosen] - SIZE).astype(int)
        documents = self.pair_document[chosen][markers % 2 == 0]
        markers = markers[markers % 2 == 0] // 2
        lanes = numpy.array([says // 3 for _, says in self.markers])
        # A phrase of a danger is right where there is any danger, in up to three stars.
        is_danger = lanes >= IDS.aspects
        lanes[is_danger] = IDS.place["unsafe"]
        counted = ~is_danger[markers] | (self.stars[documents] <= 3)
        documents, markers = documents[counted], markers[counted]
        hits = self.targets[documents, lanes[markers]] == 1
        seen = numpy.bincount(markers, minlength=len(self.markers))
        right = numpy.bincount(markers, weights=hits, minlength=len(self.markers))
        rate = (right + 0.4) / (seen + 1)
        bounds = numpy.where(is_danger, 0.5, 0.6)
        few = numpy.where(is_danger, 1, 3)
        return numpy.where(
            seen < few, 0, numpy.where(rate < 0.3, 1, numpy.where(rate < bounds, 2, 3)))

    def meanings(self, bins):
        """Marker → the number of what its phrase says and how sure it is."""
        return [says * 4 + int(sure) for (_, says), sure in zip(self.markers, bins)]

    def remapped(self, bins):
        """The features with markers replaced by hashed features."""
        new = numpy.arange(SIZE + 2 * len(self.markers), dtype=numpy.int32)
        for place, meaning in enumerate(self.meanings(bins)):
            for negated in (0, 1):
                new[SIZE + 2 * place + negated] = F.mix(
                    F.SEEDS["phrase"] + 2 * meaning + negated) & SIZE - 1
        return new


def ranges(first, last):
    count = last - first
    begin = numpy.repeat(first - numpy.concatenate([[0], numpy.cumsum(count)[:-1]]), count)
    return begin + numpy.arange(count.sum())


class Part:
    """Some documents of a corpus with values for their features."""

    def __init__(self, whole, chosen, remap):
        chosen = numpy.asarray(chosen)
        first, last = whole.docptr[chosen], whole.docptr[chosen + 1]
        bags = ranges(first, last)
        self.count = len(chosen)
        self.docptr = numpy.concatenate([[0], numpy.cumsum(last - first)]).astype(numpy.int64)
        first, last = whole.bagptr[bags], whole.bagptr[bags + 1]
        self.bagptr = numpy.concatenate([[0], numpy.cumsum(last - first)]).astype(numpy.int64)
        self.index = numpy.ascontiguousarray(remap[whole.index[ranges(first, last)]])
        self.stars = numpy.ascontiguousarray(whole.stars[chosen])

    def pairs(self):
        """Documents and the features that they have."""
        first = self.docptr[:-1]
        count = self.bagptr[first + 1] - self.bagptr[first]
        document = numpy.repeat(numpy.arange(self.count), count)
        features = self.index[ranges(self.bagptr[first], self.bagptr[first + 1])]
        pairs = numpy.unique(document.astype(numpy.int64) * SIZE + features)
        return pairs // SIZE, pairs % SIZE

    def rarity(self, floor=2):
        """By feature: the logarithm of how rare it is, 0 where fewer documents have it."""
        have = numpy.bincount(self.pairs()[1], minlength=SIZE).astype(float)
        value = numpy.log((1 + self.count) / (1 + have)) + 1
        value[have < floor] = 0
        return value, have

    def bags(self, rarity, known):
        """The sentences as bags of the features that are `known`, for the descent: a feature's
        number is its place among those, the most frequent first."""
        own = rarity[self.index]
        sums = numpy.concatenate([[0], numpy.cumsum(own ** 2)])
        norm = numpy.sqrt(numpy.maximum(sums[self.bagptr[1:]] - sums[self.bagptr[:-1]], 1e-9))
        count = numpy.diff(self.docptr)
        is_whole = numpy.zeros(len(norm), bool)
        is_whole[self.docptr[:-1][count > 0]] = True
        document = numpy.repeat(numpy.arange(self.count), count)
        whole = numpy.ones(self.count)
        whole[document[is_whole]] = norm[is_whole]
        share = (norm / whole[document])[~is_whole]
        norm = norm[~is_whole]
        length = numpy.diff(self.bagptr)
        keep = numpy.repeat(~is_whole, length) & known[self.index]
        bag = numpy.repeat(numpy.cumsum(~is_whole) - 1, length)[keep].astype(numpy.int64)
        pairs, seen = numpy.unique(bag * SIZE + self.index[keep], return_counts=True)
        bag, feature = pairs // SIZE, pairs % SIZE
        value = rarity[feature] * seen / norm[bag]
        frequent = numpy.bincount(feature, minlength=SIZE)
        order = numpy.argsort(-frequent, kind="stable")[:(frequent > 0).sum()]
        place = numpy.zeros(SIZE, numpy.int32)
        place[order] = numpy.arange(len(order))
        return Bags(
            docptr=numpy.concatenate([[0], numpy.cumsum(numpy.maximum(count - 1, 0))]),
            bagptr=numpy.searchsorted(bag, numpy.arange(len(norm) + 1)),
            index=place[feature], value=value, share=share, features=order)


Bags = collections.namedtuple("Bags", "docptr bagptr index value share features")


@functools.lru_cache(None)
def library(lanes):
    """The compiled descent; made anew in a temporary folder."""
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "descend.so")
    subprocess.check_call(["cc", "-O3", "-march=native", "-ffast-math", "-shared", "-fPIC", "-o",
                           path, "-DK=%d" % lanes, os.path.join(HERE, "descend.c"), "-lm"])
    return ctypes.CDLL(path)


def descend(part, bags, targets, stages, positive, rate=RATE, seed=1):
    """Weights (SIZE × lanes) and star biases (lines of lanes), by AdaGrad on the logistic loss.

    `stages` are pairs of rounds and the weights of the documents in them.
    """
    lanes = targets.shape[1]
    w = numpy.zeros((len(bags.features), lanes), numpy.float32)
    b = numpy.full((2 * STARS, lanes), -4, numpy.float32)
    sums = [numpy.ones(one.shape, numpy.float32) for one in (w, b)]
    given = [numpy.ascontiguousarray(one, kind) for one, kind in (
        (bags.docptr, numpy.int64), (bags.bagptr, numpy.int64), (bags.index, numpy.int32),
        (bags.value, numpy.float32), (bags.share, numpy.float32), (part.stars, numpy.int32),
        (targets, numpy.uint8))]
    positive = positive.astype(numpy.float32)
    pointer = lambda array: array.ctypes.data_as(ctypes.c_void_p)
    for number, (rounds, weights) in enumerate(stages):
        weights = weights.astype(numpy.float32)
        library(lanes).train(
            pointer(w), pointer(sums[0]), pointer(b), pointer(sums[1]), part.count,
            *[pointer(one) for one in given], pointer(weights), pointer(positive),
            ctypes.c_float(DOCUMENT), ctypes.c_float(rate), rounds,
            ctypes.c_uint64(seed + 50 * number))
    all_weights = numpy.zeros((SIZE, lanes), numpy.float32)
    all_weights[bags.features] = w
    return all_weights, b[:STARS]


class Frozen:
    """The model of whole numbers. A row is kept for each of the features that weigh most.

    A weight is written as a code from -63 to 63 and stands for `VALUES[|code|]` with its sign, so
    that small weights are finer than large ones.
    """

    ROWS = 60000
    SHIFT = 12
    VALUES = numpy.array([(code * code * 255 + 1984) // 3969 for code in range(64)], numpy.int64)

    def __init__(self, w, b, rarity, have):
        w = w * rarity[:, None]
        top = numpy.abs(w).max(1) * numpy.sqrt(have)
        kept = numpy.sort(numpy.argsort(-top, kind="stable")[:self.ROWS])
        kept = kept[top[kept] > 0]
        limit = numpy.abs(w[kept]).max(0)
        limit[limit == 0] = 1
        self.scale = 255 / limit  # of a lane: whole numbers per unit of weight
        share = w[kept] / limit
        codes = numpy.rint(numpy.sqrt(numpy.abs(share)) * 63).astype(numpy.int64)
        self.codes = numpy.sign(share).astype(numpy.int64) * codes
        self.codes[:, NORM] = numpy.clip(numpy.rint(rarity[kept] ** 2), 1, 127)
        self.rows = numpy.sign(self.codes) * self.VALUES[numpy.minimum(numpy.abs(self.codes), 63)]
        self.rows[:, NORM] = self.codes[:, NORM]
        self.kept = kept
        self.place = numpy.full(SIZE, -1, numpy.int64)
        self.place[kept] = numpy.arange(len(kept))
        # A sentence scores S * 2^12 / isqrt(16² Q), so a unit of weight is scale * 2^8.
        self.unit = self.scale * 2 ** (self.SHIFT - 4)
        self.bias = numpy.rint(b * self.unit).astype(numpy.int64)

    def scores(self, part):
        """By document and lane the score, and the sentence (from 0, -1 for none) it is from."""
        place = self.place[part.index]
        bag = numpy.repeat(numpy.arange(len(part.bagptr) - 1), numpy.diff(part.bagptr))
        keep = place >= 0
        matrix = scipy.sparse.csr_matrix(
            (numpy.ones(keep.sum(), numpy.int64), (bag[keep], place[keep])),
            shape=(len(part.bagptr) - 1, len(self.rows)))
        sums = matrix @ self.rows
        scaled = scale_bags(sums)
        out = numpy.zeros((part.count, K), numpy.int64)
        arg = numpy.full((part.count, K), -1)
        for d in range(part.count):
            first, last = part.docptr[d], part.docptr[d + 1]
            out[d] = (scaled[first] >> 1) + self.bias[part.stars[d]]
            if last > first + 1:
                own = scaled[first + 1:last]
                arg[d] = own.argmax(0)
                out[d] += own.max(0)
        return out, arg


def scale_bags(sums):
    """Sums of rows, each divided by the root of its last lane, as whole numbers."""
    root = numpy.array([isqrt(int(q) << 8) for q in sums[:, NORM]])
    factor = numpy.where(root == 0, 0, (1 << 28) // numpy.maximum(root, 1))
    return sums * factor[:, None] >> 16


def isqrt(number):
    import math
    return math.isqrt(number)


def fit(whole, train, seed=1):
    """A frozen model of the training reviews (places) and all that is invented."""
    chosen = numpy.concatenate([train, numpy.arange(len(whole.reviews), whole.count)])
    bins = whole.bins(train)
    remap = whole.remapped(bins)
    part = Part(whole, chosen, remap)
    part.stars[len(train) + len(whole.sentences):] += STARS
    rarity, have = part.rarity()
    early, late = numpy.ones(part.count), numpy.ones(part.count)
    late[len(train) + len(whole.sentences):] = 0
    stages = [(EARLY, early), (LATE, late)]
    positive = numpy.ones(K)
    positive[IDS.aspects:NORM] = DANGER
    w, b = descend(
        part, part.bags(rarity, rarity > 0), whole.targets[chosen], stages, positive, seed=seed)
    return Frozen(w, b, rarity, have), bins, remap
