"""Rivals: simpler ways to match, asked the same questions in the same run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from corpus.entries import Corpus
from index.encode import Encoder
from index.hit import Hit
from index.neighbours import Neighbours
from index.rows import SMALLTALK, Row, rows_of
from index.segment import Segmenter

K1, B = 1.5, 0.75
_NEAR = 400  # rows: enough for five entries to be among them


def entry_rows(corpus: Corpus) -> list[Row]:
    """Return the phrasings of the entries alone: a plain card knows no outside questions and no small talk."""
    return [row for row in rows_of(corpus) if row.asked and row.group and not row.group.startswith(SMALLTALK)]


class WordSearch:
    """BM25 over jieba words; answers whatever comes first."""

    def __init__(self, corpus: Corpus) -> None:
        self._rows = entry_rows(corpus)
        self._segmenter = Segmenter()
        documents = [self._segmenter.read(row.text).words for row in self._rows]
        frequency = Counter(word for document in documents for word in set(document))
        n, mean = len(documents), sum(map(len, documents)) / max(len(documents), 1)
        self._weights: dict[str, dict[int, float]] = {}
        for i, document in enumerate(documents):
            for word, count in Counter(document).items():
                idf = np.log1p((n - frequency[word] + 0.5) / (frequency[word] + 0.5))
                gain = count * (K1 + 1) / (count + K1 * (1 - B + B * len(document) / mean))
                self._weights.setdefault(word, {})[i] = float(idf * gain)

    def search(self, text: str, k: int = 5) -> Sequence[Hit]:
        """Return hits, best first."""
        scores: Counter[int] = Counter()
        for word in self._segmenter.read(text).words:
            scores.update(self._weights.get(word, {}))
        return _best(self._rows, scores.most_common(_NEAR), k)


class DenseSearch:
    """Vectors of the shipped encoder in FAISS, the nearest phrasing wins."""

    def __init__(self, corpus: Corpus, encoder: Encoder) -> None:
        self._rows = entry_rows(corpus)
        self._segmenter, self._encoder = Segmenter(), encoder
        self._neighbours = Neighbours.build(encoder.encode([self._segmenter.read(row.text) for row in self._rows]))

    def search(self, text: str, k: int = 5) -> Sequence[Hit]:
        """Return hits, best first."""
        rows, cosines = self._neighbours.search(self._encoder.encode([self._segmenter.read(text)]), _NEAR)
        return _best(self._rows, zip(rows[0].tolist(), cosines[0].tolist(), strict=True), k)


def _best(rows: Sequence[Row], ranked: Iterable[tuple[int, float]], k: int) -> list[Hit]:
    """Return the best phrasing of each entry."""
    hits: dict[str, Hit] = {}
    for i, score in ranked:
        row = rows[i]
        hits.setdefault(row.group, Hit(row.group, row.text, score, row.passage))
    return list(hits.values())[:k]
