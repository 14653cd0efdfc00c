"""Deeds: what a clerk does with a group of missed questions, as a change to a folder of the corpus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.inbox.inbox import Near, nearest
from index.engine import Engine

# From here on it is worth a word that another entry is nearer.
_CLEARLY = 0.05
_ALL = 5


@dataclass(frozen=True)
class Stray:
    """A question that is nearer to another entry than to the one it was given to."""

    question: str
    nearer: Near

    def __str__(self) -> str:
        """Return it as a sentence for the clerk."""
        return f"“{self.question}”更像 {self.nearer.entry_id}（{self.nearer.question}）。"


def strays(engine: Engine, entry_id: str, questions: Sequence[str]) -> list[Stray]:
    """Return which questions are nearer to another entry than to `entry_id`."""
    found = []
    for question in questions:
        near = nearest(engine, question, _ALL)
        own = next((one.score for one in near if one.entry_id == entry_id), 0.0)
        if near and near[0].entry_id != entry_id and near[0].score - own >= _CLEARLY:
            found.append(Stray(question, near[0]))
    return found
