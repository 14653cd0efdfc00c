"""Rebuild: an engine for a corpus that differs little from one that is in use, without learning everything anew.

The ranker and the thresholds are those of the engine in use: they were measured on thousands of wordings, and a few
more or fewer do not change them. What a few new wordings do to others is measured, though: one part of the questions
is held out and asked of the corpus with the new wordings and without them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.entries import Corpus
from index.calibrate import Calibration
from index.encode import Encoder, Vectors
from index.engine import Engine
from index.ground import Ground, Tell
from index.lexical import Scores
from index.rank import Ranker
from index.rows import OUTSIDE, SMALLTALK, rows_of

# One part in so many is held out: some hundreds of questions of a large corpus.
_PARTS = 24
# Beyond this share of new or lost wordings, what was measured before is no longer to be trusted.
LITTLE = 0.03


@dataclass(frozen=True)
class Tally:
    """What became of questions that were held out."""

    inside: int
    right: int
    wrong: int
    outside: int
    answered: int
    """Of the outside ones."""


@dataclass(frozen=True)
class Rebuilt:
    """The engine, and what became of the questions held out, without the new wordings and with them."""

    engine: Engine
    before: Tally
    after: Tally


def share_changed(live: Engine, corpus: Corpus) -> float:
    """Return how many wordings are new or gone, as a share of those of the engine in use."""
    present = set(zip(live.texts, (live.groups[group] for group in live.sensor.group.tolist()), strict=True))
    wanted = {(row.text, row.group) for row in rows_of(corpus)}
    return len(present ^ wanted) / max(len(present), 1)


def retold(corpus: Corpus, live: Engine, tell: Tell, known: Mapping[str, Vectors] | None = None) -> Engine:
    """Return the engine of a corpus that differs from that of `live` in what the bot says and some small talk alone."""
    ground = Ground.of(corpus, live.encoder, tell, known or {})
    tell("建索引", 0.0)
    return Engine.on(ground, corpus, live.encoder, live.ranker, live.calibration, live.learned)


def rebuild(
    corpus: Corpus,
    live: Engine,
    encoder: Encoder,
    threshold: float,
    tell: Tell = lambda step, share: None,
    known: Mapping[str, Vectors] | None = None,
) -> Rebuilt:
    """Return the engine of `corpus` that ranks as `live` does; `threshold` is from which score it answers."""
    ground = Ground.of(corpus, encoder, tell, known or {})
    tell("量新问法的影响", 0.0)
    before, after = _tallies(ground, live, threshold)
    tell("建索引", 0.0)
    return Rebuilt(Engine.on(ground, corpus, encoder, live.ranker, live.calibration, live.learned), before, after)


def _tallies(ground: Ground, live: Engine, threshold: float) -> tuple[Tally, Tally]:
    table = ground.table
    asked = np.array([row.asked for row in table.rows])
    talk = np.array([name.startswith(SMALLTALK) for name in table.groups])[table.group]
    known = set(live.spoken)
    fresh = np.array([reading.spoken not in known for reading in table.readings])
    # From the middle of each group: its first and last wordings are often of one kind.
    held = table.blocks(_PARTS) == _PARTS // 2
    out = np.flatnonzero(held & asked & ~talk & ~fresh)
    out = out[np.isin(table.group[out], table.group[~held & ~fresh])]
    if not fresh.any() or not len(out):
        nothing = _tally(np.zeros((0, 1), dtype=np.float32), np.zeros(0, dtype=np.int64), threshold)
        return nothing, nothing
    rests = (np.flatnonzero(~held & ~fresh), np.flatnonzero(~held | fresh))
    scores = (_scores(ground.measure(rest, out), live.ranker, live.calibration) for rest in rests)
    before, after = (_tally(one, table.group[out], threshold) for one in scores)
    return before, after


def _scores(measured: tuple[Scores, Scores], ranker: Ranker, calibration: Calibration) -> Scores:
    return calibration.score(ranker.rank(*measured)[:, 1:])


def _tally(scores: Scores, labels: NDArray[np.int64], threshold: float) -> Tally:
    best = scores.argmax(axis=1) + 1
    answered = scores.max(axis=1) >= threshold
    inside = labels != OUTSIDE
    right = answered & inside & (best == labels)
    return Tally(
        inside=int(inside.sum()),
        right=int(right.sum()),
        wrong=int((answered & inside & ~right).sum()),
        outside=int((~inside).sum()),
        answered=int((answered & ~inside).sum()),
    )
