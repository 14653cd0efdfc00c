"""Measures: what became of each case, and the figures over many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from bot.chat import Chat
from bot.decide import is_smalltalk
from bot.reply import Query, Reply
from bot.settings import Settings
from index.engine import Engine
from index.hit import Hit
from tests.ruler.cases import Case

STRANGERS = 0.2  # every fifth question: more than the bot expects by default, so that the figures flatter nobody


class Searcher(Protocol):
    """Anything that ranks entries for a question."""

    def search(self, text: str, k: int = 5) -> Sequence[Hit]:
        """Return hits, best first."""


@dataclass(frozen=True)
class Outcome:
    """What became of one case: right, wrong, asked, asked off (without the right one), denied, smalltalk."""

    case: Case
    result: str
    rank: int  # of the first right entry, 0 if it is not among the hits
    score: float
    top: str
    passage: str = ""


@dataclass(frozen=True)
class Figures:
    """Shares over many cases; `outside` is the share of outside questions that were answered."""

    inside: int
    right: float
    wrong: float
    asked: float
    asked_off: float
    denied: float
    recall1: float
    recall3: float
    outsiders: int
    outside: float
    outside_asked: float
    parts: int
    part_right: float
    coverage_at_98: float

    @property
    def precision(self) -> float:
        """How much of what is answered is right where as many questions are outside as usually are."""
        answered = (1 - STRANGERS) * (self.right + self.wrong) + STRANGERS * self.outside
        return (1 - STRANGERS) * self.right / answered if answered else 1.0


def engine_outcomes(engine: Engine, precision: float, cases: Sequence[Case]) -> list[Outcome]:
    """Ask every case as a user would, without the calculator, at the precision an operator chose."""
    chat = Chat(engine, Settings(precision=precision))
    return [_outcome(case, engine.search(case.text), chat.reply(Query(case.text, "eval"))) for case in cases]


def always(searcher: Searcher, cases: Sequence[Case]) -> list[Outcome]:
    """Ask every case of something that answers whatever comes first."""
    return [_first(case, searcher.search(case.text)) for case in cases]


def _outcome(case: Case, hits: Sequence[Hit], reply: Reply) -> Outcome:
    offered = {option.entry_id for option in reply.options}
    match reply.kind:
        case "answer" if reply.entry:
            result = "right" if reply.entry.id in case.entries else "wrong"
        case "clarify":
            result = "asked" if offered & {*case.entries} else "asked off"
        case "smalltalk":
            result = "smalltalk"
        case _:
            result = "denied"
    return _ranked(case, hits, result)


def _first(case: Case, hits: Sequence[Hit]) -> Outcome:
    right = hits and hits[0].entry_id in case.entries
    return _ranked(case, hits, "right" if right else "wrong" if hits else "denied")


def _ranked(case: Case, hits: Sequence[Hit], result: str) -> Outcome:
    entries = [hit for hit in hits if not is_smalltalk(hit)]
    rank = next((place for place, hit in enumerate(entries, 1) if hit.entry_id in case.entries), 0)
    if not entries:
        return Outcome(case, result, rank, 0.0, "")
    return Outcome(case, result, rank, entries[0].score, entries[0].entry_id, entries[0].passage)


def figures(outcomes: Sequence[Outcome]) -> Figures:
    """Return the shares."""
    inside = [o for o in outcomes if o.case.entries]
    outside = [o for o in outcomes if not o.case.entries]
    parts = [o for o in inside if o.case.passage and o.result == "right"]

    def share(group: Sequence[Outcome], test: Callable[[Outcome], bool]) -> float:
        return sum(map(test, group)) / len(group) if group else 0.0

    return Figures(
        len(inside),
        share(inside, lambda o: o.result == "right"),
        share(inside, lambda o: o.result in ("wrong", "smalltalk")),
        share(inside, lambda o: o.result == "asked"),
        share(inside, lambda o: o.result == "asked off"),
        share(inside, lambda o: o.result == "denied"),
        share(inside, lambda o: o.rank == 1),
        share(inside, lambda o: 0 < o.rank <= 3),
        len(outside),
        share(outside, lambda o: o.result == "wrong"),
        share(outside, lambda o: o.result.startswith("asked")),
        len(parts),
        share(parts, lambda o: o.passage == o.case.passage),
        coverage_at(outcomes, 0.98),
    )


def curve(outcomes: Sequence[Outcome]) -> tuple[np.ndarray, np.ndarray]:
    """Return precision and coverage of answering the cases with the highest scores first, one in five outside."""
    order = sorted(outcomes, key=lambda o: -o.score)
    inside = np.array([bool(o.case.entries) for o in order])
    right = np.cumsum([o.top in o.case.entries for o in order])
    weight = STRANGERS / (1 - STRANGERS) * inside.sum() / max((~inside).sum(), 1)
    answered = np.cumsum(np.where(inside, 1.0, weight))
    return right / answered, right / max(inside.sum(), 1)


def coverage_at(outcomes: Sequence[Outcome], precision: float) -> float:
    """Return the largest share of in-scope cases that can be answered at `precision`, whatever the threshold."""
    precisions, coverages = curve(outcomes)
    good = coverages[precisions >= precision]
    return float(good.max()) if len(good) else 0.0
