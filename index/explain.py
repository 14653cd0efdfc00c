"""Explanation: why a question got its answer, as a table to read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from index.lexical import Scores
from index.segment import Reading
from index.signals import NAMES


@dataclass(frozen=True)
class Candidate:
    """One candidate with its score, its nearest phrasing, its part and its signals."""

    entry_id: str
    score: float
    phrasing: str
    passage: str
    values: Scores


@dataclass(frozen=True)
class Explanation:
    """What was read in a question, and what spoke for each candidate."""

    reading: Reading
    candidates: tuple[Candidate, ...]
    outside: Scores | None = None

    def __str__(self) -> str:
        """Return the table."""
        lines = [f"分词：{' / '.join(self.reading.words)}"]
        lines.extend(
            f"{i}. {c.entry_id}  得分 {c.score:.4f}  段落 {c.passage or '（整条）'}  最近问法：{c.phrasing}"
            for i, c in enumerate(self.candidates, start=1)
        )
        if self.outside is not None:
            columns = [*(c.entry_id for c in self.candidates), "资料外"]
            rows = np.stack([*(c.values for c in self.candidates), self.outside], axis=1)
            lines.append(f"{'':18}" + "".join(f"{name:>19}" for name in columns))
            lines.extend(
                f"{name:18}" + "".join(f"{value:19.3f}" for value in row) for name, row in zip(NAMES, rows, strict=True)
            )
        return "\n".join(lines)
