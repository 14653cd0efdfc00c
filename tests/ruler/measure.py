"""Measures: what became of each case, and the figures over many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from bot.decide import SMALLTALK, Answer, Clarify, decide
from index.calibrate import Thresholds
from index.engine import Engine, Hit
from tests.ruler.cases import Case


class Searcher(Protocol):
    """Anything that ranks entries for a question."""

    def search(self, text: str, k: int = 5) -> Sequence[Hit]:
        """Return hits, best first."""


@dataclass(frozen=True)
class Outcome:
    """What became of one case: right, wrong, clarify, clarify (without the right one), abstain."""

    case: Case
    result: str
    rank: int  # of the first right entry, 0 if it is not among the hits
    score: float
    top: str
    passage: str


@dataclass(frozen=True)
class Figures:
    """Shares over many cases; `outside` is the share of outside questions that were answered."""

    inside: int
    right: float
    wrong: float
    clarify: float
    clarify_off: float
    abstain: float
    recall1: float
    recall3: float
    mrr: float
    outsiders: int
    outside: float
    outside_clarify: float
    parts: int
    part_right: float
    coverage_at_98: float


def run(searcher: Searcher, thresholds: Thresholds, cases: Sequence[Case]) -> list[Outcome]:
    """Ask every case."""
    return [_outcome(case, searcher.search(case.text, 5), thresholds) for case in cases]


def engine_outcomes(engine: Engine, precision: float, cases: Sequence[Case]) -> list[Outcome]:
    """Ask every case of an engine at the precision an operator chose."""
    return run(engine, engine.thresholds(precision), cases)


def _outcome(case: Case, hits: Sequence[Hit], thresholds: Thresholds) -> Outcome:
    entries = [hit for hit in hits if not hit.entry_id.startswith(SMALLTALK)]
    rank = next((i for i, hit in enumerate(hits, 1) if hit.entry_id in case.entries), 0)
    top = entries[0] if entries else None
    match decide(hits, thresholds):
        case Answer(hit) if hit.entry_id.startswith(SMALLTALK):
            result = "smalltalk"
        case Answer(hit):
            result = "right" if hit.entry_id in case.entries else "wrong"
        case Clarify(offered):
            result = "clarify" if any(hit.entry_id in case.entries for hit in offered) else "clarify off"
        case _:
            result = "abstain"
    return Outcome(
        case, result, rank, top.score if top else 0.0, top.entry_id if top else "", top.passage if top else ""
    )


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
        share(inside, lambda o: o.result == "clarify"),
        share(inside, lambda o: o.result == "clarify off"),
        share(inside, lambda o: o.result == "abstain"),
        share(inside, lambda o: o.rank == 1),
        share(inside, lambda o: 0 < o.rank <= 3),
        sum(1 / o.rank for o in inside if o.rank) / max(len(inside), 1),
        len(outside),
        share(outside, lambda o: o.result == "wrong"),
        share(outside, lambda o: o.result.startswith("clarify")),
        len(parts),
        share(parts, lambda o: o.passage == o.case.passage),
        coverage_at(outcomes, 0.98),
    )


def curve(outcomes: Sequence[Outcome]) -> tuple[np.ndarray, np.ndarray]:
    """Return precision and coverage of answering the cases with the highest scores first, outside ones included."""
    order = sorted(outcomes, key=lambda o: -o.score)
    right = np.cumsum([o.top in o.case.entries for o in order])
    total = sum(bool(o.case.entries) for o in outcomes)
    return right / np.arange(1, len(order) + 1), right / max(total, 1)


def coverage_at(outcomes: Sequence[Outcome], precision: float) -> float:
    """Return the largest share of in-scope cases that can be answered at `precision`, whatever the threshold."""
    precisions, coverages = curve(outcomes)
    good = coverages[precisions >= precision]
    return float(good.max()) if len(good) else 0.0
