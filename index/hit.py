"""Hit: what a search brings, and the thresholds that its score is held against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Hit(NamedTuple):
    """An entry that may answer: its nearest phrasing, the probability that it is right, the part asked for."""

    entry_id: str
    phrasing: str
    score: float
    passage: str = ""


@dataclass(frozen=True)
class Thresholds:
    """From which score to answer, from which to offer, and below which nothing is near."""

    answer: float
    offer: float
    near: float
