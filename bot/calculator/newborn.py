"""Newborn: fee and benefits from birth on; and when benefits begin and end for all others."""

from __future__ import annotations

from dataclasses import replace

from bot.calculator.formulas import fee
from bot.calculator.joining import fee_by_month, fee_difference, fee_result, other_year, school_year_of, with_months
from bot.calculator.outcome import Figure, Missing, Outcome, Result, Step, Unknown, Wrong, cents
from bot.calculator.reading import Slots
from corpus.policy import Month, Policy

_MONTH, _DAY = slice(0, 7), slice(8, None)  # of 2024-11-20


def newborn_fee(slots: Slots, policy: Policy, children: int) -> Outcome:
    """Work out the fee of a newborn who is to be insured from birth."""
    if slots.get("hukou") == "other":
        return Unknown("calc_newborn_other_hukou")
    window = int(policy.number("newborn.window"))
    if {"birth_month", "apply_month"} <= slots.keys() and "hukou" not in slots:
        birth, applied = _months(slots)
        if applied - birth > window and slots.get("years_guessed") != "true":
            # Too late whoever the child is, so nobody needs to be asked.
            return _late(slots, policy, children)
    for slot in ("hukou", "birth_month", "apply_month"):
        if slot not in slots:
            return Missing(slot)
    birth, applied = _months(slots)
    if applied < birth:
        return Wrong("calc_before_birth")
    if slots.get("years_guessed") == "true" and applied - birth > window + 2:
        # Without years such a gap is more likely another year than a late enrolment.
        return Missing("apply_month")
    if slots.get("only_apply") == "true":
        return fee_by_month(slots, policy, children)
    known = policy.fee.contains(birth) and policy.fee.contains(applied)
    if slots.get("gap") == "true" and known:
        return fee_difference({**slots, "compare_month": str(birth), "same_month": ""}, policy, children)
    in_time = _in_time(slots, birth, applied, window)
    if in_time is None:
        return _edge(policy, birth, applied) if known else Unknown("calc_newborn_edge_year")
    return _from_birth(slots, policy, birth, applied, children) if in_time else _late(slots, policy, children)


def benefit(topic: str, slots: Slots, policy: Policy) -> Outcome:
    """Say when benefits begin or end, or how long they last, for a fee paid for the whole year; or for a newborn."""
    if slots.get("school_year", policy.years) != policy.years:
        return Unknown("calc_other_benefit")
    if "birth_month" in slots and slots.get("hukou") == "shenzhen" and topic == "benefit_start":
        return _newborn_benefit(slots, policy)
    if "apply_month" not in slots:
        return Missing("apply_month")
    month = Month.parse(slots["apply_month"])
    if not policy.fee.contains(month):
        return Unknown("calc_other_benefit")
    if month != policy.fee.first:
        return Unknown("calc_benefit_midway", {"month": month.chinese})
    first, last = policy.benefit.first, policy.benefit.last
    figures: tuple[Figure, ...] = (_calendar("待遇开始", first), _calendar("待遇结束", last))
    if topic == "benefit_end":
        figures = figures[::-1]
    elif topic == "benefit_length":
        figures = (Figure("享受待遇", str(len(policy.benefit.months)), "个月"), *figures)
    step = Step(f"{policy.fee.first.chinese}至{policy.fee.last.chinese}的费", f"{first.chinese}至{last.chinese}的待遇")
    inputs = {"apply_month": str(month), "school_year": policy.years}
    entry = policy.figure("newborn.window").entry
    return Result(figures, (step,), entry, inputs, ("calc_note_benefit",), (entry,))


def _late(slots: Slots, policy: Policy, children: int) -> Outcome:
    outcome = fee_by_month(slots, policy, children)
    if isinstance(outcome, Result):
        return replace(outcome, assumptions=("calc_note_late", *outcome.assumptions))
    return outcome


def _from_birth(slots: Slots, policy: Policy, birth: Month, applied: Month, children: int) -> Outcome:
    if applied > policy.fee.last:
        return other_year(policy, school_year_of(policy, applied))
    if birth < policy.fee.first:
        return _before(policy, birth, children)
    value, step = fee(policy, birth, children)
    result = fee_result("个人缴费", value, (step,), policy, slots, ("calc_note_from_birth",))
    rule = policy.figure("newborn.window").entry
    return with_months(replace(result, entry=rule, basis=(rule, result.entry)), policy, birth, slots)


def _before(policy: Policy, birth: Month, children: int) -> Unknown:
    """Name the part that is known of a birth in the school year before."""
    value, _ = fee(policy, policy.fee.first, children)
    last = policy.fee.first.plus(-1)
    return Unknown("calc_newborn_before", {"from": birth.chinese, "to": last.chinese, "fee": str(cents(value))})


def _in_time(slots: Slots, birth: Month, applied: Month, window: int) -> bool | None:
    """Whether the enrolment is within the window; None on its edge, where the days decide or the office does."""
    passed = applied - birth
    if passed != window:
        return passed < window
    born, came = slots["birth_month"][_DAY], slots.get("apply_day", "")
    return int(came) < int(born) if born and came and int(born) != int(came) else None


def _edge(policy: Policy, birth: Month, applied: Month) -> Unknown:
    early, late = fee(policy, birth)[0], fee(policy, applied)[0]
    return Unknown("calc_newborn_edge", {"early": str(cents(early)), "late": str(cents(late))})


def _newborn_benefit(slots: Slots, policy: Policy) -> Outcome:
    if "apply_month" not in slots:
        return Missing("apply_month")
    birth, applied = _months(slots)
    if applied < birth:
        return Wrong("calc_before_birth")
    if not _in_time(slots, birth, applied, int(policy.number("newborn.window"))):
        return Unknown("calc_benefit_midway", {"month": applied.chinese})
    if not (day := slots["birth_month"][_DAY]):
        return Unknown("calc_newborn_benefit")
    figures: tuple[Figure, ...] = (_calendar("待遇开始", birth), Figure("当月", str(int(day)), "日"))
    inputs = {"birth_month": slots["birth_month"], "hukou": "shenzhen"}
    entry = policy.figure("newborn.window").entry
    return Result(figures, (), entry, inputs, ("calc_note_from_birth",), (entry,))


def _months(slots: Slots) -> tuple[Month, Month]:
    return Month.parse(slots["birth_month"][_MONTH]), Month.parse(slots["apply_month"])


def _calendar(label: str, month: Month) -> Figure:
    return Figure(f"{label}（{month.year}年）", str(month.number), "月")
