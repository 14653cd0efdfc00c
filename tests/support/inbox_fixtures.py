"""An engine for the inbox: texts are near that have the same signs, and it counts what it encodes."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np

from bot.inbox.grouping import unit
from index.segment import Reading
from tests.support.library import FakeEngine

WIDTH = 64


class Encoder:
    """Gives texts with the same signs the same direction; counts what it is asked."""

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode(self, readings: Sequence[Reading]) -> np.ndarray:
        self.encoded += [reading.spoken for reading in readings]
        rows = np.zeros((len(readings), WIDTH), dtype=np.float32)
        for row, reading in zip(rows, readings, strict=True):
            for sign in reading.spoken:
                row[ord(sign) % WIDTH] += 1
        return unit(rows)


class ReadingEngine(FakeEngine):
    """A fake engine that has what the inbox needs: words, vectors and their middle."""

    def __init__(self, *arguments: object, **more: object) -> None:
        super().__init__(*arguments, **more)
        self.encoder = Encoder()
        self.segmenter = SimpleNamespace(read=lambda text: Reading(text, tuple(text.removeprefix("请问"))))
        self.sensor = SimpleNamespace(middle=np.zeros(WIDTH, dtype=np.float32))
