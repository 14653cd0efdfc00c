"""Joining: the fee that follows from the month of application."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from bot.calculator.formulas import fee, months_from, several
from bot.calculator.outcome import Figure, Missing, Outcome, Result, Step, Unknown, cents, yuan
from bot.calculator.reading import Slots
from corpus.policy import Month, Policy

_INPUTS = ("children", "apply_month", "birth_month", "hukou")


def fee_result(
    label: str, value: Decimal, steps: tuple[Step, ...], policy: Policy, slots: Slots, notes: tuple[str, ...] = ()
) -> Result:
    """Return a fee with the entry that it stands in."""
    inputs = {"school_year": policy.years, **{name: slots[name] for name in _INPUTS if name in slots}}
    entry = policy.figure("fee.personal").entry
    return Result((yuan(label, value),), steps, entry, inputs, notes, (entry,))


def with_months(result: Result, policy: Policy, month: Month, slots: Slots) -> Result:
    """Return a fee with the number of months that are paid, which comes first where it was asked for."""
    months = Figure("缴费月数", str(months_from(policy, month)), "个月")
    figures = (months, *result.figures) if slots.get("want") == "months" else (*result.figures, months)
    return replace(result, figures=figures)


def fee_by_month(slots: Slots, policy: Policy, children: int) -> Outcome:
    """Work out the fee of children who join in one month, or each in his own."""
    if "apply_month" not in slots:
        return Missing("apply_month") if slots.get("midway") == "true" else _whole_year(slots, policy, children)
    month = Month.parse(slots["apply_month"])
    if outside := month_outside(policy, month):
        return _with_same_month(outside, policy, month, children)
    siblings, two_months = slots.get("siblings") == "true", "compare_month" in slots
    if siblings and not two_months and (children != 1 or slots.get("summed") == "true"):
        return Missing("apply_month", "calc_ask_sibling")
    if two_months and (siblings or children > 1) and slots.get("still") == "true":
        return Unknown("calc_child_by_child")
    if two_months and (children > 1 or siblings):
        return _sum(slots, policy, children) if slots.get("summed") == "true" else Unknown("calc_child_by_child")
    if month == policy.fee.first:
        result = _whole_year(slots, policy, children)
    else:
        value, step = fee(policy, month, children)
        result = fee_result("个人缴费", value, (step,), policy, slots, ("calc_note_months",))
    if slots.get("assumed_year") == "true":
        result = replace(result, assumptions=("calc_assume_school_year", *result.assumptions))
    return with_months(result, policy, month, slots)


def fee_difference(slots: Slots, policy: Policy, children: int) -> Outcome:
    """Say how much less is paid by joining later; later than September unless two months were said."""
    if "apply_month" not in slots:
        return Missing("apply_month")
    months = [Month.parse(slots[name]) for name in ("apply_month", "compare_month") if name in slots]
    if outside := next(filter(None, (month_outside(policy, month) for month in months)), None):
        return outside
    if slots.get("same_month") == "true" and slots.get("gap_only") != "true":
        return fee_by_month(slots, policy, children)
    if slots.get("same_month") == "true":
        months = [months[0], months[0]]
    if months == [policy.fee.first]:
        return Missing("apply_month")
    early, late = min([policy.fee.first] if len(months) == 1 else months), max(months)
    more, first = fee(policy, early, children)
    less, second = fee(policy, late, children)
    step = Step(f"{cents(more)} - {cents(less)}", str(cents(more - less)))
    result = fee_result("相差", more - less, (first, second, step), policy, slots, ("calc_note_gap",))
    each = (yuan(f"{early.chinese}办理", more), yuan(f"{late.chinese}办理", less))
    return replace(result, figures=(*result.figures, *each))


def school_year_of(policy: Policy, month: Month) -> str:
    """Return the school year that a month belongs to."""
    first = month.year - (month.number < policy.fee.first.number)
    return f"{first}-{first + 1}"


def month_outside(policy: Policy, month: Month) -> Unknown | None:
    """Say which school year a month belongs to if its fee is not known."""
    return None if policy.fee.contains(month) else other_year(policy, school_year_of(policy, month))


def other_year(policy: Policy, years: str, children: int = 1) -> Unknown:
    """Say that only one school year's fee is known, and which it is."""
    value, _ = several(policy.number("fee.personal"), children)
    return Unknown("calc_other_year", {"other": f"{years}学年度", "fee": str(cents(value))})


def _whole_year(slots: Slots, policy: Policy, children: int) -> Result:
    value, step = several(policy.number("fee.personal"), children)
    return fee_result("个人缴费", value, (step,) if children > 1 else (), policy, slots, ("calc_note_year",))


def _sum(slots: Slots, policy: Policy, children: int) -> Outcome:
    """Add up the fees of children who join in different months."""
    said = slots.get("months") or f"{slots['apply_month']},{slots['compare_month']}"
    months = [Month.parse(month) for month in said.split(",")]
    if len(months) != children and not (slots.get("siblings") == "true" and children == 1):
        return Unknown("calc_child_by_child")
    if outside := next(filter(None, (month_outside(policy, month) for month in months)), None):
        return outside
    worked = [fee(policy, month) for month in months]
    value = sum((one for one, _ in worked), Decimal(0))
    step = Step(" + ".join(str(cents(one)) for one, _ in worked), str(cents(value)))
    return fee_result("个人缴费合计", value, (*(one for _, one in worked), step), policy, slots, ("calc_note_months",))


def _with_same_month(unknown: Unknown, policy: Policy, month: Month, children: int) -> Unknown:
    """Name the fee of the same month in the school year that is known, so labelled."""
    same = next(known for known in policy.fee.months if known.number == month.number)
    value, _ = fee(policy, same, children)
    return Unknown("calc_other_month", {**unknown.values, "month": same.chinese, "fee": str(cents(value))})
