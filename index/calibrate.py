"""Calibrate: what a probability is worth, measured on phrasings that were held out of the index.

The rows are cut into blocks of neighbours, because neighbours in a list were often written by one person: each
block is asked of an index built without it. Nothing of the evaluation cases comes in here. What a corpus is too small
to show by itself is taken from corpora that the shipped ranker was tried on without having seen them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from index.hit import Thresholds
from index.lexical import Scores
from index.rank import Questions, Ranker, fit, mix, probabilities
from index.rows import OUTSIDE, SMALLTALK, Table
from index.signals import GROUP_FEATURES, NULL_FEATURES

BLOCKS = 8
_THREADS = 2  # blocks that are measured at the same time
# Of the questions that reach a bot about one in ten is like those that a corpus lists as outside: mostly near misses,
# which a bot is much likelier to answer than what has nothing to do with it.
STRANGERS = 0.1
_TAUGHT = 0.2  # their share where a ranker learns: one that has met too few of them answers too much
SHOWN = (0.9, 0.95, 0.97, 0.98, 0.99)
# How many questions of other corpora the shipped ranker's own curve counts for beside a corpus's own.
PRIOR = 200.0
# Fewer questions than these teach nothing that holds: then the shipped ranker goes alone.
_LEAST_OWN, _LEAST_OUTSIDE = 1000, 100
_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
_FOLDS = 4
_LEAST_ANSWERED = 0.05  # of the questions: below it a precision is chance
_CERTAINTY = 0.84  # standard deviations: the promise holds four times in five
_NEVER_DENIED = 0.97  # of what can be answered, never to be told that it is not there
# One over how far apart in size two corpora are alike: a factor of e in groups and outside rows, of its root in rows.
_LIKENESS = np.array([2.0, 1.0, 1.0], dtype=np.float32)
_OFFERED = 0.1  # as likely as this, an entry is worth being offered
_CERTAIN = 50.0  # log-odds: beyond them single precision ends
_GRID = np.concatenate([np.linspace(0.01, 0.95, 95), np.linspace(0.952, 0.998, 24)])


@dataclass(frozen=True)
class Point:
    """What happens at one threshold.

    Of the questions that can be answered the shares `right` and `wrong` are, of the others the share `strangers`;
    `inside` and `outside` are how many questions that was measured on.
    """

    threshold: float
    right: float
    wrong: float
    strangers: float
    inside: float
    outside: float

    def precision(self, share: float) -> float:
        """Return how much of what is answered is right where `share` of all questions are strangers."""
        answered = (1 - share) * (self.right + self.wrong) + share * self.strangers
        return (1 - share) * self.right / answered if answered else 0.0

    def shown(self, share: float) -> float:
        """Return the precision that so many questions show: a lower bound (Wilson 1927)."""
        count = self.inside * (self.right + self.wrong) + self.outside * self.strangers
        if count < 1 or (1 - share) * (self.right + self.wrong) + share * self.strangers < _LEAST_ANSWERED:
            return 0.0
        p, z = self.precision(share), _CERTAINTY
        spread = z * math.sqrt(p * (1 - p) / count + z * z / (4 * count * count))
        return (p + z * z / (2 * count) - spread) / (1 + z * z / count)


@dataclass(frozen=True)
class Calibration:
    """A probability's true worth as a line in log-odds, and the curve of thresholds."""

    slope: float
    shift: float
    curve: tuple[Point, ...]
    near: float
    own: float = 0.0  # how much of the ranker the corpus taught itself

    def score(self, probability: Scores) -> Scores:
        """Return calibrated probabilities."""
        clipped = np.clip(probability, 1e-7, 1 - 1e-7)
        odds = np.clip(np.log(clipped / (1 - clipped)) * self.slope + self.shift, -_CERTAIN, _CERTAIN)
        result: Scores = 1 / (1 + np.exp(-odds))
        return result

    def point(self, precision: float, share: float = STRANGERS) -> Point:
        """Return the lowest point that shows `precision`, or the one that shows the most; of equals the strictest."""
        reached = (point for point in self.curve if point.shown(share) >= precision)
        return next(reached, None) or max(self.curve, key=lambda point: (point.shown(share), point.threshold))

    def thresholds(self, precision: float, share: float = STRANGERS) -> Thresholds:
        """Return the thresholds that keep direct answers right with this probability, as far as can be shown."""
        answer = self.point(precision, share).threshold
        offer = min(_OFFERED, answer)
        return Thresholds(answer, offer, min(self.near, offer))

    def __str__(self) -> str:
        """Return the curve as a few lines: what each precision costs."""
        lines = ["先不给机器人看、拿来考它的问法上量得：要求的正确率   门槛   直接答对   答错   不该答却答了   正确率"]
        for precision in SHOWN:
            at = self.point(precision)
            lines.append(
                f"{precision:>26.0%}   {at.threshold:.2f}   {at.right:>7.1%}  {at.wrong:>5.1%}   {at.strangers:>10.1%}"
                f"   {at.precision(STRANGERS):>6.1%}"
            )
        return "\n".join(lines)


