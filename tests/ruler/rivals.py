"""Rivals: simpler ways to match, asked the same questions in the same run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from index.embed import Embedder

from corpus.entries import Corpus
from index.calibrate import Thresholds
from index.engine import Hit
from index.rows import SMALLTALK, Row, rows_of
from index.segment import Segmenter

K1, B = 1.5, 0.75
ALWAYS = Thresholds(answer=-1.0, suggest=-1.0, margin=0.0)
FIXED = Thresholds(answer=0.8, suggest=0.8, margin=0.0)


def entry_rows(corpus: Corpus) -> list[Row]:
    """Return the phrasings of the entries alone: a plain card knows no outside questions and no small talk."""
    return [row for row in rows_of(corpus) if row.asked and row.group and not row.group.startswith(SMALLTALK)]


class WordSearch:
    """BM25 over jieba words; answers whatever comes first."""

    def __init__(self, corpus: Corpus) -> None:
        self._rows = entry_rows(corpus)
        self._segmenter = Segmenter()
        documents = [self._segmenter.words(row.text) for row in self._rows]
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
        for word in self._segmenter.words(text):
            scores.update(self._weights.get(word, {}))
        return _best(self._rows, scores.most_common(400), k)


class DenseSearch:
    """Cosine of a ready-made embedder, nearest phrasing wins."""

    def __init__(self, corpus: Corpus, embedder: Embedder) -> None:
        self._rows = entry_rows(corpus)
        self._segmenter = Segmenter()
        self._embedder = embedder
        self._vectors = embedder.encode([self._segmenter.read(row.text) for row in self._rows])

    def search(self, text: str, k: int = 5) -> Sequence[Hit]:
        """Return hits, best first."""
        cosines = self._vectors @ self._embedder.encode([self._segmenter.read(text)])[0]
        order = np.argsort(-cosines)[:400]
        return _best(self._rows, [(int(i), float(cosines[i])) for i in order], k)


def _best(rows: Sequence[Row], ranked: Sequence[tuple[int, float]], k: int) -> list[Hit]:
    """Return the best phrasing of each entry."""
    hits: dict[str, Hit] = {}
    for i, score in ranked:
        row = rows[i]
        hits.setdefault(row.group, Hit(row.group, row.text, score, row.passage))
    return list(hits.values())[:k]
