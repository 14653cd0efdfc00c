"""Texts: as many distinct phrasings as a test of size needs, made of the corpus's own words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import numpy as np
from index.embed import Embedder, Vectors

from corpus.entries import load_corpus
from index.rows import rows_of
from index.segment import Reading, Segmenter, with_characters

_Item = TypeVar("_Item")

_CHUNK = 20_000
_FRESH = 0.3  # of the texts, this share gets one word exchanged besides


def vectors_of(count: int, segmenter: Segmenter, embedder: Embedder) -> Vectors:
    """Return the vectors of `count` texts, float32 [count, dimensions]; no two texts have the same words."""
    vectors = np.empty((count, embedder.dimensions), dtype=np.float32)
    done, batch = 0, list[Reading]()
    for reading in recombined(count, segmenter):
        batch.append(reading)
        if len(batch) == _CHUNK or done + len(batch) == count:
            vectors[done : done + len(batch)] = embedder.encode(batch)
            done += len(batch)
            batch = []
    return vectors


def recombined(count: int, segmenter: Segmenter, seed: int = 0) -> Iterator[Reading]:
    """Yield `count` texts: the beginning of one phrasing and the end of another, some with a word exchanged."""
    phrasings = [words for row in rows_of(load_corpus()) if row.asked and len(words := segmenter.words(row.text)) > 1]
    every = [word for words in phrasings for word in words]
    random = np.random.default_rng(seed)
    seen: set[int] = set()
    while len(seen) < count:
        draws = random.random((_CHUNK, 6))
        for first, second, cut, start, fresh, place in draws.tolist():
            left, right = _at(phrasings, first), _at(phrasings, second)
            words = left[: 1 + int(cut * len(left))] + right[int(start * len(right)) :]
            if fresh < _FRESH:
                words[int(place * len(words))] = _at(every, fresh / _FRESH)
            # Word order does not change a mean, so texts of the same words would be the same point.
            key = hash(tuple(sorted(words)))
            if key not in seen:
                seen.add(key)
                yield Reading("".join(words), tuple(words), tuple(with_characters(words)))
                if len(seen) == count:
                    return


def _at(items: list[_Item], share: float) -> _Item:
    return items[int(share * len(items))]