@dataclass(frozen=True)
class Tried:
    """What came out for some questions: the best score, whether it was right, whether the question was outside.

    `sizes` [n, 3] tell how large the corpus was that each was put to.
    """

    best: Scores
    right: NDArray[np.bool_]
    outside: NDArray[np.bool_]
    sizes: Scores

    @classmethod
    def of(cls, probability: Scores, labels: NDArray[np.int64], sizes: Scores) -> Tried:
        """Return it for probabilities [n, groups] with outside in the first column, of a corpus of `sizes` [3]."""
        best = probability[:, 1:].argmax(axis=1) + 1
        all_sizes = np.tile(sizes, (len(best), 1)).astype(np.float32)
        return cls(probability[np.arange(len(best)), best], best == labels, labels == OUTSIDE, all_sizes)

    def take(self, places: NDArray[np.bool_] | NDArray[np.int64]) -> Tried:
        """Return these questions only."""
        return Tried(self.best[places], self.right[places], self.outside[places], self.sizes[places])

    @classmethod
    def join(cls, parts: Sequence[Tried]) -> Tried:
        """Return all of them as one."""
        return cls(*(np.concatenate([getattr(one, field.name) for one in parts]) for field in fields(cls)))

    def like(self, sizes: Scores) -> Scores:
        """Return how much each counts for a corpus of `sizes` [3]: the nearer in size, the more.

        Together they count as one, or as less where nothing of about that size was tried: it proves little.
        """
        far = (((self.sizes - sizes) * _LIKENESS) ** 2).sum(axis=1)
        nearest = far.min(initial=np.inf)
        weights = np.exp(-(far - nearest) / 2)
        total = weights[~self.outside].sum()
        result: Scores = (weights * np.exp(-nearest / 2) / total if total else weights).astype(np.float32)
        return result


def hold_out(
    table: Table,
    measure: Callable[[NDArray[np.int64], NDArray[np.int64]], tuple[Scores, Scores]],
    done: Callable[[float], None],
) -> tuple[Questions, NDArray[np.int64], NDArray[np.bool_]]:
    """Measure each block of `table` against the others; return questions, blocks, and which are small talk.

    `measure` gets the places of the rows to index and of those to ask, and returns the features of these.
    """
    block = table.blocks(BLOCKS)
    asked = np.array([row.asked for row in table.rows])
    talk = np.array([table.groups[group].startswith(SMALLTALK) for group in table.group])

    def part(number: int) -> list[tuple[NDArray[np.int64], Scores, Scores]]:
        out = np.flatnonzero((block == number) & asked)
        rest = np.flatnonzero((block != number) | ~asked)
        # An entry's only question cannot be asked of an index without it.
        out = out[np.isin(table.group[out], table.group[rest])]
        return [(out, *measure(rest, out))] if len(out) else []

    parts: list[tuple[NDArray[np.int64], Scores, Scores]] = []
    # Most of the time goes into faiss and liblinear, which let another thread work meanwhile.
    with ThreadPoolExecutor(_THREADS) as pool:
        for number, found in enumerate(pool.map(part, range(BLOCKS)), 1):
            parts += found
            done(number / BLOCKS)
    nothing = (np.zeros((0, len(table.groups) - 1, GROUP_FEATURES), dtype=np.float32),
               np.zeros((0, NULL_FEATURES), dtype=np.float32))  # fmt: skip
    order = np.concatenate([np.zeros(0, dtype=np.int64), *(part[0] for part in parts)])
    labels = table.group[order]
    groups, null = (np.concatenate([nothing[place - 1], *(part[place] for part in parts)]) for place in (1, 2))
    return Questions(groups, null, labels, importance(labels)), block[order], talk[order]


