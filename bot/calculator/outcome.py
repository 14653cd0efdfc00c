"""Outcome: what a calculation ends in, before it is put into words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Context, Decimal

CENT = Decimal("0.01")
# Nobody's bill is larger; more digits are a slip or a joke.
LARGEST = Decimal(100_000_000)
# Rows of digits that no one spends are read too, and refused later.
_WIDE = Context(prec=80)
LEVELS = ("1", "2", "3")
LEVEL_NAMES = {"1": "一级及以下（含社康）", "2": "二级", "3": "三级"}
OWN = "自己付"  # behind the name of a case: what the family pays in it, and not the fund
BESIDE = "·"  # between the names of two cases that are open at once
PLACE_NAMES = {"local": "在深圳", "in_province": "在广东省内的外市", "out_province": "在广东省外"}
CASE_NAMES = {"filed": "有长期异地备案", "referral": "有市外转诊", "emergency": "急诊抢救", "temporary": "临时外出"}
# What may be compared, each with the field of the record that it is of.
COMPARED = {
    f"{field}={value}": name
    for field, names in (("level", LEVEL_NAMES), ("location", PLACE_NAMES), ("case", CASE_NAMES))
    for value, name in names.items()
}


def cents(value: Decimal) -> Decimal:
    """Round yuan half up to the cent."""
    return value.quantize(CENT, ROUND_HALF_UP, _WIDE)


def plain(value: Decimal) -> str:
    """Write a number without needless zeros: 81, 0.6, 8."""
    return format(value.normalize(), "f")


@dataclass(frozen=True)
class Step:
    """One line of a calculation; `right` is what `left` comes to, rounded to the cent where it is money."""

    left: str
    right: str

    def __str__(self) -> str:
        """Return the line."""
        return f"{self.left} = {self.right}"


@dataclass(frozen=True)
class Figure:
    """One number of a result, with what it is and its unit."""

    label: str
    value: str
    unit: str


def yuan(label: str, value: Decimal) -> Figure:
    """Return an amount of money."""
    return Figure(label, str(cents(value)), "元")


@dataclass(frozen=True)
class Result:
    """A finished calculation; the main figure stands first, `apart` are amounts that were said and are not counted."""

    figures: tuple[Figure, ...]
    steps: tuple[Step, ...]
    entry: str
    inputs: dict[str, str]
    assumptions: tuple[str, ...] = ()
    basis: tuple[str, ...] = ()
    apart: str = ""


@dataclass(frozen=True)
class Missing:
    """An input that must be asked for; `phrase` names the question, `values` fill it.

    `table` holds what comes out for each answer, the family's `own` part or what insurance pays; `entry` the entry of
    the rule, `assumptions` what is taken for granted.
    """

    slot: str
    phrase: str = ""
    table: tuple[Figure, ...] = ()
    own: bool = False
    entry: str = ""
    assumptions: tuple[str, ...] = ()
    inputs: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Unknown:
    """The documents do not say it; `phrase` names the sentence, `values` fill it."""

    phrase: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Wrong:
    """An input that cannot be."""

    phrase: str
    values: dict[str, str] = field(default_factory=dict)


Outcome = Result | Missing | Unknown | Wrong


def assuming(outcome: Outcome, *notes: str) -> Outcome:
    """Return a result or a table with more that is taken for granted; what says no number stays as it is."""
    if isinstance(outcome, Result) or (isinstance(outcome, Missing) and outcome.table):
        return replace(outcome, assumptions=(*notes, *outcome.assumptions))
    return outcome


def out_of_bounds(values: Iterable[Decimal | None]) -> Wrong | None:
    """Return what is wrong with amounts that nobody pays, None if nothing is."""
    said = [value for value in values if value is not None]
    if any(value < 0 for value in said):
        return Wrong("calc_negative")
    return Wrong("calc_absurd") if any(value > LARGEST for value in said) else None
