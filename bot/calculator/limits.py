"""Limits: the yearly outpatient limit, what is left of it, what uses it up, and the newborn's time window."""

from __future__ import annotations

from decimal import Decimal

from bot.calculator.formulas import cap_cost
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
    plain,
    yuan,
)
from bot.calculator.reading import Slots
from corpus.policy import Policy


def work_out_cap(topic: str, slots: Slots, policy: Policy) -> Outcome:
    """Work out a question about the yearly limit."""
    cap = policy.number("cap.amount")
    year = slots.get("cap_year", str(policy.cap_year))
    if year != str(policy.cap_year):
        return Unknown("calc_other_cap", {"year": year})
    inputs = {"cap_year": year}
    if topic == "cap_cost":
        level = slots.get("hospital_level")
        levels = [level] if level in LEVELS else list(LEVELS)
        used = Decimal(slots.get("used_cap", "0"))
        if not 0 <= used <= cap:
            return Wrong("calc_over_used")
        worked = [(level, *cap_cost(policy, level, used)) for level in levels]
        if level is None:
            return Missing("hospital_level", table=tuple(yuan(LEVEL_NAMES[one], value) for one, value, _ in worked))
        figures = tuple(yuan(f"{LEVEL_NAMES[level]}的费用", value) for level, value, _ in worked)
        return Result(figures, tuple(step for _, _, step in worked), "B4", inputs, ("calc_note_cap_cost",), ("B4",))
    if topic == "remaining":
        used = Decimal(slots["used_cap"])
        if used < 0:
            return Wrong("calc_negative")
        left = max(Decimal(0), cap - used)
        step = (Step(f"{cap} - {yuan('', used).value}", str(left)),) if used <= cap else ()
        return Result((yuan("剩余限额", left),), step, "B4", inputs, ("calc_note_remaining",), ("B4",))
    children = (
        int(slots.get("children", "1")) if slots.get("summed") == "true" and slots.get("children", "1").isdigit() else 1
    )
    steps = (Step(f"{cap} × {children}", str(cap * children)),) if children > 1 else ()
    return Result(
        (yuan(f"{policy.cap_year}年度门诊支付限额", cap * children),), steps, "B4", inputs, ("calc_note_cap",), ("B4",)
    )


def work_out_window(policy: Policy) -> Outcome:
    """Say within how many months of birth a newborn is to be enrolled."""
    figure = Figure("出生后办理参保的时间", plain(policy.number("newborn.window")), "个月")
    return Result((figure,), (), "B2", {}, ("calc_note_window",), ("B2",))
