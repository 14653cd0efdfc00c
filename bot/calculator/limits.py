"""Limits: the yearly outpatient limit, what is left of it, what uses it up, and the newborn's time window."""

from __future__ import annotations

from decimal import Decimal

from bot.calculator.formulas import ZERO, cap_cost
from bot.calculator.outcome import (
    LEVEL_NAMES,
    LEVELS,
    Figure,
    Missing,
    Outcome,
    Result,
    Step,
    Unknown,
    Wrong,
    cents,
    plain,
    yuan,
)
from bot.calculator.reading import Slots
from corpus.policy import Policy


def work_out_cap(topic: str, slots: Slots, policy: Policy) -> Outcome:
    """Work out a question about the yearly limit."""
    year = slots.get("cap_year", str(policy.cap_year))
    if year != str(policy.cap_year):
        return Unknown("calc_other_cap", {"year": year})
    if topic == "spent" and "left_cap" in slots:
        return _spent(policy, Decimal(slots["left_cap"]))
    if topic in ("remaining", "spent") and ("used_cap" not in slots or "amount" in slots):
        return Missing("used_cap", "calc_ask_which" if slots.get("unclear") else "")
    used = Decimal(slots.get("used_cap", "0"))
    if used < ZERO:
        return Wrong("calc_negative")
    if topic == "cap_cost":
        return _cost(slots, policy, used)
    return _whole(slots, policy) if topic == "cap" else _remaining(policy, used)


def work_out_window(policy: Policy) -> Outcome:
    """Say within how many months of birth a newborn is to be enrolled."""
    window = policy.figure("newborn.window")
    figure = Figure("出生后办理参保的时间", plain(window.value), window.unit)
    return Result((figure,), (), window.entry, {}, ("calc_note_window",), (window.entry,))


def _whole(slots: Slots, policy: Policy) -> Result:
    cap, said = policy.number("cap.amount"), slots.get("children", "1")
    children = int(said) if slots.get("summed") == "true" and said.isdigit() else 1
    steps = (Step(f"{cap} × {children}", str(cap * children)),) if children > 1 else ()
    return _result(policy, (yuan(f"{policy.cap_year}年度门诊支付限额", cap * children),), steps, "calc_note_cap")


def _remaining(policy: Policy, used: Decimal) -> Result:
    cap = policy.number("cap.amount")
    left = max(ZERO, cap - used)
    steps = (Step(f"{cap} - {cents(used)}", str(cents(left))),) if used <= cap else ()
    return _result(policy, (yuan("剩余限额", left),), steps, "calc_note_remaining")


def _spent(policy: Policy, left: Decimal) -> Outcome:
    cap = policy.number("cap.amount")
    if not ZERO <= left <= cap:
        return Wrong("calc_negative" if left < ZERO else "calc_over_cap")
    steps = (Step(f"{cap} - {cents(left)}", str(cents(cap - left))),)
    return _result(policy, (yuan("已用限额", cap - left),), steps, "calc_note_remaining")


def _cost(slots: Slots, policy: Policy, used: Decimal) -> Outcome:
    """Say at which cost the limit is used up; at every level where none was said."""
    if used > policy.number("cap.amount"):
        return Wrong("calc_over_used")
    level = slots.get("hospital_level")
    if level is None:
        table = tuple(yuan(LEVEL_NAMES[one], cap_cost(policy, one, used)[0]) for one in LEVELS)
        return Missing("hospital_level", table=table, entry=policy.figure("cap.amount").entry)
    value, step = cap_cost(policy, level, used)
    return _result(policy, (yuan(f"{LEVEL_NAMES[level]}的费用", value),), (step,), "calc_note_cap_cost")


def _result(policy: Policy, figures: tuple[Figure, ...], steps: tuple[Step, ...], note: str) -> Result:
    entry = policy.figure("cap.amount").entry
    return Result(figures, steps, entry, {"cap_year": str(policy.cap_year)}, (note,), (entry,))
