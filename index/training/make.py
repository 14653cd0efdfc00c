"""Make the shared ranker: measure many small corpora, learn from them, try it on offices that were left out."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from index.calibrate import Tried, importance
from index.encode import Encoder, Vectors
from index.ground import Tell, encoded
from index.lexical import Scores, Sounds
from index.rank import Questions, Ranker, fit
from index.rows import Table
from index.segment import Segmenter
from index.shared import save_shared
from index.signals import Sensor, features, sizes_of
from index.training.offices import Draw, draw, read_offices

DRAWS = 10  # of each office
LEFT_OUT = 4  # offices at a time
STRANGERS = 0.3  # a ranker that has met too few of them answers too much
KEPT = 20_000  # of the questions tried, in the file
SEED = 0


def make(encoder: Encoder, path: Path, tell: Tell = lambda step, share: None) -> Tried:
    """Write the shared ranker to `path`; return what rankers made of offices they had not seen."""
    random_ = random.Random(SEED)
    offices = read_offices()
    measured: list[tuple[str, Questions, Scores]] = []
    for number, office in enumerate(offices):
        draws = [draw(office, random_) for _ in range(DRAWS)]
        measured += [(office.name, *one) for one in _measured(draws, encoder)]
        tell("测量", (number + 1) / len(offices))
    tried = []
    for start in range(0, len(offices), LEFT_OUT):
        out = {office.name for office in offices[start : start + LEFT_OUT]}
        ranker = fit([one for name, one, _ in measured if name not in out])
        tried += [_try(ranker, one, sizes) for name, one, sizes in measured if name in out]
        tell("留出来试", (start + LEFT_OUT) / len(offices))
    together = Tried.join(tried)
    kept = np.random.default_rng(SEED).permutation(len(together.best))[:KEPT]
    save_shared(fit([one for _, one, _ in measured]), together.take(kept), path)
    return together


def _measured(draws: Sequence[Draw], encoder: Encoder) -> list[tuple[Questions, Scores]]:
    """Return the questions of some draws of one office, measured, and how large each draw is."""
    sounds = Sounds.load()
    known: dict[str, Vectors] = {}
    segmenter = Segmenter(known=draws[0].office.told)
    found = []
    for one in draws:
        table = Table.of(one.rows, segmenter)
        asked = [(segmenter.read(text), entry) for text, entry in one.asked]
        asked = [(reading, entry) for reading, entry in asked if reading.words]
        readings = [*table.readings, *(reading for reading, _ in asked)]
        vectors = encoded(encoder, readings, known, lambda _: None)
        known |= {reading.spoken: row for reading, row in zip(readings, vectors, strict=True)}
        own, others = vectors[: len(table.rows)], vectors[len(table.rows) :]
        sensor = Sensor.build(table, own, sounds, own.mean(axis=0))
        signals = sensor.measure([reading for reading, _ in asked], others, segmenter)
        groups, null = zip(*map(features, signals), strict=True)
        labels = np.array([table.groups.index(entry) for _, entry in asked])
        asked_of = Questions(np.stack(groups), np.stack(null), labels, importance(labels, STRANGERS))
        found.append((asked_of, sizes_of(table.group, len(table.groups))))
    return found


def _try(ranker: Ranker, asked: Questions, sizes: Scores) -> Tried:
    return Tried.of(ranker.rank(asked.groups, asked.null), asked.labels, sizes)
