"""Thresholds of a model, chosen on scores of reviews that it was not trained on."""
import numpy

import corpus
from model import IDS, K

GRID = numpy.arange(-4.0, 3.01, 0.05)
CALM = 0.03  # share of 4-5 star reviews without a complaint in which one may be read


def micro(labels, found):
    hit = (labels & found).sum()
    return 2 * hit / max(1, labels.sum() + found.sum())


def thresholds(scores, labels, stars, pull=20.0):
    """For up to three stars and for more: a threshold a lane, in units of weight.

    A reading is worth twice its hit less the F1 reached at one threshold for all; each lane may
    leave that threshold where this pays, pulled back by `pull` a squared unit.
    """
    lanes = IDS.aspects
    result = numpy.full((2, K), 99.0)
    for side, chosen in enumerate((stars <= 3, stars > 3)):
        own, truth = scores[chosen][:, :lanes], labels[chosen][:, :lanes]
        best, common = max((micro(truth, own > t), t) for t in GRID)
        for lane in range(lanes):
            worth = [
                2 * (truth[:, lane] & (own[:, lane] > t)).sum() - best * (own[:, lane] > t).sum()
                - pull * (t - common) ** 2 for t in GRID]
            result[side, lane] = GRID[int(numpy.argmax(worth))]
    calm = (stars > 3) & ~labels[:, :len(IDS.all)].any(1)
    for step in numpy.arange(0, 5, 0.05):
        if (scores[calm][:, :lanes] > result[1, :lanes] + step).any(1).mean() <= CALM:
            break
    result[1, :lanes] += step
    # Dangers: a threshold a kind, for all stars; what counts is that there is any danger. A reading
    # is worth keeping where one in five is right.
    kinds = range(lanes, len(IDS.all))
    truth = labels[:, kinds.start:kinds.stop].any(1)
    for lane in kinds:
        worth = []
        for t in GRID:
            read = scores[:, lane] > t
            worth.append(0.8 * (truth & read).sum() - 0.2 * (~truth & read).sum() - (t + 1) ** 2)
        result[:, lane] = GRID[int(numpy.argmax(worth))]
    return result


def decide(scores, stars, limits):
    """What is read: by review and lane."""
    return scores > limits[(stars > 3).astype(int)]


def crossed(scores, labels, stars, parts):
    """As `decide`, the thresholds of each part chosen on the others."""
    found = numpy.zeros(scores.shape, bool)
    for part in sorted(set(parts)):
        own = parts == part
        limits = thresholds(scores[~own], labels[~own], stars[~own])
        found[own] = decide(scores[own], stars[own], limits)
    return found
