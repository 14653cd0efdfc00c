"""Signals: what speaks for each group, as numbers that mean the same in every corpus."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from index import runs
from index.embed import Embedder, Vectors
from index.lexical import Scores, Sounds, Terms, terms_of
from index.rows import OUTSIDE, Table
from index.segment import Reading, Segmenter
from index.store import Store

NEIGHBOURS = 64
_DEEP = 10
_TOGETHER = 64
_FLOOR = 0.02  # a group with no neighbour lies at least this much below the last one
_TEMPERATURE = 25.0
NAMES = ("nearest", "nearest 3", "nearest 10", "centre", "votes", "linear", "bm25", "pinyin bm25",
         "unexplained share", "unexplained", "most unexplained", "outside words",
         "pinyin gaps", "surface gaps")  # fmt: skip
POSITIVE = 8  # the first eight speak for a group, the others against it
_LEADS = (0, 3, 4, 5, 6, 7)  # those for which the lead over the next group counts too


@dataclass(frozen=True)
class Signals:
    """The signals of some questions: `values` float32 [questions, groups, 14], where group 0 is outside.

    `common` [questions, 4] is of the question itself, `nearest` [questions, groups] is the nearest row of each group,
    -1 where none is near. For its parts there are the length of the question's terms and, one after another, these.
    """

    values: Scores
    common: Scores
    nearest: NDArray[np.int64]
    norms: Scores
    found: NDArray[np.int64]
    ends: NDArray[np.int64]

    def terms(self, question: int) -> NDArray[np.int64]:
        """Return the rows of a question's terms."""
        return self.found[self.ends[question - 1] if question else 0 : self.ends[question]]


