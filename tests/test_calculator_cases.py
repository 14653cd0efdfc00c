"""The calculator on tables of questions and dialogues, written by people who have not read its code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import groupby

import pytest

from bot.calculator.wording import Wording
from corpus.sentences import BLANKS
from tests.support.calculator_cases import (
    CASES,
    CalculatorCase,
    is_number,
    is_right,
    outcome,
    read_calculator_cases,
    real_calculator,
)

# Development cases: what was learned from and mended with stands beside them, so they are no measure of what is fresh.
# The least that must come out right, and the most numbers that may be wrong, of every hundred.
FLOORS = {"calculator.tsv": (92, 1), "calculator_hard.tsv": (84, 2.5), "calculator_router.tsv": (92, 1)}
# No table has somebody who comes on the very last day.
LAST_DAY = "深户宝宝2024年10月20号出生，2025年4月20号去办，从出生那个月开始交，要多少钱"
MIDWAY = "12月参保的话，什么时候开始享受待遇"
EXAMPLES_RIGHT, DIALOGUES_RIGHT, DIALOGUES_WRONG = 54, 94, 1.5


@pytest.mark.parametrize("name", FLOORS)
def test_a_table_comes_out_right(name: str) -> None:
    rows = [(case, outcome(real_calculator().turn(case.question))) for case in read_calculator_cases(name)]
    missed = [f"{case.question}: {got}, not {case.expect}" for case, got in rows if not is_right(case, got)]
    wrong = [f"{case.question}: {got}" for case, got in rows if is_number(got) and not is_right(case, got)]
    least, most = FLOORS[name]
    assert 100 * (1 - len(missed) / len(rows)) >= least, "\n".join(missed)
    assert 100 * len(wrong) / len(rows) <= most, "\n".join(wrong)


def test_the_worked_examples_hold_and_none_is_wrong() -> None:
    rows = [
        (case, outcome(real_calculator().turn(case.question)))
        for case in read_calculator_cases("calculator_examples.tsv")
    ]
    assert [case.question for case, got in rows if is_number(got) and not is_right(case, got)] == []
    assert sum(is_right(case, got) for case, got in rows) >= EXAMPLES_RIGHT


def dialogues() -> Iterator[tuple[str, list[CalculatorCase]]]:
    lines = (CASES / "dialogues.tsv").read_text(encoding="utf-8").splitlines()
    turns = [line.split("\t") for line in lines if line and not line.startswith("#")]
    for name, group in groupby(turns, key=lambda turn: turn[0]):
        yield name, [CalculatorCase(expect, said) for _, expect, said in group]


def test_dialogues_hold_turn_by_turn() -> None:
    """A question in between is answered by the entries, and the calculation stays where it was."""
    counts: Counter[str] = Counter()
    missed = []
    for name, turns in dialogues():
        state = None
        for case in turns:
            reply = real_calculator().turn(case.question, state)
            state = reply.state if reply else state
            got = outcome(reply)
            verdict = "right" if is_right(case, got) else "wrong" if is_number(got) else "missed"
            counts[verdict] += 1
            missed += [] if verdict == "right" else [f"{name} {case.question}: {got}, not {case.expect}"]
    whole = sum(counts.values())
    assert 100 * counts["right"] / whole >= DIALOGUES_RIGHT, "\n".join(missed)
    assert 100 * counts["wrong"] / whole <= DIALOGUES_WRONG, "\n".join(missed)


def test_the_blanks_of_one_sentence_are_those_that_the_code_fills(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen on what the calculator says when the tables are asked."""
    filled: dict[str, set[str]] = {}
    fill = Wording.fill

    def noting(self: Wording, phrase: str, values: Mapping[str, str] | None = None) -> str:
        filled.setdefault(phrase, set()).update(values or ())
        return fill(self, phrase, values)

    monkeypatch.setattr(Wording, "fill", noting)
    questions = [case.question for name in (*FLOORS, "calculator_examples.tsv") for case in read_calculator_cases(name)]
    replies = [real_calculator().turn(question) for question in (*questions, LAST_DAY, MIDWAY)]
    assert not any("{" in reply.text for reply in replies if reply)
    assert {phrase: names for phrase, names in filled.items() if names} == {
        k: set(names) for k, names in BLANKS.items()
    }
