"""Choices: what comes out for each answer to a question, so that the question itself already tells something."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.calculator.buttons import named_by
from bot.calculator.outcome import BESIDE, OWN, Figure, Missing, Outcome, Result
from bot.calculator.record import Record
from bot.calculator.wording import OPTIONS
from corpus.text import fold

_LABELS = {"是": "是选定的", "不是": "不是选定的"}
# The level has a table of its own, which is there before all else is known.
_SLOTS = tuple(slot for slot in OPTIONS if slot != "hospital_level")
# What is asked for most plainly; a cost that is worked out from its payment, or what is left, has no such table.
_SHOWN = ("医保支付", "个人负担", "个人缴费")
# More rows than this nobody reads on a phone.
_MOST = 6


def weighed(records: Sequence[Record], missing: Missing, work_out: Callable[[Sequence[Record]], Outcome]) -> Outcome:
    """Return a question with what comes out for each answer; where that is the same for all, it is the answer."""
    if missing.slot not in _SLOTS or missing.table or records[0].many == "cmp":
        return missing
    outcomes = {label: work_out(_answered(records, missing.slot, label)) for label in OPTIONS[missing.slot]}
    results = {label: one for label, one in outcomes.items() if isinstance(one, Result) and _is_shown(one)}
    if len(results) == len(outcomes) and len({one.figures[0].value for one in results.values()}) == 1:
        return next(iter(results.values()))
    own = records[0].want == "self"
    shown = [one for one in outcomes.values() if isinstance(one, Result | Missing) and _rows("", one, own)]
    table = tuple(row for label, one in outcomes.items() for row in _rows(_LABELS.get(label, label), one, own))
    if not 0 < len(table) <= _MOST or any(isinstance(one, Missing) and one not in shown for one in outcomes.values()):
        return missing  # a second question is open in some of them
    notes = tuple(dict.fromkeys(note for one in shown for note in one.assumptions))
    first = shown[0]
    inputs = {
        name: value for name, value in first.inputs.items() if all(one.inputs.get(name) == value for one in shown)
    }
    return replace(missing, table=table, own=own, entry=first.entry, assumptions=notes, inputs=inputs)


def _rows(label: str, outcome: Outcome, own: bool) -> tuple[Figure, ...]:
    """Return what comes out for an answer; at each level where that is all that is still open."""
    if isinstance(outcome, Result):
        return (replace(outcome.figures[0], label=label + OWN * own),) if _is_shown(outcome) else ()
    levels = outcome.table if isinstance(outcome, Missing) and outcome.slot == "hospital_level" else ()
    return tuple(replace(one, label=f"{label}{BESIDE}{one.label}") for one in levels)


def _is_shown(result: Result) -> bool:
    return result.figures[0].unit == "元" and result.figures[0].label.startswith(_SHOWN)


def _answered(records: Sequence[Record], slot: str, label: str) -> list[Record]:
    """Return the records with one answer in those that lack it."""
    said = named_by(fold(label), slot)
    assert said is not None, "each option is a button"
    field = next(name for name, value in vars(said).items() if value)
    lacking = [one for one in records if not getattr(one, field)]
    return [said.over(one) if one in (lacking or records) else one for one in records]
