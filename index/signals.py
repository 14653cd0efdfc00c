"""Signals: what speaks for each group, as numbers that mean the same in every corpus."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.embed import Embedder, Vectors
from index.lexical import Scores, Sounds, Terms, surface_terms
from index.rows import OUTSIDE, Table
from index.segment import Reading, Segmenter, key_of
from index.store import Store

NEIGHBOURS = 64
_DEEP = 10
_FLOOR = 0.02  # a group with no neighbour lies at least this much below the last one
_TEMPERATURE = 25.0
NAMES = ("nearest", "nearest 3", "nearest 10", "centre", "votes", "linear", "bm25", "pinyin bm25",
         "unexplained share", "unexplained", "most unexplained", "outside words",
         "pinyin gaps", "surface gaps")  # fmt: skip
POSITIVE = 8  # the first eight speak for a group, the others against it
_LEADS = (0, 3, 4, 5, 6, 7)  # those for which the lead over the next group counts too


@dataclass(frozen=True)
class Signals:
    """The signals of one question: `values` float32 [groups, 14]; row 0 is outside; `common` [4] is of the question."""

    values: Scores
    common: Scores
    rows: NDArray[np.int64]
    terms: NDArray[np.int64]
    norm: float


class Sensor:
    """Measures the signals of a reading against one corpus."""

    def __init__(
        self, segmenter: Segmenter, embedder: Embedder, sounds: Sounds, store: Store, group: NDArray[np.int64],
        centres: Vectors, terms: Terms, words: NDArray[np.float32],
    ) -> None:  # fmt: skip
        """Join the parts; `words` float32 [terms + 1, groups] tells which groups use a term as a word."""
        self.segmenter, self.embedder, self.sounds, self.store = segmenter, embedder, sounds, store
        self.group, self.centres, self.terms, self.words = group, centres, terms, words
        self._groups = len(centres)
        self._strange = math.log1p(2 * self._groups)  # what a term never seen would weigh at the most
        # Side by side, so that one look-up per term fetches all that is said of it.
        self._joint = np.concatenate([terms.linear, terms.bm25, terms.bm25 > 0], axis=1, dtype=np.float32)

    @classmethod
    def build(cls, table: Table, segmenter: Segmenter, embedder: Embedder, sounds: Sounds, parts: bool) -> Sensor:
        """Index `table` with an embedder that is ready to use."""
        vectors = embedder.encode(table.readings)
        found = [surface_terms(reading) | sounds.terms(reading) for reading in table.readings]
        terms = Terms.build(table, found, parts)
        words = np.zeros((len(terms.keys) + 1, len(table.groups)), dtype=np.float32)
        for reading, group in zip(table.readings, table.group, strict=True):
            words[terms.find(list(map(key_of, reading.words))), group] = 1
        centres = np.zeros((len(table.groups), embedder.dimensions), dtype=np.float32)
        np.add.at(centres, table.group, vectors)
        norms: Vectors = np.linalg.norm(centres, axis=1, keepdims=True)
        return cls(segmenter, embedder, sounds, Store.build(vectors), table.group,
                   (centres / np.maximum(norms, 1e-9)).astype(np.float32), terms, words)  # fmt: skip

    def measure(self, reading: Reading, vector: Vectors | None = None) -> Signals:
        """Return the signals of a reading; `vector` spares embedding it again."""
        if vector is None:
            vector = self.embedder.encode([reading])[0]
        values = np.empty((self._groups, len(NAMES)), dtype=np.float32)
        rows, cosines = self.store.search(vector, NEIGHBOURS)
        self._dense(values, vector, rows, cosines)
        # All terms are looked up at once: a look-up's fixed cost is most of it.
        words = list(dict.fromkeys(reading.words))
        surface, sounds = surface_terms(reading), self.sounds.terms(reading)
        found = self.terms.find([*surface, *sounds, *map(key_of, words)])
        split, end = len(surface), len(surface) + len(sounds)
        norm = self._lexical(values, found[:split], found[split:end])
        common = self._coverage(values, reading, words, found[end:])
        return Signals(values, common, rows, found[:end], norm)

    def _dense(self, values: Scores, vector: Vectors, rows: NDArray[np.int64], cosines: Vectors) -> None:
        groups = self.group[rows]
        floor = float(cosines[-1]) - _FLOOR if len(cosines) else 0.0
        nearest = np.full((self._groups, _DEEP), floor, dtype=np.float32)
        filled = [0] * self._groups
        for group, cosine in zip(groups.tolist(), cosines.tolist(), strict=True):
            if filled[group] < _DEEP:
                nearest[group, filled[group]] = cosine
                filled[group] += 1
        values[:, 0] = nearest[:, 0]
        values[:, 1] = nearest[:, :3].sum(axis=1) / 3
        values[:, 2] = nearest.sum(axis=1) / _DEEP
        values[:, 3] = self.centres @ vector
        votes = np.exp(_TEMPERATURE * (cosines - cosines[0])) if len(cosines) else cosines
        values[:, 4] = np.bincount(groups, weights=votes, minlength=self._groups) / max(float(votes.sum()), 1e-9)

    def _lexical(self, values: Scores, surface: NDArray[np.int64], sounds: NDArray[np.int64]) -> float:
        tables, width = self.terms, self._groups
        idf = tables.idf.take(np.concatenate([surface, sounds]))
        norm = math.sqrt(float(idf @ idf)) or 1.0
        linear = tables.linear_bias
        for ids, column, gap in ((surface, 6, 13), (sounds, 7, 12)):
            sums = self._joint.take(ids, axis=0).sum(axis=0)
            linear = linear + sums[:width] / norm
            strange = int(np.count_nonzero(ids == len(tables.keys)))
            best = float(tables.bm25_idf.take(ids).sum()) + strange * self._strange
            values[:, column] = sums[width : 2 * width] / max(best, 1e-9)
            values[:, gap] = 1 - sums[2 * width :] / max(len(ids), 1)
        values[:, 5] = linear
        return norm

    def _coverage(self, values: Scores, reading: Reading, words: list[str], ids: NDArray[np.int64]) -> Scores:
        used = self.words.take(ids, axis=0)
        weight = np.array(list(map(self.segmenter.rarity, words)), dtype=np.float32)
        total = float(weight.sum()) + 1e-9
        missing = weight[:, None] * (1 - used)
        values[:, 9] = missing.sum(axis=0)
        values[:, 8] = values[:, 9] / total
        values[:, 10] = missing.max(axis=0) if len(words) else 0.0
        values[:, 11] = used[:, OUTSIDE] @ missing / total
        strange = float(weight @ (used.sum(axis=1) == 0)) / total
        return np.array([strange, len(words), total, math.log1p(len(reading.tokens))], dtype=np.float32)


def features(signals: Signals) -> tuple[Scores, Scores]:
    """Return what the ranker reads: float32 [groups - 1, 28] for the groups, [32] for outside."""
    own, outside = signals.values[1:], signals.values[0]
    leading = own[:, _LEADS]
    if len(own) > 1:
        top = np.partition(leading, -2, axis=0)[-2:]
        others = np.where(leading == top[1], top[0], top[1])
    else:
        others = np.zeros_like(leading)
    groups = np.concatenate([own, leading - others, own[:, :POSITIVE] - outside[:POSITIVE]], axis=1)
    null = np.concatenate([outside, signals.common, own[:, :POSITIVE].max(axis=0), own[:, POSITIVE:].min(axis=0)])
    return groups, null


def measure_all(sensor: Sensor, readings: Sequence[Reading]) -> tuple[Scores, Scores]:
    """Return the features of many readings: [n, groups - 1, 28] and [n, 32]."""
    vectors = sensor.embedder.encode(readings)
    pairs = [features(sensor.measure(reading, vector)) for reading, vector in zip(readings, vectors, strict=True)]
    return np.stack([pair[0] for pair in pairs]), np.stack([pair[1] for pair in pairs])
