"""Trains the frozen model: cross-validation for its thresholds, then one fit of all.

    python3 train.py --data FOLDER [--out FOLDER] [--scores FILE]
    python3 train.py --data FOLDER --kinds FILE

Writes weights.txt, phrases.txt and letters.txt of `Sources/CAfterwordData/data/reader2`, and with
--scores the scores of the cross-validation for evaluate.py.
"""
import argparse
import os
import sys

import numpy

import corpus
import decide
import features as F
import model
import weightfile
from model import IDS, K, NORM


def material(data):
    reviews = corpus.load("train", data)
    sentences = corpus.invented() + corpus.lexicon_phrases(os.path.join(model.DATA, "lexicon1"))
    return model.Corpus(reviews, sentences, corpus.invented_reviews())


def crossed_scores(whole, parts, report=sys.stderr):
    """Scores of each review by a model that saw none of its part, in units of weight."""
    scores = numpy.zeros((len(whole.reviews), K))
    for part in sorted(set(parts)):
        train, test = numpy.where(parts != part)[0], numpy.where(parts == part)[0]
        frozen, _, remap = model.fit(whole, train)
        own, _ = frozen.scores(model.Part(whole, test, remap))
        scores[test] = own / frozen.unit
        print("part", part, file=report, flush=True)
    return scores


def write(whole, frozen, bins, limits, gate, out):
    whole_numbers = lambda row: [int(v) for v in row]
    names = IDS.all
    limit = numpy.clip(numpy.rint(limits * frozen.unit), -2 ** 30, 2 ** 30)
    limit[:, NORM] = 2 ** 30  # no reading
    header = [
        ("version", [2]), ("aspects", names[:IDS.aspects]), ("dangers", names[IDS.aspects:]),
        ("units", whole_numbers(numpy.rint(frozen.unit))),
    ]
    header += [("bias %d" % stars, whole_numbers(frozen.bias[stars])) for stars in range(6)]
    header += [("limits low", whole_numbers(limit[0])), ("limits high", whole_numbers(limit[1])),
               ("gate", [round(gate * 1000)]), ("rows", [len(frozen.kept)])]
    weightfile.write(os.path.join(out, "weights.txt"), header, frozen.kept, frozen.codes, (NORM,))
    by_words = model.phrases_of(whole.sentences, whole.lists)
    meanings = whole.meanings(bins)
    with open(os.path.join(out, "phrases.txt"), "w", encoding="utf8") as file:
        file.write(
            "# Phrases by what they say: an id, - a complaint of it, + praise, ? neither, and how\n"
            "# sure that is by the reviews it was seen in: 0 seldom seen, then below 0.3, 0.6 (of\n"
            "# dangers 0.5), above.\n"
            "# Written by tools/reader/train.py.\n\n[phrases]\n")
        for words in sorted(by_words):
            key = F.phrase_key([F.fnv(word) for word in words])
            says = [meanings[place] for place in whole.table[key]]
            file.write("%s: %s\n" % (" ".join(words), " ".join(
                "%s%s%d" % (names[one // 12], "-+?"[one // 4 % 3], one % 4) for one in says)))
    with open(os.path.join(out, "letters.txt"), "w", encoding="utf8") as file:
        file.write(F.letters_file())


def truth(whole):
    """The labels of the reviews by lane, and their stars."""
    labels = whole.targets[:len(whole.reviews)] == 1
    labels[:, IDS.place["unsafe"]] = ["unsafe" in review.ids for review in whole.reviews]
    return labels, whole.stars[:len(whole.reviews)]


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", required=True)
    options.add_argument("--out", default=os.path.join(model.DATA, "reader2"))
    options.add_argument("--scores")
    options.add_argument("--kinds", help="write scores by models that saw no review of the same "
                         "kind of product, and nothing else")
    options.add_argument("--use-scores", help="take these scores of an earlier cross-validation")
    chosen = options.parse_args()
    whole = material(chosen.data)
    parts = numpy.array([corpus.fold(review.unit) for review in whole.reviews])
    if chosen.kinds:
        kinds = numpy.array([review.kind for review in whole.reviews])
        numpy.save(chosen.kinds, crossed_scores(whole, kinds))
        return
    if chosen.use_scores:
        scores = numpy.load(chosen.use_scores)
    else:
        scores = crossed_scores(whole, parts)
    if chosen.scores:
        numpy.save(chosen.scores, scores)
    labels, stars = truth(whole)
    limits, gate = decide.thresholds(scores, labels, stars)
    frozen, bins, _ = model.fit(whole, numpy.arange(len(whole.reviews)))
    write(whole, frozen, bins, limits, gate, chosen.out)
    print("rows", len(frozen.kept), "limits", limits[:, 0], "gate", gate)


if __name__ == "__main__":
    main()
