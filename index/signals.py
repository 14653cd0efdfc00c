"""Signals: what speaks for each group, as numbers that mean the same in every corpus."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.encode import Vectors
from index.language import chinese
from index.lexical import Scores, Sounds, Terms, terms_of
from index.neighbours import Neighbours
from index.rows import OUTSIDE, Table
from index.segment import ELSEWHERE, Reading, Segmenter

NEIGHBOURS = 64
_FLOOR = 0.02  # a group with no neighbour lies at least this much below the last one
_TEMPERATURE = 25.0
_RIDGE = 1.0
NAMES = ("nearest", "nearest 3", "centre", "votes", "linear", "dense linear", "bm25", "pinyin bm25",
         "unexplained share", "most unexplained", "pinyin gaps", "surface gaps", "negation", "elsewhere")  # fmt: skip
POSITIVE = 8  # the first eight speak for a group, the others against it
_LEADS = tuple(range(POSITIVE))  # those for which the lead over the next group counts too
_RIVALS = (0, 1, 3, 4, 5)  # those that outside has as well
COMMON = ("strange share", "most strange", "spread", "elsewhere", "rows a group", "groups", "outside rows")
SIZES = 3  # the last of them: of the corpus, not of the question
GROUP_FEATURES = len(NAMES) + len(_LEADS) + len(_RIVALS) + SIZES
NULL_FEATURES = len(_RIVALS) + len(COMMON) + 2 * POSITIVE + (len(NAMES) - POSITIVE)


@dataclass(frozen=True)
class Signals:
    """The signals of one question.

    `values` is float32 [groups, 14], where group 0 is outside; `common` [7] is of the question itself and of the
    corpus; `nearest` [groups] is the nearest row of each group, -1 where none is near; `terms` are the rows of its
    terms in the tables and `norm` their length.
    """

    values: Scores
    common: Scores
    nearest: NDArray[np.int64]
    terms: NDArray[np.int64]
    norm: float


class Sensor:
    """Measures the signals of a reading against one corpus."""

    def __init__(
        self, neighbours: Neighbours, group: NDArray[np.int64], negated: NDArray[np.bool_],
        elsewhere: NDArray[np.bool_], centres: Vectors, planes: Vectors, middle: Vectors, terms: Terms,
        words: NDArray[np.uint8], sounds: Sounds,
    ) -> None:  # fmt: skip
        """Join the parts.

        `group`, `negated` and `elsewhere` [rows] tell whose a row is, whether it denies something, whether it speaks
        of a strange place; `centres` and `planes` are [groups, dimensions], `middle` [dimensions] is the mean of all
        rows, `words` [terms + 1, groups] tells which groups use a term as a word.
        """
        self.neighbours, self.group, self.negated, self.elsewhere = neighbours, group, negated, elsewhere
        self.centres, self.planes, self.middle = centres, planes, middle
        self.terms, self.words, self.sounds = terms, words, sounds
        self._groups = len(centres)
        self._sizes = sizes_of(group, self._groups)

    @classmethod
    def build(cls, table: Table, vectors: Vectors, sounds: Sounds, middle: Vectors, parts: bool = False) -> Sensor:
        """Index the rows of `table` and their `vectors`; with `parts` the passages too, which only answering needs."""
        terms = Terms.build(table, sounds, parts)
        words = np.zeros((len(terms.keys) + 1, len(table.groups)), dtype=np.uint8)
        for reading, group in zip(table.readings, table.group, strict=True):
            words[terms.find(np.array(reading.keys, dtype=np.int64)), group] = 1
        centred = _unit(vectors - middle)
        centres = np.zeros((len(table.groups), vectors.shape[1]), dtype=np.float32)
        np.add.at(centres, table.group, centred)
        negated = np.array([denies(reading) for reading in table.readings], dtype=np.bool_)
        elsewhere = np.array([ELSEWHERE in reading.words for reading in table.readings], dtype=np.bool_)
        planes = _planes(centred, table.group, len(table.groups))
        near = Neighbours.build(centred)
        return cls(near, table.group, negated, elsewhere, _unit(centres), planes, middle, terms, words, sounds)

    def measure(self, readings: Sequence[Reading], vectors: Vectors, rarity: Segmenter) -> list[Signals]:
        """Return the signals of readings with their `vectors` [n, dimensions]; `rarity` knows what is a rare word."""
        centred = _unit(vectors - self.middle)
        rows, cosines = self.neighbours.search(centred, NEIGHBOURS)
        return [self._measure(*one, rarity) for one in zip(readings, centred, rows, cosines, strict=True)]

    def _measure(
        self, reading: Reading, vector: Vectors, rows: NDArray[np.int64], cosines: Scores, rarity: Segmenter
    ) -> Signals:
        values = np.zeros((self._groups, len(NAMES)), dtype=np.float32)
        nearest = self._dense(values, vector, rows, cosines)
        terms, norm = self._lexical(values, reading)
        strange = self._coverage(values, reading, rarity)
        with_row, elsewhere = nearest >= 0, ELSEWHERE in reading.words
        values[with_row, 12] = self.negated[nearest[with_row]] != denies(reading)
        values[:, 13] = elsewhere
        values[with_row, 13] *= ~self.elsewhere[nearest[with_row]]
        common = np.array([*strange, cosines.std(), elsewhere, *self._sizes], dtype=np.float32)
        return Signals(values, common, nearest, terms, norm)

    def _dense(self, values: Scores, vector: Vectors, rows: NDArray[np.int64], cosines: Scores) -> NDArray[np.int64]:
        """Fill in what the vectors say; return the nearest row of each group."""
        rows, cosines = rows[rows >= 0], cosines[rows >= 0]
        group = self.group[rows]
        nearest = np.full(self._groups, -1)
        deep = np.full((self._groups, 3), cosines[-1] - _FLOOR, dtype=np.float32)
        for owner in np.unique(group):
            places = np.flatnonzero(group == owner)[:3]
            nearest[owner] = rows[places[0]]
            deep[owner, : len(places)] = cosines[places]
        mass = np.bincount(group, np.exp(_TEMPERATURE * (cosines - cosines[0])), self._groups)
        values[:, 0], values[:, 1] = deep[:, 0], deep.mean(axis=1)
        values[:, 2] = self.centres @ vector
        values[:, 3] = mass / mass.sum()
        values[:, 5] = self.planes @ vector
        return nearest

    def _lexical(self, values: Scores, reading: Reading) -> tuple[NDArray[np.int64], float]:
        """Fill in what the terms say; return their rows and the length of all together."""
        found, lengths = terms_of([reading], self.sounds)
        terms = self.terms.find(found)
        norm = float(np.sqrt((self.terms.idf[terms] ** 2).sum())) or 1.0
        values[:, 4] = self.terms.linear_bias + self.terms.linear[terms].sum(axis=0, dtype=np.float32) / norm
        # What a term never seen would weigh at the most.
        weight = np.where(terms == len(self.terms.keys), math.log1p(2 * self._groups), self.terms.bm25_idf[terms])
        for column, some in ((0, slice(0, lengths[0])), (1, slice(lengths[0], None))):
            bm25 = self.terms.bm25[terms[some]]
            values[:, 6 + column] = bm25.sum(axis=0, dtype=np.float32) / max(float(weight[some].sum()), 1e-9)
            values[:, 11 - column] = 1 - (bm25 > 0).sum(axis=0) / max(len(bm25), 1)
        return terms, norm

    def _coverage(self, values: Scores, reading: Reading, segmenter: Segmenter) -> tuple[float, float]:
        """Fill in which words each group leaves unexplained; return how much no group explains."""
        words = dict(zip(reading.words, reading.keys, strict=True))
        rarity = np.array([segmenter.rarity(word) for word in words], dtype=np.float32)
        unused = self.words[self.terms.find(np.array([*words.values()], dtype=np.int64))] == 0
        missing = unused * rarity[:, None]
        total = float(rarity.sum()) + 1e-9
        values[:, 8] = missing.sum(axis=0) / total
        values[:, 9] = missing.max(axis=0, initial=0.0)
        strange = rarity * unused[:, 1:].all(axis=1)
        return float(strange.sum()) / total, float(strange.max(initial=0.0))


def denies(reading: Reading) -> bool:
    """Tell whether a question speaks of something not being so; 能不能 and the like do not."""
    language = chinese()
    text = reading.signs
    for phrase in language.not_negations:
        text = text.replace(phrase, " ")
    return any(word in text for word in language.negations)


def features(signals: Signals) -> tuple[Scores, Scores]:
    """Return what the ranker reads of the groups [groups - 1, GROUP_FEATURES] and of outside [NULL_FEATURES]."""
    own, outside = signals.values[1:], signals.values[OUTSIDE]
    leading = own[:, _LEADS]
    if len(own) > 1:
        top = np.partition(leading, -2, axis=0)[-2:]
        others = np.where(leading == top[1], top[0], top[1])
    else:
        others = np.zeros_like(leading)
    rivals = own[:, _RIVALS] - outside[list(_RIVALS)]
    sizes = np.broadcast_to(signals.common[-SIZES:], (len(own), SIZES))
    extremes = own[:, :POSITIVE].max(axis=0), own[:, POSITIVE:].min(axis=0)
    spread = (leading - others).max(axis=0)
    return (
        np.concatenate([own, leading - others, rivals, sizes], axis=1),
        np.concatenate([outside[list(_RIVALS)], signals.common, *extremes, spread]),
    )


def sizes_of(group: NDArray[np.int64], groups: int) -> Scores:
    """Return how large a corpus is, from the group of each row: rows a group, groups, outside rows, as logarithms."""
    rows = np.bincount(group, minlength=groups)
    usual = float(np.median(rows[1:])) if groups > 1 else 0.0
    return np.array([math.log1p(usual), math.log(groups), math.log1p(float(rows[OUTSIDE]))], dtype=np.float32)


def _planes(vectors: Vectors, group: NDArray[np.int64], groups: int) -> Vectors:
    """Return the planes of a ridge classifier [groups, dimensions] over unit `vectors` [rows, dimensions]."""
    belongs = np.zeros((len(group), groups), dtype=np.float32)
    belongs[np.arange(len(group)), group] = 1
    square = vectors.T @ vectors + _RIDGE * np.eye(vectors.shape[1], dtype=np.float32)
    planes: Vectors = np.linalg.solve(square, vectors.T @ (belongs - belongs.mean(axis=0))).T
    return planes.astype(np.float32)


def _unit(vectors: Vectors) -> Vectors:
    """Return rows of length one; a row of zeros stays."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    result: Vectors = (vectors / np.maximum(norms, 1e-9)).astype(np.float32)
    return result
