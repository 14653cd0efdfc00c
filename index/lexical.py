"""Lexical signals: terms of a reading, and tables that say what each term speaks for.

Terms are words, characters, character bigrams, and pairs of fuzzy pinyin syllables, which survive homophones.
For each term the tables hold its BM25 weight in each group's text (all phrasings of an entry as one document) and
the weights of a linear classifier over groups and over the passages within a group.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from index.rows import Table
from index.segment import Reading

K1 = 1.2  # Robertson and Zaragoza 2009
B = 0.4
_SOUND = "~"  # marks a pair of syllables, so that it can't be taken for a word

Scores = NDArray[np.float32]


def surface_terms(reading: Reading) -> set[str]:
    """Return the words, characters and character bigrams of a reading."""
    joined = "".join(reading.words)
    return {*reading.tokens, *map(str.__add__, joined, joined[1:])}


class Sounds:
    """Fuzzy pinyin: zh=z, ch=c, sh=s, ng=n, initial n=l; tones and polyphones left out."""

    def __init__(self, syllables: Mapping[str, str]) -> None:
        """Hold one syllable per character."""
        self.syllables = dict(syllables)

    @classmethod
    def load(cls) -> Sounds:
        """Return the syllables of the common characters, out of pypinyin's tables."""
        from pypinyin import lazy_pinyin  # its phrase tables take 40 MB: at build time only

        signs = map(chr, range(0x4E00, 0x9FA6))
        return cls({sign: fuzzy(lazy_pinyin(sign)[0]) for sign in signs if lazy_pinyin(sign)[0] != sign})

    def terms(self, reading: Reading) -> set[str]:
        """Return the pairs of neighbouring syllables of a reading, across its words."""
        get = self.syllables.get
        sounds = [get(sign, sign) for sign in "".join(reading.words)]
        return {f"{_SOUND}{a} {b}" for a, b in pairwise(sounds)}


def fuzzy(syllable: str) -> str:
    """Return a syllable with the sounds unified that speakers and input methods mix up."""
    for sound, plain in (("zh", "z"), ("ch", "c"), ("sh", "s")):
        if syllable.startswith(sound):
            syllable = plain + syllable[2:]
    if syllable.startswith("n") and len(syllable) > 1:
        syllable = "l" + syllable[1:]
    return syllable[:-1] if syllable.endswith("ng") else syllable


@dataclass(frozen=True)
class Terms:
    """Tables by term; the last row of each is zeros and stands for terms never seen.

    `bm25` and `linear` are float32 [terms + 1, groups], `part` is [terms + 1, passages], `idf` is [terms + 1].
    """

    ids: Mapping[str, int]
    idf: Scores
    bm25_idf: Scores
    bm25: Scores
    linear: Scores
    linear_bias: Scores
    part: Scores
    part_bias: Scores

    @classmethod
    def build(cls, table: Table, terms: Sequence[set[str]], parts: bool = True) -> Terms:
        """Return the tables of `table`, whose rows have these `terms`."""
        frequency = Counter(term for row in terms for term in row)
        ids = {term: i for i, term in enumerate(sorted(frequency))}
        counts = np.array([frequency[term] for term in ids], dtype=np.float32)
        idf = (np.log((1 + len(terms)) / (1 + counts)) + 1).astype(np.float32)
        bm25, bm25_idf = _bm25(ids, terms, table.group, len(table.groups))
        matrix = _matrix(ids, terms, idf)
        linear, bias = _classifier(matrix, table.group, len(table.groups))
        part, part_bias = np.zeros((len(ids), 0), dtype=np.float32), np.zeros(0, dtype=np.float32)
        if parts:
            part, part_bias = _part_classifiers(matrix, table)
        pad = np.zeros((1,), dtype=np.float32)
        return cls(ids, np.concatenate([idf, pad]), np.concatenate([bm25_idf, pad]), bm25, _fold_in(linear, idf),
                   bias, _fold_in(part, idf), part_bias)  # fmt: skip

    def find(self, terms: Iterable[str]) -> NDArray[np.int64]:
        """Return the rows of `terms`; the last row for one never seen."""
        get, last = self.ids.get, len(self.ids)
        return np.array([get(term, last) for term in terms], dtype=np.int64)


