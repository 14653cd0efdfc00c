"""Records out of short rows, as the tables of the calculator's tests have them: O hospital_level=1 amount=100."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal

from bot.calculator.outcome import Missing, Outcome, Result, Unknown, Wrong
from bot.calculator.record import AMOUNTS, Record
from corpus.policy import Month

VISITS = {"O": "visit=outpatient", "I": "visit=inpatient", "H": "task=newborn hukou=shenzhen"}
# The names that the contract has, and those of the record.
_NAMES = {
    "hospital_level": "level", "amount": "total", "consult_fee": "consult", "used_cap": "used", "left_cap": "left",
    "apply_month": "apply", "birth_month": "birth", "cap_year": "year",
}  # fmt: skip
_MONTHS = ("apply", "birth", "day_of")
_COUNTS = ("children", "times", "apply_day", "birth_day", "year")


def record_of(row: str, task: str = "claim") -> Record:
    """Return the record of a row; a first word without a sign of equality is the task or the kind of visit."""
    said: dict[str, object] = {"task": task}
    for word in row.split():
        for part in VISITS.get(word, word).split():
            name, equals, value = part.partition("=")
            if not equals:
                said["task"] = name
                continue
            said[_NAMES.get(name, name)] = _value(_NAMES.get(name, name), value)
    return Record(**said)  # type: ignore[arg-type]


def _value(name: str, value: str) -> object:
    known = {one.name for one in fields(Record)}
    assert name in known, f"no such field: {name}"
    if name in AMOUNTS:
        return Decimal(value)
    if name in _MONTHS:
        return tuple(map(Month.parse, value.split(",")))
    if name == "compared":
        return tuple(value.split("/"))
    if name in _COUNTS:
        return int(value)
    return value == "true" if name in ("midway", "about", "assumed_year", "exhausted") else value


def rows(table: str) -> list[list[str]]:
    """Return the lines of a table, cut at the bars."""
    return [[cell.strip() for cell in line.split("|")] for line in table.splitlines() if line]


def shown(outcome: Outcome) -> str:
    """Return an outcome as the tables have it: the figures, the slot that is asked for, or the sentence."""
    match outcome:
        case Result(figures=figures):
            return " ".join(figure.value + ("%" if figure.unit == "%" else "") for figure in figures)
        case Missing(slot=slot):
            return slot
        case Unknown(phrase=phrase) | Wrong(phrase=phrase):
            return phrase
