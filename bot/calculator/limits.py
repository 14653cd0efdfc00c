"""Limits: the yearly outpatient limit and what is left of it, and when benefits begin, end and are in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from bot.calculator.claims import claim
from bot.calculator.formulas import ZERO, based, cap_cost
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
    out_of_bounds,
    plain,
    yuan,
)
from bot.calculator.record import Record
from corpus.policy import Month, Policy

CAPS = ("cap", "remaining", "spent", "capcost")


def work_out_caps(records: Sequence[Record], policy: Policy) -> Outcome:
    """Work out a question about the yearly limit, of one child or of each of several."""
    outcomes = [work_out_cap(record, policy) for record in records]
    results = [one for one in outcomes if isinstance(one, Result)]
    if len(outcomes) == 1 or len(results) < len(outcomes):
        return next((one for one in outcomes if not isinstance(one, Result)), outcomes[0])
    figures = tuple(
        replace(one.figures[0], label=f"第{at}个孩子{one.figures[0].label}") for at, one in enumerate(results, 1)
    )
    return replace(results[0], figures=figures, steps=tuple(step for one in results for step in one.steps))


def work_out_cap(record: Record, policy: Policy) -> Outcome:
    """Work out a question about the yearly limit of one child."""
    if record.visit == "inpatient" and record.task != "capcost" and not record.told_cost:
        return Unknown("calc_stay_limit")
    if record.year not in (None, policy.cap_year):
        return Unknown("calc_other_cap", {"year": str(record.year)})
    if wrong := out_of_bounds((record.used, record.left, record.base)):
        return wrong
    if record.task == "cap":
        return _whole(record, policy)
    if record.task == "remaining" and (record.cost is not None or record.each is not None):
        return _after_bill(record, policy)
    if record.task == "capcost":
        return _cost(record, policy, record.used or ZERO)
    if record.unclear:
        return Missing("used_cap", "calc_ask_which")
    if record.left is not None and record.used is None:
        return _spent(policy, record.left)
    return Missing("used_cap") if record.used is None else _remaining(policy, record.used)


def _whole(record: Record, policy: Policy) -> Result:
    cap, children = policy.number("cap.amount"), record.children or 1
    if record.base is not None:
        value, step = based(policy, "cap.rate", record.base, 1)
        return _result(policy, yuan("按这个工资算的门诊支付限额", value), (step,), "calc_note_base")
    steps = (Step(f"{cap} × {children}", str(cap * children)),) if children > 1 else ()
    return _result(policy, yuan(f"{policy.cap_year}年度门诊支付限额", cap * children), steps, "calc_note_cap")


def _remaining(policy: Policy, used: Decimal) -> Outcome:
    cap = policy.number("cap.amount")
    if used > cap:
        return Wrong("calc_over_used")  # 今年报了23万: that was not outpatient care
    steps = (Step(f"{cap} - {cents(used)}", str(cents(cap - used))),)
    return _result(policy, yuan("剩余限额", cap - used), steps, "calc_note_remaining", {"used_cap": str(cents(used))})


def _after_bill(record: Record, policy: Policy) -> Outcome:
    """Say what is left of the limit when one more bill is paid."""
    if record.consult is not None or record.consult_in == "in":
        return Unknown("calc_one_by_one")  # whether its part counts the documents do not say
    if record.upto is not None:
        return Missing("amount", "calc_ask_which")
    used = record.used or ZERO
    bill = replace(record, task="claim", want="fund", visit="outpatient", used=used, consult_in="", left=None)
    outcome = claim([bill], policy)
    if not isinstance(outcome, Result):
        return outcome
    cap, paid = policy.number("cap.amount"), Decimal(outcome.figures[0].value)
    left = max(ZERO, cap - used - paid)
    step = Step(f"{cap} - {cents(used)} - {paid}" if used else f"{cap} - {paid}", str(cents(left)))
    figures = (yuan("剩余限额", left), *outcome.figures)
    notes = tuple(note for note in outcome.assumptions if note != "calc_assume_unused")
    notes += ("calc_note_remaining",) if record.used is not None else ("calc_assume_unused", "calc_note_remaining")
    # More may be said to be used than the limit is; then nothing is left, whatever the line would come to.
    steps = (*outcome.steps, step) if used + paid <= cap else outcome.steps
    return replace(outcome, figures=figures, steps=steps, assumptions=notes)


def _spent(policy: Policy, left: Decimal) -> Outcome:
    cap = policy.number("cap.amount")
    if left > cap:
        return Wrong("calc_over_cap")
    return _result(
        policy,
        yuan("已用限额", cap - left),
        (Step(f"{cap} - {cents(left)}", str(cents(cap - left))),),
        "calc_note_remaining",
    )


def _cost(record: Record, policy: Policy, used: Decimal) -> Outcome:
    """Say at which cost the limit is used up; at every level where none was said."""
    if used > policy.number("cap.amount"):
        return Wrong("calc_over_used")
    if record.level not in LEVELS:
        table = tuple(yuan(LEVEL_NAMES[one], cap_cost(policy, one, used)[0]) for one in LEVELS)
        return Missing("hospital_level", table=table, entry=policy.figure("cap.amount").entry)
    value, step = cap_cost(policy, record.level, used)
    return _result(
        policy,
        yuan(f"{LEVEL_NAMES[record.level]}的费用", value),
        (step,),
        "calc_note_cap_cost",
        {"hospital_level": record.level},
    )


def _result(
    policy: Policy, figure: Figure, steps: tuple[Step, ...], note: str, inputs: dict[str, str] | None = None
) -> Result:
    entry = policy.figure("cap.amount").entry
    return Result((figure,), steps, entry, {"cap_year": str(policy.cap_year), **(inputs or {})}, (note,), (entry,))


def work_out_benefit(record: Record, policy: Policy) -> Outcome:
    """Say when benefits begin or end, how long they last, or whether they are in force."""
    if record.task == "window":
        return _window(policy)
    if record.school_year and record.school_year != policy.years:
        return Unknown("calc_other_benefit")
    if record.birth and record.task in ("bstart", "binforce") and record.hukou != "other":
        return _newborn(record, policy)
    if not record.apply and record.task != "bend":
        return Missing("apply_month")
    month = record.apply[0] if record.apply else policy.fee.first
    if not policy.fee.contains(month):
        return Unknown("calc_other_benefit")
    if month != policy.fee.first:
        return Unknown("calc_benefit_midway", {"month": month.chinese})
    return _whole_period(record, policy)


def _whole_period(record: Record, policy: Policy) -> Result:
    first, last = policy.benefit.first, policy.benefit.last
    figures: tuple[Figure, ...] = (_calendar("待遇开始", first), _calendar("待遇结束", last))
    notes = ["calc_note_benefit"]
    if record.task == "bend":
        figures = figures[::-1]
    elif record.task == "blen":
        figures = (Figure("享受待遇", str(len(policy.benefit.months)), "个月"), *figures)
    elif record.task == "binforce" and record.day_of:
        inside = all(policy.benefit.contains(month) for month in record.day_of)
        notes.insert(0, "calc_in_force" if inside else "calc_not_in_force")
    step = Step(f"{policy.fee.first.chinese}至{policy.fee.last.chinese}的费", f"{first.chinese}至{last.chinese}的待遇")
    entry = policy.figure("newborn.window").entry
    inputs = {"apply_month": str(policy.fee.first), "school_year": policy.years}
    return Result(figures, (step,), entry, inputs, tuple(notes), (entry,))


def _newborn(record: Record, policy: Policy) -> Outcome:
    if not record.hukou:
        return Missing("hukou")
    if not record.apply:
        return Missing("apply_month")
    birth, applied = record.birth[0], record.apply[0]
    if applied < birth:
        return Wrong("calc_before_birth")
    if applied - birth >= int(policy.number("newborn.window")):
        return Unknown("calc_benefit_midway", {"month": applied.chinese})
    if not record.birth_day:
        return Unknown("calc_newborn_benefit")
    figures: tuple[Figure, ...] = (_calendar("待遇开始", birth), Figure("当月", str(record.birth_day), "日"))
    inputs = {"birth_month": f"{birth}-{record.birth_day:02}", "hukou": "shenzhen"}
    entry = policy.figure("newborn.window").entry
    return Result(figures, (), entry, inputs, ("calc_note_from_birth",), (entry,))


def _window(policy: Policy) -> Outcome:
    """Say within how many months of birth a newborn is to be enrolled."""
    window = policy.figure("newborn.window")
    figure = Figure("出生后办理参保的时间", plain(window.value), window.unit)
    return Result((figure,), (), window.entry, {}, ("calc_note_window",), (window.entry,))


def _calendar(label: str, month: Month) -> Figure:
    return Figure(f"{label}（{month.year}年）", str(month.number), "月")