def _bm25(
    ids: Mapping[str, int], terms: Sequence[set[str]], group: NDArray[np.int64], groups: int
) -> tuple[Scores, Scores]:
    """Return BM25 weights [terms + 1, groups], each group one document, and the terms' idf."""
    counts = np.zeros((len(ids) + 1, groups), dtype=np.float32)
    for row, number in zip(terms, group, strict=True):
        counts[[ids[term] for term in row], number] += 1
    lengths = counts.sum(axis=0)
    present = (counts > 0).sum(axis=1)[:-1].astype(np.float32)
    idf = np.log1p((groups - present + 0.5) / (present + 0.5)).astype(np.float32)
    norm = K1 * (1 - B + B * lengths / max(float(lengths.mean()), 1e-9))
    weights = counts * (K1 + 1) / (counts + norm)
    weights[:-1] *= idf[:, None]
    return weights.astype(np.float32), idf


def _matrix(ids: Mapping[str, int], terms: Sequence[set[str]], idf: Scores) -> object:
    import scipy.sparse as sp  # to build only

    columns = np.array([ids[term] for row in terms for term in row], dtype=np.int64)
    rows = np.repeat(np.arange(len(terms)), [len(row) for row in terms])
    matrix = sp.csr_matrix((idf[columns], (rows, columns)), shape=(len(terms), len(ids)))
    norms = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return sp.diags(1 / np.maximum(norms, 1e-9)) @ matrix


def _classifier(matrix: object, labels: NDArray[np.int64], count: int, balanced: bool = False) -> tuple[Scores, Scores]:
    """Return the weights [terms, count] and biases of a linear classifier; a label never seen is never chosen."""
    from sklearn.svm import LinearSVC  # to build only

    weights = np.zeros((matrix.shape[1], count), dtype=np.float32)  # type: ignore[attr-defined]
    bias = np.full(count, -1.5, dtype=np.float32)
    present = np.unique(labels)
    if len(present) < 2:
        bias[present] = 1.0
        return weights, bias
    model = LinearSVC(C=1.0 if balanced else 0.5, class_weight="balanced" if balanced else None, random_state=0)
    model.fit(matrix, labels)
    both = len(present) == 2
    weights[:, present] = np.vstack([-model.coef_, model.coef_]).T if both else model.coef_.T
    bias[present] = np.concatenate([-model.intercept_, model.intercept_]) if both else model.intercept_
    return weights, bias


def _part_classifiers(matrix: object, table: Table) -> tuple[Scores, Scores]:
    """Return a classifier per group side by side: its passages, and in its first column the whole answer."""
    count = len(table.passages) + len(table.groups)
    weights = np.zeros((matrix.shape[1], count), dtype=np.float32)  # type: ignore[attr-defined]
    bias = np.full(count, -9.0, dtype=np.float32)
    for group in range(1, len(table.groups)):
        rows = np.flatnonzero(table.group == group)
        if not table.passage[rows].any():
            continue
        # The whole answer of group g is column g; passage p is column len(groups) + p.
        labels = np.where(table.passage[rows] > 0, table.passage[rows] + len(table.groups), group)
        found, offset = _classifier(matrix[rows], labels, count, balanced=True)  # type: ignore[index]
        used = np.unique(labels)
        weights[:, used], bias[used] = found[:, used], offset[used]
    return weights, bias


def _fold_in(weights: Scores, idf: Scores) -> Scores:
    """Return `weights` times idf, with the row of zeros for terms never seen."""
    return np.vstack([weights * idf[:, None], np.zeros((1, weights.shape[1]), dtype=np.float32)])
