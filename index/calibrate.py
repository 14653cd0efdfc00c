"""Calibrate: what a ranker's probability is worth, measured on phrasings that were held out of the index.

The rows are cut into blocks of neighbours, because neighbours in a list were often written by one person: each
block is asked of an index built without it. Nothing of the evaluation cases comes in here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.lexical import Scores
from index.rank import Ranker, fit
from index.rows import OUTSIDE, SMALLTALK, Table
from index.signals import Sensor, measure_all

BLOCKS = 6
# Of the questions that reach a bot about one in five is outside; the lists hold far more of these than that.
OUTSIDE_SHARE = 0.2
HANDFUL = 0.05  # of the questions: below it a precision is chance
SHOWN = (0.9, 0.95, 0.97, 0.98, 0.99)
_GRID = np.concatenate([np.linspace(0, 0.95, 96), np.linspace(0.952, 0.998, 24)])


@dataclass(frozen=True)
class Thresholds:
    """From which score to answer, from which to offer, and how close two are too close to choose between."""

    answer: float
    suggest: float
    margin: float


@dataclass(frozen=True)
class Point:
    """What happens at one threshold: of what is answered, how much is right; of what can be answered, how much is."""

    threshold: float
    precision: float
    coverage: float
    outside_answered: float


@dataclass(frozen=True)
class Calibration:
    """A probability's true worth as a line in log-odds, and the curve of thresholds."""

    slope: float
    shift: float
    curve: tuple[Point, ...]
    suggest: float

    def score(self, probability: Scores) -> Scores:
        """Return calibrated probabilities."""
        clipped = np.clip(probability, 1e-7, 1 - 1e-7)
        odds = np.log(clipped / (1 - clipped)) * self.slope + self.shift
        result: Scores = 1 / (1 + np.exp(-odds))
        return result

    def __str__(self) -> str:
        """Return the curve as a few lines: what each precision costs."""
        lines = ["留出的问法上量得：正确率   门槛   直接答对   不该答却答了"]
        for precision in SHOWN:
            point = self._at(precision)
            lines.append(
                f"{precision:>20.0%}   {point.threshold:.2f}   {point.coverage:>7.1%}   {point.outside_answered:>10.1%}"
            )
        return "\n".join(lines)

    def highest(self) -> float:
        """Return the highest precision measured on answers that are more than a handful."""
        return max((point.precision for point in self.curve if point.coverage >= HANDFUL), default=0.0)

    def _at(self, precision: float) -> Point:
        """Return the lowest point from which on answers are right at least at `precision`."""
        return next((point for point in self.curve if point.precision >= precision), self.curve[-1])

    def thresholds(self, precision: float) -> Thresholds:
        """Return the lowest threshold from which on answers are right at least at `precision`."""
        answer = self._at(precision).threshold
        return Thresholds(answer=answer, suggest=min(self.suggest, answer), margin=0.15)


@dataclass(frozen=True)
class HeldOut:
    """The features of every row, each measured by an index that did not hold it."""

    groups: Scores
    null: Scores
    labels: NDArray[np.int64]
    block: NDArray[np.int64]
    smalltalk: NDArray[np.bool_]


def hold_out(table: Table, build: Callable[[Table], Sensor], say: Callable[[str], None]) -> HeldOut:
    """Measure each block of `table` against an index of the others."""
    block = table.blocks(BLOCKS)
    asked = np.array([row.asked for row in table.rows])
    talk = np.array([table.groups[group].startswith(SMALLTALK) for group in table.group])
    parts: list[tuple[NDArray[np.int64], Scores, Scores]] = []
    for number in range(BLOCKS):
        out = np.flatnonzero((block == number) & asked)
        if not len(out):
            continue
        say(f"校准 {number + 1}/{BLOCKS}")
        sensor = build(table.take(np.flatnonzero((block != number) | ~asked)))
        groups, null = measure_all(sensor, [table.readings[i] for i in out])
        parts.append((out, groups, null))
    order = np.concatenate([part[0] for part in parts])
    return HeldOut(
        np.concatenate([part[1] for part in parts]),
        np.concatenate([part[2] for part in parts]),
        table.group[order],
        block[order],
        talk[order],
    )


def importance(labels: NDArray[np.int64]) -> Scores:
    """Return a weight per row that makes outside questions OUTSIDE_SHARE of all."""
    outside = labels == OUTSIDE
    weights = np.ones(len(labels), dtype=np.float32)
    if outside.any() and not outside.all():
        weights[outside] = OUTSIDE_SHARE / (1 - OUTSIDE_SHARE) * (~outside).sum() / outside.sum()
    return weights


def calibrate(held: HeldOut) -> tuple[Ranker, Calibration]:
    """Return the ranker of all rows, and the calibration of rankers that had not seen the block they ranked."""
    weights = importance(held.labels)
    probability = np.zeros((len(held.labels), held.groups.shape[1]), dtype=np.float32)
    for number in range(BLOCKS):
        out = held.block == number
        if not out.any():
            continue
        ranker = fit(held.groups[~out], held.null[~out], held.labels[~out], seeds=(number,))
        probability[out] = ranker.rank(held.groups[out], held.null[out])[:, 1:]
    best = probability.argmax(axis=1)
    right = best + 1 == held.labels
    top = probability[np.arange(len(best)), best]
    slope, shift = _platt(top, right, weights)
    draft = Calibration(slope, shift, (), 0.0)
    scores = draft.score(top)
    asked = ~held.smalltalk
    curve = _curve(scores[asked], right[asked], held.labels[asked] == OUTSIDE, weights[asked])
    suggest = _suggest(draft.score(probability)[asked], held.labels[asked])
    return fit(held.groups, held.null, held.labels), Calibration(slope, shift, curve, suggest)


def _platt(probability: Scores, right: NDArray[np.bool_], weights: Scores) -> tuple[float, float]:
    """Fit Platt's line: log-odds of being right from log-odds of the probability."""
    from sklearn.linear_model import LogisticRegression  # to build only

    clipped = np.clip(probability, 1e-7, 1 - 1e-7)
    odds = np.log(clipped / (1 - clipped))[:, None]
    if right.all() or not right.any():
        return 1.0, 0.0
    model = LogisticRegression(C=1e3).fit(odds, right, sample_weight=weights)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def _curve(scores: Scores, right: NDArray[np.bool_], outside: NDArray[np.bool_], weights: Scores) -> tuple[Point, ...]:
    points = []
    for threshold in _GRID:
        answered = scores >= threshold
        mass = float(weights[answered].sum())
        precision = float(weights[answered & right].sum()) / mass if mass else 1.0
        inside = ~outside
        coverage = float((answered & right & inside).sum() / max(inside.sum(), 1))
        strangers = float((answered & outside).sum() / max(outside.sum(), 1))
        points.append(Point(float(threshold), precision, coverage, strangers))
    return tuple(points)


def _suggest(scores: Scores, labels: NDArray[np.int64]) -> float:
    """Return the score from which on an offered entry is the right one at least once in eight."""
    flat = scores.ravel()
    hit = (np.arange(scores.shape[1])[None, :] + 1 == labels[:, None]).ravel()
    for threshold in np.linspace(0.02, 0.5, 49):
        near = (flat >= threshold) & (flat < threshold + 0.05)
        if near.sum() >= 20 and hit[near].mean() >= 0.125:
            return float(threshold)
    return 0.15