class Sensor:
    """Measures the signals of a reading against one corpus."""

    def __init__(
        self, segmenter: Segmenter, embedder: Embedder, sounds: Sounds, store: Store, group: NDArray[np.int64],
        centres: Vectors, terms: Terms, words: NDArray[np.uint8],
    ) -> None:  # fmt: skip
        """Join the parts; `words` [terms + 1, groups] tells which groups use a term as a word."""
        self.segmenter, self.embedder, self.sounds, self.store = segmenter, embedder, sounds, store
        self.group, self.centres, self.terms, self.words = group, centres, terms, words
        self._groups = len(centres)
        self._cells = np.append(group, self._groups)
        # Side by side, so that one look-up per term fetches all that is said of it.
        self._joint = np.concatenate(
            [terms.linear, terms.bm25, terms.bm25 > 0, terms.idf[:, None] ** 2, terms.bm25_idf[:, None]],
            axis=1, dtype=np.float32,
        )  # fmt: skip
        # Weighed by a word's rarity: whom it is strange to, whether to everybody, and the weight itself.
        unused = words == 0
        self._unused = np.concatenate(
            [unused, unused.all(axis=1)[:, None], np.ones_like(unused[:, :1])], axis=1, dtype=np.float32
        )
        self._joint[-1, -1] = math.log1p(2 * self._groups)  # what a term never seen would weigh at the most

    @classmethod
    def build(cls, table: Table, segmenter: Segmenter, embedder: Embedder, sounds: Sounds, parts: bool) -> Sensor:
        """Index `table` with an embedder that is ready to use; with `parts` to answer from, without to learn from."""
        vectors = embedder.encode(table.readings)
        terms = Terms.build(table, sounds, parts)
        words = np.zeros((len(terms.keys) + 1, len(table.groups)), dtype=np.uint8)
        for reading, group in zip(table.readings, table.group, strict=True):
            words[terms.find(np.array(reading.keys, dtype=np.int64)), group] = 1
        centres = np.zeros((len(table.groups), embedder.dimensions), dtype=np.float32)
        np.add.at(centres, table.group, vectors)
        norms: Vectors = np.linalg.norm(centres, axis=1, keepdims=True)
        return cls(segmenter, embedder, sounds, Store.build(vectors, thorough=not parts), table.group,
                   (centres / np.maximum(norms, 1e-9)).astype(np.float32), terms, words)  # fmt: skip

    def measure(self, readings: Sequence[Reading]) -> Signals:
        """Return the signals of some readings; each gets what it would get alone, to the last digit."""
        values = np.empty((len(readings), self._groups, len(NAMES)), dtype=np.float32)
        nearest = self._dense(values, self.embedder.encode(readings))
        words = [dict(zip(reading.words, reading.keys, strict=True)) for reading in readings]
        keys = np.array([key for each in words for key in each.values()], dtype=np.int64)
        terms, lengths = terms_of(readings, self.sounds)
        # All are looked up at once: a look-up's fixed cost is most of it.
        found = self.terms.find(np.concatenate([terms, keys]))
        norms = self._lexical(values, found[: len(terms)], lengths)
        common = self._coverage(values, readings, words, found[len(terms) :])
        return Signals(values, common, nearest, norms, found, lengths.cumsum()[1::2])

    def _dense(self, values: Scores, vectors: Vectors) -> NDArray[np.int64]:
        """Fill in what the vectors say; return the nearest row of each group."""
        rows, cosines = self.store.search(vectors, NEIGHBOURS)
        count, width = len(rows), self._groups + 1  # one more for the neighbours that are missing
        # A cell is a group in a question; in each cell the neighbours stay in their order, best first.
        cell = (self._cells.take(rows) + np.arange(0, count * width, width)[:, None]).ravel()
        nearest = np.full(count * width, -1)
        nearest[cell[::-1]] = rows.ravel()[::-1]
        order = cell.argsort(kind="stable")
        ranked = cell[order]
        deep = np.empty((count * width, NEIGHBOURS), dtype=np.float32)
        deep.reshape(count, -1)[:] = cosines[:, -1:] - _FLOOR
        deep[ranked, np.arange(len(cell)) - ranked.searchsorted(ranked)] = cosines.ravel()[order]
        deep = deep.reshape(count, width, NEIGHBOURS)[:, :-1, :_DEEP]
        votes = np.exp(_TEMPERATURE * (cosines - cosines[:, :1]))
        mass = np.bincount(cell, votes.ravel(), count * width).reshape(count, width)[:, :-1]
        values[..., 0] = deep[..., 0]
        values[..., 1] = deep[..., :3].sum(axis=2) / 3
        values[..., 2] = deep.sum(axis=2) / _DEEP
        values[..., 3] = np.matmul(self.centres, vectors[:, :, None])[..., 0]
        values[..., 4] = mass / np.maximum(mass.sum(axis=1, keepdims=True), 1e-9)
        return nearest.reshape(count, width)[:, :-1]

    def _lexical(self, values: Scores, found: NDArray[np.int64], lengths: NDArray[np.int64]) -> Scores:
        """Fill in what the terms say; return the length of each question's terms."""
        width, count = self._groups, lengths.reshape(-1, 2, 1).astype(np.float32)
        sums = runs.sums(self._joint.take(found, axis=0), lengths).reshape(len(values), 2, -1)
        squares, best = sums[..., -2].sum(axis=1), sums[..., -1:]
        norms = np.sqrt(np.where(squares > 0, squares, 1))
        linear, bm25, gaps = (sums[..., start : start + width] for start in (0, width, 2 * width))
        values[..., 5] = self.terms.linear_bias + linear.sum(axis=1) / norms[:, None]
        values[..., 6:8] = (bm25 / np.maximum(best, 1e-9)).transpose(0, 2, 1)
        values[..., 12:14] = 1 - (gaps / np.maximum(count, 1))[:, ::-1].transpose(0, 2, 1)
        return norms

    def _coverage(
        self, values: Scores, readings: Sequence[Reading], words: Sequence[Mapping[str, int]], found: NDArray[np.int64]
    ) -> Scores:
        """Fill in which words each group leaves unexplained; return what is true of the question itself."""
        lengths = np.array(list(map(len, words)))
        weight = np.array(list(map(self.segmenter.rarity, chain.from_iterable(words))), dtype=np.float32)
        rows = self._unused.take(found, axis=0)
        outside = 1 - rows[:, OUTSIDE, None]
        rows *= weight[:, None]
        missing = rows[:, : self._groups]
        sums = runs.sums(np.concatenate([missing * outside, rows], axis=1), lengths)
        total = sums[:, -1:] + 1e-9
        values[..., 9] = sums[:, self._groups : -2]
        values[..., 8] = values[..., 9] / total
        values[..., 10] = runs.highest(missing, lengths)
        values[..., 11] = sums[:, : self._groups] / total
        common = np.empty((len(readings), 4), dtype=np.float32)
        common[:, 0] = sums[:, -2] / total[:, 0]
        common[:, 1] = lengths
        common[:, 2] = total[:, 0]
        common[:, 3] = [math.log1p(len(reading.tokens)) for reading in readings]
        return common


def features(signals: Signals) -> tuple[Scores, Scores]:
    """Return what the ranker reads: float32 [questions, groups - 1, 28] for the groups, [questions, 32] for outside."""
    own, outside = signals.values[:, 1:], signals.values[:, :1]
    leading = own[..., _LEADS]
    if own.shape[1] > 1:
        top = np.partition(leading, -2, axis=1)[:, -2:]
        others = np.where(leading == top[:, 1:], top[:, :1], top[:, 1:])
    else:
        others = np.zeros_like(leading)
    groups = np.concatenate([own, leading - others, own[..., :POSITIVE] - outside[..., :POSITIVE]], axis=2)
    extremes = own[..., :POSITIVE].max(axis=1), own[..., POSITIVE:].min(axis=1)
    return groups, np.concatenate([outside[:, 0], signals.common, *extremes], axis=1)


def measure_all(sensor: Sensor, readings: Sequence[Reading]) -> tuple[Scores, Scores]:
    """Return the features of many readings: [n, groups - 1, 28] and [n, 32]."""
    starts = range(0, len(readings), _TOGETHER)
    pairs = [features(sensor.measure(readings[start : start + _TOGETHER])) for start in starts]
    return np.concatenate([pair[0] for pair in pairs]), np.concatenate([pair[1] for pair in pairs])
