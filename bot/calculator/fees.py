"""Fees: from months, births and children to what a family pays, and when benefits begin."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from bot.calculator.formulas import (
    fee,
    income_base,
    monthly_fee,
    months_from,
    several,
    total_funding,
    wage_base,
)
from bot.calculator.outcome import Figure, Missing, Outcome, Result, Step, Unknown, Wrong, cents, plain, yuan
from bot.calculator.reading import Slots
from corpus.policy import Month, Policy

# More children than any school enters at once: a slip or a joke.
MOST_CHILDREN = 1000


def work_out_fee(topic: str, slots: Slots, policy: Policy) -> Outcome:
    """Work out a question of fees; `topic` says which."""
    if slots.get("children") == "several" or slots.get("births") == "several":
        return Unknown("calc_one_by_one")
    children = 1 if slots.get("one_each") == "true" else int(slots.get("children", "1"))
    if not 1 <= children <= MOST_CHILDREN:
        return Wrong("calc_children")
    if "impossible" in slots:
        return Wrong(slots["impossible"])
    if (years := slots.get("school_year")) and years != policy.years:
        return _other_year(policy, years, children)
    match topic:
        case "subsidy":
            value, step = several(policy.number("fee.subsidy"), children)
            return _fee_result(
                "财政补贴", value, (step,) if children > 1 else (), policy, slots, ("calc_note_subsidy",)
            )
        case "total":
            value, step = total_funding(policy, children)
            return _fee_result("个人缴费加财政补贴", value, (step,), policy, slots)
        case "subsidy_gap":
            own, subsidy = policy.number("fee.personal"), policy.number("fee.subsidy")
            step = Step(f"{subsidy} - {own}", str(subsidy - own))
            return _fee_result("财政补贴比个人缴费多", subsidy - own, (step,), policy, slots)
        case "monthly":
            return _monthly(slots, policy, children)
        case "reverse":
            return _reverse(slots, policy)
        case "income_base":
            value, step = income_base(policy)
            return _fee_result("倒推的月可支配收入", value, (step,), policy, slots, ("calc_note_derived",))
        case "wage_base":
            value, step = wage_base(policy)
            return Result((yuan("倒推的年平均工资", value),), (step,), "B4", {}, ("calc_note_derived",), ("B4",))
        case "difference":
            return _difference(slots, policy, children)
        case "newborn":
            return _newborn(slots, policy, children)
        case _:
            return _by_month(slots, policy, children)


def _monthly(slots: Slots, policy: Policy, children: int) -> Result:
    part = slots.get("part", "own")
    own, subsidy = policy.number("fee.personal"), policy.number("fee.subsidy")
    year = {"own": own, "subsidy": subsidy, "total": own + subsidy}[part] * children
    months, wanted = policy.number("fee.months"), int(slots.get("month_count", "1"))
    value = year / months * wanted
    times = f" × {wanted}" if wanted > 1 else ""
    step = Step(f"{cents(year)} ÷ {plain(months)}{times}", str(cents(value)))
    return _fee_result(
        "平均每月" if wanted == 1 else f"{wanted} 个月", value, (step,), policy, slots, ("calc_note_monthly",)
    )


def _reverse(slots: Slots, policy: Policy) -> Result:
    """Say of how many months a fee is, and from which month."""
    paid, monthly = Decimal(slots["amount"]), monthly_fee(policy)
    months = int(paid / monthly)
    first = policy.fee.last.plus(1 - months)
    figures = (Figure("缴费月数", str(months), "个月"), Figure(f"申请之月（{first.year}年）", str(first.number), "月"))
    if slots.get("want") == "month":
        figures = figures[::-1]
    step = Step(f"{cents(paid)} ÷ {cents(monthly)}", str(months))
    return Result(figures, (step,), "P3", {"school_year": policy.years}, ("calc_note_months",), ("P3",))


def _fee_result(
    label: str, value: Decimal, steps: tuple[Step, ...], policy: Policy, slots: Slots, notes: tuple[str, ...] = ()
) -> Result:
    inputs = {"school_year": policy.years}
    inputs |= {name: slots[name] for name in ("children", "apply_month", "birth_month", "hukou") if name in slots}
    return Result((yuan(label, value),), steps, "P3", inputs, notes, ("P3",))


def _other_year(policy: Policy, years: str, children: int = 1) -> Unknown:
    value, _ = several(policy.number("fee.personal"), children)
    return Unknown("calc_other_year", {"years": f"{years}学年度", "known": policy.years, "fee": str(cents(value))})


def month_outside(policy: Policy, month: Month) -> Unknown | None:
    """Say which school year a month belongs to if its fee is not known."""
    if policy.fee.contains(month):
        return None
    first = month.year - (month.number < policy.fee.first.number)
    return _other_year(policy, f"{first}-{first + 1}")


def _by_month(slots: Slots, policy: Policy, children: int) -> Outcome:
    if "apply_month" not in slots:
        if slots.get("midway") == "true":
            return Missing("apply_month")
        value, step = several(policy.number("fee.personal"), children)
        return _fee_result("个人缴费", value, (step,) if children > 1 else (), policy, slots, ("calc_note_year",))
    month = Month.parse(slots["apply_month"])
    if outside := month_outside(policy, month):
        return _with_same_month(outside, policy, month, children)
    if (
        slots.get("siblings") == "true"
        and "compare_month" not in slots
        and (children != 1 or slots.get("summed") == "true")
    ):
        return Missing("apply_month", "calc_ask_sibling")
    if (children > 1 or slots.get("siblings") == "true") and "compare_month" in slots:
        if slots.get("summed") != "true":
            return Unknown("calc_one_by_one")
        return _sum(slots, policy, children)
    value, step = fee(policy, month, children)
    full = months_from(policy, month) == policy.number("fee.months")
    notes = ("calc_note_year",) if full else ("calc_note_months",)
    if slots.get("assumed_year") == "true":
        notes = ("calc_assume_school_year", *notes)
    result = _fee_result("个人缴费", value, (step,) if children > 1 or not full else (), policy, slots, notes)
    months = Figure("缴费月数", str(months_from(policy, month)), "个月")
    figures = (months, *result.figures) if slots.get("want") == "months" else (*result.figures, months)
    return Result(figures, result.steps, result.entry, result.inputs, result.assumptions, result.basis)


def _sum(slots: Slots, policy: Policy, children: int) -> Outcome:
    """Add up the fees of children who join in different months."""
    months = [Month.parse(month) for month in slots["months"].split(",")]
    if len(months) != children and not (slots.get("siblings") == "true" and children == 1):
        return Unknown("calc_one_by_one")
    for month in months:
        if outside := month_outside(policy, month):
            return outside
    worked = [fee(policy, month) for month in months]
    value = sum((one for one, _ in worked), Decimal(0))
    step = Step(" + ".join(str(cents(one)) for one, _ in worked), str(cents(value)))
    return _fee_result("个人缴费合计", value, (*(one for _, one in worked), step), policy, slots, ("calc_note_months",))


def _with_same_month(unknown: Unknown, policy: Policy, month: Month, children: int) -> Unknown:
    """Name the fee of the same month in the school year that is known, so labelled."""
    same = next(known for known in policy.fee.months if known.number == month.number)
    value, _ = fee(policy, same, children)
    return Unknown("calc_other_month", {**unknown.values, "month": same.chinese, "fee": str(cents(value))})


def _difference(slots: Slots, policy: Policy, children: int) -> Outcome:
    if "apply_month" not in slots:
        return Missing("apply_month")
    months = [Month.parse(slots[name]) for name in ("apply_month", "compare_month") if name in slots]
    for month in months:
        if outside := month_outside(policy, month):
            return outside
    if slots.get("same_month") == "true":
        return _by_month(slots, policy, children)
    if months == [policy.fee.first]:
        return Missing("apply_month")
    early = months[1] if len(months) > 1 else policy.fee.first
    early, late = min(early, months[0]), max(early, months[0])
    more, first = fee(policy, early, children)
    less, second = fee(policy, late, children)
    step = Step(f"{cents(more)} - {cents(less)}", str(cents(more - less)))
    result = _fee_result("相差", more - less, (first, second, step), policy, slots, ("calc_note_gap",))
    rest = (yuan(f"{early.chinese}办理", more), yuan(f"{late.chinese}办理", less))
    return Result((*result.figures, *rest), result.steps, result.entry, result.inputs, result.assumptions, result.basis)


def _newborn(slots: Slots, policy: Policy, children: int) -> Outcome:
    hukou = slots.get("hukou")
    if hukou == "other":
        return Unknown("calc_newborn_other_hukou")
    if hukou is None:
        return Missing("hukou")
    if "birth_month" not in slots:
        return Missing("birth_month")
    if "apply_month" not in slots:
        return Missing("apply_month")
    birth, applied = _month(slots["birth_month"]), Month.parse(slots["apply_month"])
    if applied < birth:
        return Wrong("calc_before_birth")
    if slots.get("years_guessed") == "true" and applied - birth > 2 + int(policy.number("newborn.window")):
        return Missing("apply_month")
    if slots.get("only_apply") == "true":
        return _by_month(slots, policy, children)
    if slots.get("gap") == "true" and policy.fee.contains(birth) and policy.fee.contains(applied):
        return _difference({**slots, "compare_month": str(birth), "same_month": ""}, policy, children)
    match _in_time(slots, birth, applied, int(policy.number("newborn.window"))):
        case None:
            return _boundary(policy, birth, applied)
        case False:
            outcome = _by_month(slots, policy, children)
            return _noted(outcome, "calc_note_late") if isinstance(outcome, Result) else outcome
    return _from_birth(slots, policy, birth, applied, children)


def _from_birth(slots: Slots, policy: Policy, birth: Month, applied: Month, children: int) -> Outcome:
    if applied > policy.fee.last:
        return _other_year(policy, f"{applied.year - (applied.number < 9)}-{applied.year - (applied.number < 9) + 1}")
    if birth < policy.fee.first:
        if birth.plus(12) < policy.fee.first:
            return _other_year(policy, f"{birth.year - (birth.number < 9)}-{birth.year - (birth.number < 9) + 1}")
        known, _ = fee(policy, policy.fee.first, children)
        values = {
            "from": birth.chinese,
            "to": policy.fee.first.plus(-1).chinese,
            "known": policy.years,
            "fee": str(cents(known)),
        }
        return Unknown("calc_newborn_before", values)
    value, step = fee(policy, birth, children)
    result = _fee_result("个人缴费", value, (step,), policy, slots, ("calc_note_from_birth",))
    months = Figure("缴费月数", str(months_from(policy, birth)), "个月")
    figures = (months, *result.figures) if slots.get("want") == "months" else (*result.figures, months)
    return Result(figures, result.steps, "B2", result.inputs, result.assumptions, ("B2", "P3"))


def _in_time(slots: Slots, birth: Month, applied: Month, window: int) -> bool | None:
    """Whether the enrolment is within the window; None on its edge, where the days decide or the office does."""
    passed = applied - birth
    if passed != window:
        return passed < window
    born, came = slots["birth_month"][8:], slots.get("apply_day", "")
    if born and came and int(born) != int(came):
        return int(came) < int(born)
    return None


def _boundary(policy: Policy, birth: Month, applied: Month) -> Outcome:
    if not (policy.fee.contains(birth) and policy.fee.contains(applied)):
        return Unknown("calc_newborn_edge_year")
    early, late = fee(policy, birth)[0], fee(policy, applied)[0]
    return Unknown("calc_newborn_edge", {"early": str(cents(early)), "late": str(cents(late))})


def _noted(result: Result, note: str) -> Result:
    return Result(result.figures, result.steps, result.entry, result.inputs, (note, *result.assumptions), result.basis)


def _month(text: str) -> Month:
    return Month.parse(text[:7])


def benefit(slots: Slots, policy: Policy, wants_end: bool) -> Outcome:
    """Say when benefits begin or end for a fee paid for the whole year, or for a newborn."""
    if slots.get("school_year") not in (None, policy.years):
        return Unknown("calc_other_benefit", {"known": policy.years})
    if "birth_month" in slots and slots.get("hukou") == "shenzhen" and not wants_end:
        return _newborn_benefit(slots, policy)
    if "apply_month" not in slots:
        return Missing("apply_month")
    month = Month.parse(slots["apply_month"])
    if not policy.fee.contains(month):
        return Unknown("calc_other_benefit", {"known": policy.years})
    if month != policy.fee.first:
        return Unknown("calc_benefit_midway", {"month": month.chinese})
    first, last = policy.benefit.first, policy.benefit.last
    figures = (_calendar("待遇开始", first), _calendar("待遇结束", last))
    step = Step(f"{policy.fee.first.chinese}至{policy.fee.last.chinese}的费", f"{first.chinese}至{last.chinese}的待遇")
    inputs = {"apply_month": str(month), "school_year": policy.years}
    return Result(figures[::-1] if wants_end else figures, (step,), "B2", inputs, ("calc_note_benefit",), ("B2",))


def _newborn_benefit(slots: Slots, policy: Policy) -> Outcome:
    if "apply_month" not in slots:
        return Missing("apply_month")
    birth, applied = _month(slots["birth_month"]), Month.parse(slots["apply_month"])
    if applied < birth:
        return Wrong("calc_before_birth")
    if not _in_time(slots, birth, applied, int(policy.number("newborn.window"))):
        return Unknown("calc_benefit_midway", {"month": applied.chinese})
    if len(slots["birth_month"]) < 10:
        return Unknown("calc_newborn_benefit")
    day = date.fromisoformat(slots["birth_month"])
    figures = (Figure(f"待遇开始（{day.year}年）", str(day.month), "月"), Figure("当月", str(day.day), "日"))
    return Result(
        figures,
        (),
        "B2",
        {"birth_month": slots["birth_month"], "hukou": "shenzhen"},
        ("calc_note_from_birth",),
        ("B2",),
    )


def _calendar(label: str, month: Month) -> Figure:
    return Figure(f"{label}（{month.year}年）", str(month.number), "月")
