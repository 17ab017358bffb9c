"""The linear model: data for its training, training, and its form of whole numbers."""
import collections
import ctypes
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
    values = sections(os.path.join(DATA, "reader1/words.txt"))
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
    """Reviews and invented sentences as bags of features: the whole text, then each sentence."""

    def __init__(self, reviews, sentences):
        self.reviews, self.sentences = reviews, sentences
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
        self.stars = numpy.array([r.stars for r in reviews] + [0] * len(sentences), numpy.int32)
        self.count = len(documents)
        self.docptr = numpy.cumsum([0] + [len(d) for d in documents]).astype(numpy.int64)
        self.bagptr = numpy.cumsum([0] + [len(b) for d in documents for b in d]).astype(numpy.int64)
        self.index = numpy.concatenate(
            [numpy.array(b, numpy.int32) for d in documents for b in d])
        self.targets = numpy.full((self.count, K), 2, numpy.uint8)
        self.targets[:, :len(IDS.all)] = 0
        for place, review in enumerate(reviews):
            for id in review.ids:
                if id in IDS.place:
                    self.targets[place, IDS.place[id]] = 1
        for place, one in enumerate(sentences, len(reviews)):
            if one.sign == "-" and one.id in IDS.place:
                self.targets[place, IDS.place[one.id]] = 1
        # `unsafe` learns every danger: kinds are rare, and one that is not known by its kind counts.
        dangers = self.targets[:, IDS.aspects:NORM]
        self.targets[:, IDS.place["unsafe"]] = dangers.max(1)
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
        0 seldom seen, then below 0.3, below 0.6, and above."""
        inside = numpy.zeros(self.count, bool)
        inside[train] = True
        inside[len(self.reviews):] = False
        chosen = inside[self.pair_document] & (self.pair_feature >= SIZE)
        markers = (self.pair_feature[chosen] - SIZE).astype(int)
        documents = self.pair_document[chosen][markers % 2 == 0]
        markers = markers[markers % 2 == 0] // 2
        lanes = numpy.array([says // 3 for _, says in self.markers])
        hits = self.targets[documents, lanes[markers]] == 1
        seen = numpy.bincount(markers, minlength=len(self.markers))
        right = numpy.bincount(markers, weights=hits, minlength=len(self.markers))
        rate = (right + 0.4) / (seen + 1)
        return numpy.where(seen < 3, 0, numpy.where(rate < 0.3, 1, numpy.where(rate < 0.6, 2, 3)))

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

    def rarity(self, floor=2):
        """By feature: the logarithm of how rare it is, 0 where fewer documents have it."""
        have = numpy.zeros(SIZE)
        for d in range(self.count):
            b = self.docptr[d]
            have[numpy.unique(self.index[self.bagptr[b]:self.bagptr[b + 1]])] += 1
        value = numpy.log((1 + self.count) / (1 + have)) + 1
        value[have < floor] = 0
        return value, have

    def weigh(self, rarity):
        value = rarity[self.index]
        sums = numpy.concatenate([[0], numpy.cumsum(value ** 2)])
        norm = numpy.sqrt(numpy.maximum(sums[self.bagptr[1:]] - sums[self.bagptr[:-1]], 1e-9))
        self.value = (value / numpy.repeat(norm, numpy.diff(self.bagptr))).astype(numpy.float32)


def library():
    """The compiled descent; made anew in a temporary folder."""
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "descend.so")
    subprocess.check_call(["cc", "-O3", "-march=native", "-ffast-math", "-shared", "-fPIC", "-o",
                           path, os.path.join(HERE, "descend.c"), "-lm"])
    return ctypes.CDLL(path)


LIBRARY = None


def descend(part, targets, weights, positive, rate=0.7, rounds=10, seed=1):
    """Weights (SIZE × K) and star biases (6 × K), by AdaGrad on the logistic loss."""
    global LIBRARY
    LIBRARY = LIBRARY or library()
    w = numpy.zeros((SIZE, K), numpy.float32)
    g = numpy.ones((SIZE, K), numpy.float32)
    b = numpy.full((6, K), -4, numpy.float32)
    gb = numpy.ones((6, K), numpy.float32)
    pointer = lambda array: array.ctypes.data_as(ctypes.c_void_p)
    targets = numpy.ascontiguousarray(targets)
    weights = weights.astype(numpy.float32)
    positive = positive.astype(numpy.float32)
    LIBRARY.train(
        pointer(w), pointer(g), pointer(b), pointer(gb), part.count, pointer(part.docptr),
        pointer(part.bagptr), pointer(part.index), pointer(part.value), pointer(part.stars),
        pointer(targets), pointer(weights), pointer(positive), ctypes.c_float(DOCUMENT),
        ctypes.c_float(rate), ctypes.c_float(0), rounds, ctypes.c_uint64(seed), 0)
    return w, b


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


def fit(whole, train, seed=1, **options):
    """A frozen model of the training reviews (places) and all invented sentences."""
    chosen = numpy.concatenate([train, numpy.arange(len(whole.reviews), whole.count)])
    bins = whole.bins(train)
    remap = whole.remapped(bins)
    part = Part(whole, chosen, remap)
    rarity, have = part.rarity()
    part.weigh(rarity)
    weights = numpy.ones(part.count)
    weights[len(train):] = INVENTED
    positive = numpy.ones(K)
    positive[IDS.aspects:NORM] = DANGER
    w, b = descend(part, whole.targets[chosen], weights, positive, seed=seed, **options)
    return Frozen(w, b, rarity, have), bins, remap


INVENTED = 1.0  # weight of an invented sentence beside a review
DANGER = 3.0  # weight of a danger that is there
