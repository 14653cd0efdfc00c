"""Lexical signals: terms of a reading, and tables that say what each term speaks for.

Terms are words, characters, character bigrams, and pairs of fuzzy pinyin syllables, which survive homophones.
For each term the tables hold its BM25 weight in each group's text (all phrasings of an entry as one document) and
the weights of a linear classifier over groups and over the passages within a group.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from index.rows import OUTSIDE, Table
from index.segment import HAN, PAIR, Reading

K1 = 1.2  # Robertson and Zaragoza 2009
B = 0.4
_SOUND = 1 << 43  # marks a pair of syllables, so that it can't be taken for a word
_BITS = 44  # of a term
_OTHER = 1024  # a character with no syllable stands for itself, above all syllables
_PLANE = 1 << 16
# liblinear draws from one source of chance for the whole process: two at once would be another two each time.
_ONE_AT_A_TIME = Lock()

Scores = NDArray[np.float32]
Numbers = NDArray[np.int64]


def terms_of(readings: Sequence[Reading], sounds: Sounds) -> tuple[Numbers, Numbers]:
    """Return the terms of all readings, and how many there are of each: its surface, its sounds, the next one's.

    The surface are words, Han characters and pairs of characters, the sounds are pairs of syllables: each once, sorted.
    """
    keys = np.array([key for reading in readings for key in reading.keys], dtype=np.int64)
    signs = "".join([reading.signs for reading in readings]).encode("utf-32-le")
    codes = np.frombuffer(signs, dtype="<u4").astype(np.int64)
    # Above the bits of a term stands whose it is; one bit tells its sounds from its surface.
    whose = np.arange(len(readings)) << _BITS + 1
    of_key = whose.repeat([len(reading.words) for reading in readings])
    of_code = whose.repeat([len(reading.signs) for reading in readings])
    left = np.flatnonzero(of_code[:-1] == of_code[1:])
    right, owner = left + 1, of_code[left]
    syllables = sounds.of(codes)
    terms = np.concatenate([
        of_key | keys,
        (of_code | codes)[codes >= ord(HAN)],
        owner | PAIR | codes[left] << 20 | codes[right],
        owner | 1 << _BITS | _SOUND | syllables[left] << 20 | syllables[right],
    ])  # fmt: skip
    terms.sort()
    new = np.ones(len(terms), dtype=np.bool_)
    new[1:] = terms[1:] != terms[:-1]
    terms = terms[new]
    return terms & (1 << _BITS) - 1, np.bincount(terms >> _BITS, minlength=2 * len(readings))


class Sounds:
    """Fuzzy pinyin: zh=z, ch=c, sh=s, ng=n, initial n=l; tones and polyphones left out."""

    def __init__(self, syllables: Mapping[str, str]) -> None:
        """Hold one syllable per character."""
        self.syllables = dict(syllables)
        number = {syllable: i for i, syllable in enumerate(sorted(set(self.syllables.values())))}
        self._numbers = _OTHER + np.arange(_PLANE)
        for sign, syllable in self.syllables.items():
            self._numbers[ord(sign)] = number[syllable]

    @classmethod
    @cache  # it takes a second
    def load(cls) -> Sounds:
        """Return the syllables of the common characters, out of pypinyin's tables."""
        from pypinyin import lazy_pinyin  # its phrase tables take 40 MB: at build time only

        signs = map(chr, range(0x4E00, 0x9FA6))
        return cls({sign: fuzzy(lazy_pinyin(sign)[0]) for sign in signs if lazy_pinyin(sign)[0] != sign})

    def of(self, codes: Numbers) -> Numbers:
        """Return the numbers of the syllables of characters, given by their code points."""
        known: Numbers = self._numbers.take(codes, mode="clip")
        if codes.max(initial=0) >= _PLANE:
            known = np.where(codes < _PLANE, known, _OTHER + codes)
        return known


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

    `keys` is sorted: a term's place in it is its row. `bm25` and `linear` are float32 [terms + 1, groups],
    `part` is [terms + 1, groups + passages], `idf` and `bm25_idf` are [terms + 1].
    """

    keys: Numbers
    idf: Scores
    bm25_idf: Scores
    bm25: Scores
    linear: Scores
    linear_bias: Scores
    part: Scores
    part_bias: Scores

    @classmethod
    def build(cls, table: Table, sounds: Sounds, parts: bool = True) -> Terms:
        """Return the tables of `table`."""
        flat, lengths = terms_of(table.readings, sounds)
        count = len(table.readings)
        rows = np.arange(count).repeat(lengths.reshape(-1, 2).sum(axis=1))
        keys, columns, counts = np.unique(flat, return_inverse=True, return_counts=True)
        idf = (np.log((1 + count) / (1 + counts)) + 1).astype(np.float32)
        bm25, bm25_idf = _bm25(columns, table.group[rows], (len(keys) + 1, len(table.groups)))
        matrix = _matrix(columns, rows, idf, count)
        linear, bias = _classifier(matrix, table.group, len(table.groups))
        part, part_bias = np.zeros((len(keys), 0), dtype=np.float32), np.zeros(0, dtype=np.float32)
        if parts:
            part, part_bias = _part_classifiers(matrix, table)
        pad = np.zeros((1,), dtype=np.float32)
        return cls(keys, np.concatenate([idf, pad]), np.concatenate([bm25_idf, pad]), bm25, _fold_in(linear, idf),
                   bias, _fold_in(part, idf), part_bias)  # fmt: skip

    def find(self, terms: Numbers) -> Numbers:
        """Return the rows of `terms`; the last row for one never seen."""
        places = self.keys.searchsorted(terms)
        found: Numbers = np.where(self.keys.take(places, mode="clip") == terms, places, len(self.keys))
        return found


def _bm25(columns: Numbers, group: Numbers, shape: tuple[int, int]) -> tuple[Scores, Scores]:
    """Return BM25 weights [terms + 1, groups], each group but outside one document, and the terms' idf."""
    groups = shape[1] - 1
    counts = np.zeros(shape, dtype=np.float32)
    # All that is outside is about anything, so as one document it would have a claim on every plain word.
    own = group != OUTSIDE
    np.add.at(counts, (columns[own], group[own]), 1)
    lengths = counts.sum(axis=0)
    present = (counts > 0).sum(axis=1)[:-1].astype(np.float32)
    idf = np.log1p((groups - present + 0.5) / (present + 0.5)).astype(np.float32)
    norm = K1 * (1 - B + B * lengths / max(float(lengths[1:].mean()), 1e-9))
    weights = counts * (K1 + 1) / (counts + norm)
    weights[:-1] *= idf[:, None]
    return weights.astype(np.float32), idf


def _matrix(columns: Numbers, rows: Numbers, idf: Scores, count: int) -> object:
    """Return the rows' terms weighted by idf, each row at length one, sparse [count, terms]."""
    import scipy.sparse as sp  # to build only

    matrix = sp.csr_matrix((idf[columns], (rows, columns)), shape=(count, len(idf)))
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
    with _ONE_AT_A_TIME:
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
