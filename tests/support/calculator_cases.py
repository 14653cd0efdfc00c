"""The calculator with the real corpus and a fixed clock, and what its replies come to in the notation of the tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from functools import cache
from pathlib import Path

from bot.calculator.dialogue import Calculator
from bot.calculator.loading import load_calculator
from bot.reply import CalculatorReply
from corpus.entries import load_corpus

CASES = Path(__file__).parents[1] / "cases"
NOW = datetime(2024, 10, 15, 9, tzinfo=timezone(timedelta(hours=8)))


@dataclass(frozen=True)
class CalculatorCase:
    """A question and what a careful clerk would say, in the notation at the head of the table."""

    expect: str
    question: str
    note: str = ""

    @property
    def allowed(self) -> tuple[str, ...]:
        """The outcomes that are all right."""
        return tuple(self.expect.split("|"))


@cache
def real_calculator() -> Calculator:
    """Return the calculator of the corpus; today is 15 October 2024."""
    corpus = load_corpus()
    calculator = load_calculator(corpus.phrases.text, {entry.id: entry.basis for entry in corpus.entries}, lambda: NOW)
    assert calculator is not None
    return calculator


def told(*turns: str) -> CalculatorReply:
    """Return the last reply to messages that follow each other; none of them is left to the matching."""
    state, reply = None, None
    for turn in turns:
        reply = real_calculator().turn(turn, state)
        assert reply is not None, turn
        state = reply.state
    assert reply is not None
    return reply


def read_calculator_cases(name: str) -> Iterator[CalculatorCase]:
    """Yield the rows of a table in tests/cases."""
    for line in (CASES / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield CalculatorCase(*line.split("\t"))


def outcome(reply: CalculatorReply | None) -> str:
    """Return a reply in the notation of the tables: =436.32元, table:…, ask:slot, absent, end, none."""
    if reply is None:
        return "none"
    if reply.estimate is not None:
        figures = reply.estimate.results
        if len(figures) == 3 and all("级" in figure.label for figure in figures):
            return f"table:{'/'.join(figure.value for figure in figures)}{figures[0].unit}"
        return f"={figures[0].value}{figures[0].unit}"
    if reply.ask is not None:
        return f"ask:{reply.ask.slot}"
    return "end" if reply.kind == "smalltalk" else "absent"


def is_right(case: CalculatorCase, got: str) -> bool:
    """Tell whether an outcome is one of those that are all right."""
    return any(_agrees(expect, got) for expect in case.allowed)


def is_number(got: str) -> bool:
    """Tell whether an outcome names a result."""
    return got.startswith(("=", "table:"))


def _agrees(expect: str, got: str) -> bool:
    if expect.startswith(("faq:", "none")):
        # Which entry the index then finds is measured elsewhere.
        return got == "none"
    if expect == "absent":
        # The index does not find it either, and says so.
        return got in ("absent", "none")
    if expect == "bad":
        return got == "absent" or got.startswith("ask:")
    if expect.startswith("=") and got.startswith("="):
        return _split(expect) == _split(got)
    if expect.startswith("table:") and got.startswith("table:"):
        return sorted(expect[6:-1].split("/")) == sorted(got[6:-1].split("/"))
    return expect == got


def _split(result: str) -> tuple[Decimal, str]:
    number = result[1:].rstrip("元%月个日倍")
    return Decimal(number), result[1 + len(number) :]