def importance(labels: NDArray[np.int64], share: float = _TAUGHT) -> Scores:
    """Return a weight per row that makes outside questions `share` of all."""
    outside = labels == OUTSIDE
    weights = np.ones(len(labels), dtype=np.float32)
    if outside.any() and not outside.all():
        weights[outside] = share / (1 - share) * (~outside).sum() / outside.sum()
    return weights


def calibrate(
    held: Questions, block: NDArray[np.int64], talk: NDArray[np.bool_], sizes: Scores, shared: Ranker, prior: Tried
) -> tuple[Ranker, Calibration]:
    """Return the ranker of a corpus of `sizes`, and what its scores are worth.

    The corpus's own ranker has the share that its own questions prove best, each ranked by one that had not seen its
    block; `prior` is what the shared ranker made of questions to corpora that it had not seen: those as large as this
    one count the most.
    """
    scores = shared.score(held.groups, held.null)
    share, ranker = 0.0, shared
    outside = held.labels == OUTSIDE
    if (~outside & ~talk).sum() >= _LEAST_OWN and outside.sum() >= _LEAST_OUTSIDE:
        own = _cross_scores(held, block)
        share = min(_SHARES, key=lambda part: _loss(part * own + (1 - part) * scores, held))
        scores = share * own + (1 - share) * scores
        ranker = mix([fit([held]), shared], [share, 1 - share]) if share else shared
    tried = Tried.of(probabilities(scores), held.labels, sizes).take(~talk)
    counts = np.concatenate([np.ones(len(tried.best), dtype=np.float32), PRIOR * (1 - share) * prior.like(sizes)])
    calibration = _calibration(Tried.join([tried, prior]), counts, share)
    return ranker, calibration


def _cross_scores(held: Questions, block: NDArray[np.int64]) -> Scores:
    """Return the scores of rankers that had not seen the block they ranked."""
    scores = np.zeros((len(held.labels), held.groups.shape[1] + 1), dtype=np.float32)
    for fold in range(_FOLDS):
        out = block % _FOLDS == fold
        if out.any() and not out.all():
            scores[out] = fit([held.take(~out)]).score(held.groups[out], held.null[out])
    return scores


def _loss(scores: Scores, held: Questions) -> float:
    """Return the mean cross entropy of `scores`, which says at once how well they rank and how well they bet."""
    right = probabilities(scores)[np.arange(len(held.labels)), held.labels]
    return float(-(held.weights * np.log(np.maximum(right, 1e-7))).sum() / held.weights.sum())


def _calibration(tried: Tried, weights: Scores, own: float) -> Calibration:
    """Return the line and the curve of questions, each counted `weights` times."""
    best, right, outside = tried.best, tried.right, tried.outside
    slope, shift = _platt(best, right, weights * importance(np.where(outside, OUTSIDE, 1)))
    line = Calibration(slope, shift, (), 0.0)
    scores = line.score(best)
    inside = ~outside
    total, strangers = float(weights[inside].sum()), float(weights[outside].sum())

    def share(chosen: NDArray[np.bool_], of: float) -> float:
        return float(weights[chosen].sum()) / of if of else 0.0

    curve = tuple(
        Point(float(threshold), share(answered & right & inside, total), share(answered & ~right & inside, total),
              share(answered & outside, strangers), total, strangers)
        for threshold in _GRID for answered in [scores >= threshold]
    )  # fmt: skip
    return Calibration(slope, shift, curve, _quantile(scores[inside & right], weights[inside & right]), own)


def _platt(probability: Scores, right: NDArray[np.bool_], weights: Scores) -> tuple[float, float]:
    """Fit Platt's line: log-odds of being right from log-odds of the probability."""
    from sklearn.linear_model import LogisticRegression  # to build only

    clipped = np.clip(probability, 1e-7, 1 - 1e-7)
    odds = np.log(clipped / (1 - clipped))[:, None]
    if right.all() or not right.any():
        return 1.0, 0.0
    model = LogisticRegression(C=1e3).fit(odds, right, sample_weight=weights)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def _quantile(scores: Scores, weights: Scores) -> float:
    """Return the score below which only a few of the questions lie whose entry was found."""
    order = np.argsort(scores)
    below = np.cumsum(weights[order]) <= (1 - _NEVER_DENIED) * weights.sum()
    return float(scores[order][below].max(initial=0.0))
