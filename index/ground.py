"""Ground: a corpus read and encoded, which an engine is built on and its questions are held out of."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from corpus.entries import Corpus
from corpus.text import fold
from index.encode import Encoder, Vectors
from index.errors import CorpusTooSmall
from index.lexical import Scores, Sounds
from index.rows import SMALLTALK, Table, rows_of
from index.segment import Reading, Segmenter
from index.signals import Sensor, features

# Told which step is being done and how much of it is done already.
Tell = Callable[[str, float], None]


@dataclass(frozen=True)
class Ground:
    """The rows of a corpus with their readings and vectors."""

    segmenter: Segmenter
    table: Table
    vectors: Vectors
    sounds: Sounds
    middle: Vectors

    @classmethod
    def of(cls, corpus: Corpus, encoder: Encoder, tell: Tell, known: Mapping[str, Vectors]) -> Ground:
        """Read and encode `corpus`; `known` holds vectors of an index built before with the same encoder."""
        segmenter = Segmenter(corpus.terms, corpus.synonyms, _told(corpus))
        table = Table.of(rows_of(corpus), segmenter)
        if not any(entry.id in table.groups for entry in corpus.entries):
            raise CorpusTooSmall
        vectors = encoded(encoder, table.readings, known, lambda share: tell("算向量", share))
        return cls(segmenter, table, vectors, Sounds.load(), vectors.mean(axis=0))

    def sensor(self) -> Sensor:
        """Return what measures against all rows, the passages too."""
        return Sensor.build(self.table, self.vectors, self.sounds, self.middle, parts=True)

    def measure(self, rest: NDArray[np.int64], out: NDArray[np.int64]) -> tuple[Scores, Scores]:
        """Return the features of the rows `out`, asked of the rows `rest` alone."""
        sensor = Sensor.build(self.table.take(rest), self.vectors[rest], self.sounds, self.middle)
        measured = sensor.measure([self.table.readings[row] for row in out], self.vectors[out], self.segmenter)
        groups, null = zip(*map(features, measured), strict=True)
        return np.stack(groups), np.stack(null)


def encoded(
    encoder: Encoder, readings: Sequence[Reading], known: Mapping[str, Vectors], done: Callable[[float], None]
) -> Vectors:
    """Return the vectors of all readings, float32 [n, dimensions]; what is known or said twice is encoded once."""
    new = {reading.spoken: reading for reading in readings if reading.spoken not in known}
    fresh = encoder.encode([*new.values()], lambda count: done(count / len(new))) if new else ()
    # At the precision that is kept on disk, so that a build with a head start gives the same index.
    vectors = {**known, **{spoken: row.astype(np.float16) for spoken, row in zip(new, fresh, strict=True)}}
    return np.array([vectors[reading.spoken] for reading in readings], dtype=np.float32)


def learned_from(corpus: Corpus) -> str:
    """Return the digest of what ranker and thresholds are learned from: no sentence of the bot's own, no small talk."""
    rows = [(row.text, row.group, row.passage) for row in rows_of(corpus) if not row.group.startswith(SMALLTALK)]
    words = (corpus.terms, sorted(corpus.synonyms.items()), _told(corpus))
    return sha256(json.dumps((rows, words), ensure_ascii=False).encode()).hexdigest()


def _told(corpus: Corpus) -> str:
    """Return all that the answers in use say: a place that stands there is known."""
    return " ".join(fold(f"{entry.question} {entry.body}") for entry in corpus.entries if entry.active)
