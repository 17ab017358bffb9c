"""Thresholds of a model, chosen on scores of reviews that it was not trained on.

Up to three stars, a lane is read where its score exceeds its threshold. With four and five stars a
gate comes first: the two strongest complaints together must exceed it; then the strongest is read,
and others that exceed their thresholds. Dangers are read where patterns say them (`dangers.py`);
their scores add those that exceed one high threshold.
"""
import numpy

from model import IDS, K

GRID = numpy.arange(-4.0, 3.01, 0.05)
CALM = 0.03  # share of 4-5 star reviews without a complaint in which one may be read
BESIDE = 0.25  # what others must exceed beyond their thresholds behind the gate
STATED = 3.0  # what the score of a danger must exceed that no pattern says


def micro(labels, found):
    hit = (labels & found).sum()
    return 2 * hit / max(1, labels.sum() + found.sum())


def strongest(scores):
    """The sum of a review's two strongest complaints."""
    return numpy.sort(scores[:, :IDS.aspects], axis=1)[:, -2:].sum(1)


def thresholds(scores, labels, stars, pull=20.0):
    """For up to three stars and for more: a threshold a lane, in units of weight; and the gate.

    A reading is worth twice its hit less the F1 reached at one threshold for all; each lane may
    leave that threshold where this pays, pulled back by `pull` a squared unit.
    """
    lanes = IDS.aspects
    result = numpy.full((2, K), 99.0)
    chosen = stars <= 3
    own, truth = scores[chosen][:, :lanes], labels[chosen][:, :lanes]
    best, common = max((micro(truth, own > t), t) for t in GRID)
    for lane in range(lanes):
        worth = [
            2 * (truth[:, lane] & (own[:, lane] > t)).sum() - best * (own[:, lane] > t).sum()
            - pull * (t - common) ** 2 for t in GRID]
        result[0, lane] = GRID[int(numpy.argmax(worth))]
    result[1, :lanes] = result[0, :lanes] + BESIDE
    calm = (stars > 3) & ~labels[:, :len(IDS.all)].any(1)
    sums = numpy.sort(strongest(scores[calm]))
    gate = sums[min(len(sums) - 1, int(numpy.ceil(len(sums) * (1 - CALM))))]
    result[:, lanes:len(IDS.all)] = STATED
    result[:, IDS.place["unsafe"]] = 99.0
    return result, gate


def decide(scores, stars, limits, gate):
    """What is read: by review and lane."""
    high = stars > 3
    found = scores > limits[high.astype(int)]
    aspects = slice(0, IDS.aspects)
    first = scores[:, aspects].argmax(1)
    found[numpy.where(high)[0], first[high]] = True
    closed = high & (strongest(scores) <= gate)
    found[closed, aspects] = False
    return found


def crossed(scores, labels, stars, parts):
    """As `decide`, the thresholds of each part chosen on the others."""
    found = numpy.zeros(scores.shape, bool)
    for part in sorted(set(parts)):
        own = parts == part
        limits, gate = thresholds(scores[~own], labels[~own], stars[~own])
        found[own] = decide(scores[own], stars[own], limits, gate)
    return found
